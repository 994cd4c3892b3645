"""The ledger on a real server: whatever order things come in, a draft is sent once unless a person asks for more."""

from __future__ import annotations

import threading
from typing import ClassVar

import pytest
import redis
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from sandbox.redis_server import RedisServer
from tests.clients import connect
from workers.records import Conversation, Draft, Filing
from workers.state.codec import encode
from workers.state.filings import UNCERTAIN, Filings

pytestmark = pytest.mark.integration

PLACE = Conversation(team_id="T1", channel_id="C1", thread_ts="100.000001")
KEY = "sb:draft:T1:d1"
DAY = 86_400


@pytest.fixture
def filings(redis_client: redis.Redis) -> Filings:
    return Filings(redis_client, ttl_seconds=DAY)


def draft(draft_id: str = "d1", **changes: object) -> Draft:
    values = {
        "id": draft_id,
        "conversation": PLACE,
        "turn_ts": "100.000001",
        "asker_id": "U1",
        "project": "OPS",
        "issue_type": "Bug",
        "summary": "VPN drops",
        "created_at": 1.0,
    }
    return Draft.model_validate({**values, **changes})


def stored(filings: Filings, draft_id: str = "d1") -> Filing:
    found = filings.get("T1", draft_id)
    assert found is not None
    return found[1]


def let_lease_run_out(client: redis.Redis) -> None:
    """What time does to the lease of a dead sender."""
    client.hset(KEY, "lease_until", "1")
    client.zadd(UNCERTAIN, {"T1:d1": 1}, xx=True)


def let_look_be_due(client: redis.Redis) -> None:
    client.zadd(UNCERTAIN, {"T1:d1": 1}, xx=True)


def test_a_draft_comes_out_as_it_went_in(filings: Filings) -> None:
    given = draft(description="ü **bold**", fields={"f1": ("a", "b")}, labels=("x",))
    assert filings.add(given) is True

    assert filings.get("T1", "d1") == (given, Filing())
    assert filings.of_conversation(PLACE) == [(given, Filing())]


def test_a_draft_that_is_added_again_stays_as_it_is(filings: Filings) -> None:
    filings.add(draft())
    filings.edit(draft(), draft(summary="VPN drops daily", version=2))
    filings.begin(draft(), token="a", by="U2")

    assert filings.add(draft()) is False
    found = filings.get("T1", "d1")
    assert found is not None
    assert (found[0].summary, found[1].state) == ("VPN drops daily", "sending")


def test_a_draft_that_never_was_or_has_expired_is_gone(filings: Filings) -> None:
    assert filings.get("T1", "d1") is None
    assert filings.get("T2", "d1") is None
    assert filings.begin(draft(), token="a", by="U2") == "gone"
    assert filings.edit(draft(), draft(version=2)) is False
    assert filings.done(draft(), "OPS-1", "u") is False
    assert filings.get("T1", "d1") is None


def test_drafts_live_as_long_as_conversations(filings: Filings, redis_client: redis.Redis) -> None:
    filings.add(draft())
    filings.begin(draft(), token="a", by="U2")
    filings.done(draft(), "OPS-1", "u")

    assert DAY - 10 < redis_client.ttl(KEY) <= DAY


def test_of_many_who_press_at_once_one_begins(filings: Filings) -> None:
    filings.add(draft())
    answers: list[str] = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(filings.begin(draft(), token=f"t{n}", by="U2")))
        for n in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["begun", *["busy"] * 15]


def test_a_dead_sender_leaves_an_uncertain_filing_that_only_force_sends_again(
    filings: Filings, redis_client: redis.Redis
) -> None:
    filings.add(draft())
    filings.begin(draft(), token="a", by="U2")
    assert filings.to_look_at() == []
    let_lease_run_out(redis_client)

    assert filings.to_look_at() == [("T1", "d1")]
    assert filings.begin(draft(), token="b", by="U3") == "uncertain"
    assert stored(filings).uncertain_since > 0
    assert stored(filings).pressed_by == "U2"
    assert filings.begin(draft(), token="", by="", mode="look") == "uncertain"
    assert filings.begin(draft(), token="c", by="U4", mode="force") == "begun"
    assert stored(filings).pressed_by == "U4"


def test_a_sender_that_renews_is_not_taken_for_dead(filings: Filings, redis_client: redis.Redis) -> None:
    filings.add(draft())
    filings.begin(draft(), token="a", by="U2")
    let_lease_run_out(redis_client)

    assert filings.renew(draft(), token="other") is False
    assert filings.renew(draft(), token="a") is True
    assert filings.begin(draft(), token="b", by="U3") == "busy"
    assert filings.to_look_at() == []


