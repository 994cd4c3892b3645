"""Mailboxes on a real server against a plain model, in any order of what listeners and workers do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.redis_server import RedisServer
from tests.clients import connect
from tests.integration.mailbox_model import KEPT, Model
from workers.errors import Interrupted
from workers.rounds import HistoryEntry
from workers.state.mailbox import Claim, Mailboxes, Mark

pytestmark = pytest.mark.integration

BOX = "turn:T1:C1:100.000001"


def ts_of(number: int) -> str:
    return f"{number}.000000"


def entry(claim: Claim) -> HistoryEntry:
    return HistoryEntry(turn_ts=claim.id, asker_id="U1", audience="channel:C1")


@dataclass(frozen=True)
class Step:
    """One thing that somebody does, by the name of a method of `Played`."""

    name: str
    given: dict[str, Any]


def step(name: str, /, **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    return st.builds(Step, st.just(name), st.fixed_dictionaries(given))


numbers = st.integers(1, 12)
places = st.sampled_from([0, 0, 1, 9])
# The last claim mostly, else one that was lost or is over.
whose = st.sampled_from([0, 0, 0, -1, -3])
obeyed_marks = st.sampled_from(["", "", "stopped", "edited", "deleted"])
puts = step("put", number=numbers, asked=st.just(True))
follow_ups = step("put", number=numbers, asked=st.just(False))
edits = step("edit", place=places, is_same=st.sampled_from([False, False, True]))
ends = st.one_of(
    step("commit", whose=whose),
    step("answer"),
    step("restart", whose=whose),
    step("die"),
    *[step("release", whose=whose, waits=st.booleans(), refund=st.booleans(), obeyed=obeyed_marks)] * 2,
)
ongoing = st.one_of(
    step("claim"),
    step("renew", whose=whose),
    step("write", whose=whose, name=st.sampled_from(["round:0", *KEPT])),
    step("seal", whose=whose),
)
rare = st.one_of(
    step("mark_one", place=places, mark=st.sampled_from(["stopped", "deleted"])),
    step("stop_all", number=st.integers(1, 4)),
    step("refuse", number=numbers),
    step("wait"),
)
# As often as each stands here: what is only joined is drawn as if each kind stood alone.
steps = st.sampled_from([puts, puts, follow_ups, edits, edits, ongoing, ongoing, ends, ends, rare]).flatmap(
    lambda of: of
)


class Played:
    """Listeners put, edit, stop and delete, workers do all that they can, and die: on the server and in the model."""

    def __init__(self, client: redis.Redis) -> None:
        self.client = client
        self.client.flushall()
        self.boxes = Mailboxes(client, ttl_seconds=3600)
        self.model = Model()
        self.claims: list[Claim] = []
        self.version = 0

    def is_ours(self, claim: Claim) -> bool:
        """Whether a claim is still the one that holds the box."""
        return self.model.is_held and claim is self.claims[-1]

    def do(self, step: Step) -> None:
        """Do one step; a worker's own are done with the last claim, made now if nobody holds the box, or another."""
        given = dict(step.given)
        if "whose" in given:
            if given["whose"] == 0 and not self.model.is_held:
                self.claim()
            if not self.claims:
                return
            given = {"claim": self.claims[max(0, len(self.claims) - 1 + given.pop("whose"))], **given}
        getattr(self, step.name)(**given)

    def id_at(self, place: int) -> str:
        """Return what waits at a place of the line, or what does not wait any more, or never did."""
        waiting = self.model.waiting
        return waiting[place] if place < len(waiting) else (self.model.done or [ts_of(99)])[-1]

    def new_words(self) -> int:
        self.version += 1
        return self.version

    def put(self, number: int, asked: bool) -> None:
        words = self.new_words()
        expected = self.model.put(ts_of(number), words, asked=asked)
        assert self.boxes.put(BOX, ts_of(number), {"n": words}, asked=asked) == expected

    def claim(self) -> None:
        is_possible = self.model.can_be_claimed()
        claim = self.boxes.claim(BOX)
        assert (claim is not None) == is_possible
        if claim:
            head = self.model.claim()
            words, mark = self.model.words[head.id], self.model.marks.get(head.id, "")
            assert (claim.id, claim.body, claim.mark) == (head.id, {"n": words}, mark)
            assert (dict(claim.journal), claim.attempts) == (head.journal, head.attempts)
            self.claims.append(claim)

    def renew(self, claim: Claim) -> None:
        is_held = self.is_ours(claim)
        mark = self.model.marks.get(claim.id, "") if is_held else ""
        assert self.boxes.renew([claim]) == [(is_held, mark)]

    def write(self, claim: Claim, name: str) -> None:
        if self.may(claim, lambda: self.boxes.write_journal(claim, {name: claim.token})):
            self.model.begun.journal[name] = claim.token

    def seal(self, claim: Claim) -> None:
        said = list[Mark]()
        if self.may(claim, lambda: said.append(self.boxes.seal(claim))):
            assert said == [self.model.marks.get(claim.id, "")]
            self.model.begun.is_sealed |= not said[0]

    def commit(self, claim: Claim) -> None:
        said = list[bool]()
        if self.may(claim, lambda: said.append(self.boxes.commit(claim, entry(claim)))):
            assert said == [self.model.commit()]

    def answer(self) -> None:
        """All that a worker does if nothing comes between."""
        self.claim()
        if self.model.is_held:
            self.seal(self.claims[-1])
            self.commit(self.claims[-1])

    def restart(self, claim: Claim) -> None:
        if self.may(claim, lambda: self.boxes.restart(claim)):
            self.model.restart()

    def release(self, claim: Claim, waits: bool, refund: bool, obeyed: Mark) -> None:
        is_held, seconds = self.is_ours(claim), 3600 if waits else 0
        assert self.boxes.release(claim, delay_seconds=seconds, refund=refund, obeyed=obeyed) == is_held
        if is_held:
            self.model.release(waits=waits, refund=refund, obeyed=obeyed)

    def may(self, claim: Claim, write: Callable[[], None]) -> bool:
        """Do what only the holder may; return whether it was done."""
        is_held = self.is_ours(claim)
        try:
            write()
        except Interrupted:
            is_done = False
        else:
            is_done = True
        assert is_done == is_held
        return is_done

    def edit(self, place: int, is_same: bool) -> None:
        ts, words = self.id_at(place), self.new_words()
        expected = self.model.edit(ts, words, is_same=is_same)
        assert self.boxes.edit(BOX, ts, {"n": words}, is_same=is_same) == expected

    def mark_one(self, place: int, mark: Mark) -> None:
        ts = self.id_at(place)
        expected = self.model.mark(mark, lambda each: each == ts)
        assert self.boxes.mark(BOX, mark, only=ts) == expected

    def stop_all(self, number: int) -> None:
        expected = self.model.mark("stopped", lambda ts: float(ts) <= number)
        assert self.boxes.mark(BOX, "stopped", before=ts_of(number)) == expected

    def refuse(self, number: int) -> None:
        assert self.boxes.refuse(BOX, ts_of(number)) == (ts_of(number) not in self.model.seen)
        self.model.seen.add(ts_of(number))

    def die(self) -> None:
        self.client.delete(f"sb:{{{BOX}}}:lease")
        self.model.is_held = False

    def wait(self) -> None:
        """What is put off comes due."""
        if self.model.head and self.model.head.waits:
            self.client.hset(f"sb:{{{BOX}}}:journal", "not_before", "0")
            self.client.zadd("sb:ready", {BOX: 0}, xx=True)
            self.model.head.waits = False

    def check(self) -> None:
        """Nothing is lost, all is in order, and the reaper finds within seconds what can be done."""
        model = self.model
        assert model.done == [turn.turn_ts for turn in self.boxes.history(BOX)]
        mail = cast("list[bytes]", self.client.lrange(f"sb:{{{BOX}}}:mail", 0, -1))
        assert model.waiting == [row.decode() for row in mail]
        assert len(model.strangers) == len(self.boxes.strangers.after(BOX, "0"))
        at = self.client.zscore("sb:ready", BOX)
        assert (at is not None) == bool(model.waiting)
        if at is not None and model.can_be_claimed():
            assert at < (time.time() + 10) * 1000


@pytest.fixture(scope="module")
def client(redis_server: RedisServer) -> Iterator[redis.Redis]:
    made = connect(redis_server.url)
    yield made
    made.close()


@settings(max_examples=150)
@given(first=st.lists(puts, min_size=1, max_size=3), then=st.lists(steps, min_size=25, max_size=40))
def test_no_order_of_events_loses_or_doubles_a_message(
    client: redis.Redis, first: list[Step], then: list[Step]
) -> None:
    played = Played(client)
    for each in (*first, *then):
        played.do(each)
        played.check()
    # Whatever came before: what waits is answered, in order, once the time has come.
    played.die()
    while played.model.waiting:
        played.wait()
        assert played.model.can_be_claimed()
        played.answer()
        played.check()