def test_a_second_loss_is_looked_for_from_its_own_time_on(filings: Filings, redis_client: redis.Redis) -> None:
    filings.add(draft())
    filings.begin(draft(), token="a", by="U2")
    filings.move(draft(), "uncertain", since=("sending",), token="a", look_in_seconds=3)
    redis_client.hset(KEY, "uncertain_since", "1000")
    filings.begin(draft(), token="b", by="U2", mode="force")
    filings.move(draft(), "uncertain", since=("sending",), token="b", look_in_seconds=3)

    assert stored(filings).uncertain_since > 1_000_000


def test_the_time_of_a_loss_stays_while_it_is_looked_for(filings: Filings, redis_client: redis.Redis) -> None:
    filings.add(draft())
    filings.begin(draft(), token="a", by="U2")
    filings.move(draft(), "uncertain", since=("sending",), token="a", look_in_seconds=3)
    redis_client.hset(KEY, "uncertain_since", "1000")
    filings.begin(draft(), token="", by="", mode="look")
    filings.look_later(draft(), 5)

    assert stored(filings).uncertain_since == 1.0


def test_a_sender_that_was_given_up_may_still_say_that_jira_refused(
    filings: Filings, redis_client: redis.Redis
) -> None:
    filings.add(draft())
    filings.begin(draft(), token="a", by="U2")
    let_lease_run_out(redis_client)
    filings.begin(draft(), token="", by="", mode="look")

    refused = filings.move(
        draft(), "rejected", since=("sending", "uncertain"), token="a", fields={"errors": encode(["Team: wrong"])}
    )
    assert refused is True
    assert (stored(filings).state, stored(filings).errors) == ("rejected", ("Team: wrong",))


def test_a_sender_that_was_replaced_changes_nothing(filings: Filings) -> None:
    filings.add(draft())
    filings.begin(draft(), token="a", by="U2")
    filings.move(draft(), "uncertain", since=("sending",), token="a", look_in_seconds=3)
    filings.begin(draft(), token="b", by="U2", mode="force")

    assert filings.move(draft(), "new", since=("sending", "uncertain"), token="a") is False
    assert stored(filings).state == "sending"


def test_an_issue_that_exists_makes_the_draft_done_whatever_was_believed_and_the_first_stays(filings: Filings) -> None:
    for number, to in enumerate(("new", "rejected", "uncertain", "cancelled")):
        each = draft(f"d{number}")
        filings.add(each)
        filings.begin(each, token="a", by="U2")
        filings.move(each, to, since=("sending",), token="a", look_in_seconds=3)  # type: ignore[arg-type]

        assert filings.done(each, f"OPS-{number}", "u") is True
        assert filings.done(each, "OPS-99", "u") is False
        assert stored(filings, each.id).issue_key == f"OPS-{number}"
        assert stored(filings, each.id).settled_at > 0


def test_a_filed_issue_is_looked_after_until_there_is_nothing_left_to_do(
    filings: Filings, redis_client: redis.Redis
) -> None:
    filings.add(draft())
    filings.begin(draft(), token="a", by="U2")
    filings.done(draft(), "OPS-1", "u")
    let_look_be_due(redis_client)
    assert filings.to_look_at() == [("T1", "d1")]
    assert filings.to_look_at() == []

    assert [filings.link_failed(draft()) for _ in range(2)] == [1, 2]
    filings.rest(draft())
    let_look_be_due(redis_client)
    assert filings.to_look_at() == []
    assert redis_client.zcard(UNCERTAIN) == 0


def test_a_draft_that_expired_is_looked_at_no_more(filings: Filings, redis_client: redis.Redis) -> None:
    filings.add(draft())
    filings.begin(draft(), token="a", by="U2")
    redis_client.delete(KEY)
    let_look_be_due(redis_client)

    assert filings.to_look_at() == []
    filings.look_later(draft(), 5)
    assert redis_client.zcard(UNCERTAIN) == 0


def test_of_two_edits_of_one_version_the_first_stays(filings: Filings) -> None:
    filings.add(draft())

    assert filings.edit(draft(), draft(summary="A", version=2)) is True
    assert filings.edit(draft(), draft(summary="B", version=2)) is False
    found = filings.get("T1", "d1")
    assert found is not None
    assert found[0].summary == "A"


def test_what_is_being_sent_or_is_settled_is_not_edited(filings: Filings) -> None:
    filings.add(draft())
    filings.begin(draft(), token="a", by="U2")
    assert filings.edit(draft(), draft(version=2)) is False

    filings.move(draft(), "rejected", since=("sending",), token="a", fields={"errors": encode(["no"])})
    assert filings.edit(draft(), draft(version=2)) is True
    assert stored(filings) == Filing(pressed_by="U2")
    filings.move(draft(), "cancelled", since=("new",), fields={"pressed_by": "U3"})
    assert filings.edit(draft(version=2), draft(version=3)) is False
    assert filings.begin(draft(), token="b", by="U2") == "cancelled"


STATES = ("new", "rejected", "uncertain", "cancelled")


class LedgerModel(RuleBasedStateMachine):
    """People press, senders answer, die and answer late, in any order, against a state and a token."""

    tokens = Bundle("tokens")
    server: RedisServer
    seen: ClassVar[set[str]] = set()

    def __init__(self) -> None:
        super().__init__()
        self.client = connect(self.server.url)
        self.client.flushall()
        self.filings = Filings(self.client, ttl_seconds=3600)
        self.filings.add(draft())
        self.state, self.token, self.is_dead = "new", "", False
        self.presses, self.forces, self.sent, self.refusals = 0, 0, 0, 0
        self.number, self.key, self.version = 0, "", 1

    @rule(target=tokens, mode=st.sampled_from(["press", "force", "look"]))
    def begin(self, mode: str) -> str:
        self.number += 1
        token = f"t{self.number}"
        answer = self.filings.begin(draft(), token=token, by="U1", mode=mode)  # type: ignore[arg-type]
        assert answer == self._expected(mode)
        if answer == "begun":
            self.forces += self.state == "uncertain"
            self.sent += 1
            self.state, self.token, self.is_dead = "sending", token, False
        elif answer == "uncertain":
            self.state = "uncertain"
        return token

    def _expected(self, mode: str) -> str:
        if self.state == "sending":
            return "uncertain" if self.is_dead else "busy"
        if self.state in ("done", "cancelled") or mode == "look":
            return self.state
        return "uncertain" if self.state == "uncertain" and mode == "press" else "begun"

    @rule(token=tokens)
    def renew(self, token: str) -> None:
        assert self.filings.renew(draft(), token=token) == (self.state == "sending" and token == self.token)
        if self.state == "sending" and token == self.token:
            self.is_dead = False

    @rule(token=tokens, to=st.sampled_from(["new", "rejected", "uncertain"]))
    def answer(self, token: str, to: str) -> None:
        moved = self.filings.move(
            draft(),
            to,  # type: ignore[arg-type]
            since=("sending", "uncertain"),
            token=token,
            look_in_seconds=3 if to == "uncertain" else 0,
        )
        assert moved == (self.state in ("sending", "uncertain") and token == self.token)
        if moved:
            self.refusals += to != "uncertain"
            self.state = to

    @rule()
    def find(self) -> None:
        self.number += 1
        found = self.filings.done(draft(), f"OPS-{self.number}", "u")
        assert found == (self.state != "done")
        if found:
            self.state, self.key = "done", f"OPS-{self.number}"

    @rule()
    def cancel(self) -> None:
        moved = self.filings.move(draft(), "cancelled", since=("new", "rejected"))
        assert moved == (self.state in ("new", "rejected"))
        if moved:
            self.state = "cancelled"

    @rule(is_stale=st.booleans())
    def edit(self, is_stale: bool) -> None:
        old = draft(version=self.version - is_stale)
        edited = self.filings.edit(old, draft(version=self.version + 1))
        assert edited == (not is_stale and self.state in ("new", "rejected"))
        if edited:
            self.version, self.state = self.version + 1, "new"

    @rule()
    def die(self) -> None:
        if self.state == "sending":
            let_lease_run_out(self.client)
            self.is_dead = True

    @invariant()
    def it_is_what_it_should_be_and_whatever_is_open_is_looked_after(self) -> None:
        filing = stored(self.filings)
        self.seen.add(filing.state)
        assert (filing.state, filing.issue_key) == (self.state, self.key)
        assert bool(filing.uncertain_since) == (self.state == "uncertain")
        is_looked_after = self.client.zscore(UNCERTAIN, "T1:d1") is not None
        assert is_looked_after == (self.state in ("sending", "uncertain", "done"))

    @invariant()
    def nothing_is_sent_again_without_a_refusal_or_a_persons_word(self) -> None:
        assert self.sent <= 1 + self.refusals + self.forces

    def teardown(self) -> None:
        self.client.close()


@pytest.fixture(scope="module")
def _model_server(redis_server: RedisServer) -> None:
    LedgerModel.server = redis_server


@pytest.mark.usefixtures("_model_server")
def test_no_order_of_events_sends_a_draft_twice_or_forgets_one() -> None:
    run_state_machine_as_test(LedgerModel, settings=settings(max_examples=80, stateful_step_count=40, deadline=None))
    assert LedgerModel.seen >= {"new", "sending", "uncertain", "done"}
