"""A history's head is replaced in one step, by whoever read it as it still is; a commit meanwhile loses nothing."""

from __future__ import annotations

import pytest
import redis

from workers.rounds import HistoryEntry
from workers.state.mailbox import Claim, Mailboxes
from workers.state.pasts import Pasts

BOX = "turn:T1:C1:1.0"


@pytest.fixture
def boxes(redis_client: redis.Redis) -> Mailboxes:
    return Mailboxes(redis_client, ttl_seconds=3600)


@pytest.fixture
def pasts(redis_client: redis.Redis) -> Pasts:
    return Pasts(redis_client, ttl_seconds=3600)


def entry(ts: str) -> HistoryEntry:
    return HistoryEntry(turn_ts=ts, asker_id="U1", audience="channel:C1")


def claimed(boxes: Mailboxes, ts: str) -> Claim:
    boxes.put(BOX, ts, {})
    claim = boxes.claim(BOX)
    assert claim is not None
    return claim


def turns(boxes: Mailboxes) -> list[str]:
    return [each.turn_ts for each in boxes.history(BOX)]


@pytest.fixture
def _three(boxes: Mailboxes) -> None:
    for ts in ("1.0", "2.0", "3.0"):
        boxes.commit(claimed(boxes, ts), entry(ts))


@pytest.mark.usefixtures("_three")
def test_the_oldest_turns_give_way_to_their_summary(boxes: Mailboxes, pasts: Pasts) -> None:
    assert pasts.replace_head(BOX, pasts.read(BOX), 2, [entry("2.0s"), entry("2.0g")])
    assert turns(boxes) == ["2.0s", "2.0g", "3.0"]


@pytest.mark.usefixtures("_three")
def test_a_second_worker_with_the_same_reading_changes_nothing(boxes: Mailboxes, pasts: Pasts) -> None:
    past = pasts.read(BOX)

    assert pasts.replace_head(BOX, past, 2, [entry("s")])
    assert not pasts.replace_head(BOX, past, 2, [entry("again")])
    assert turns(boxes) == ["s", "3.0"]


@pytest.mark.usefixtures("_three")
def test_a_turn_that_was_committed_meanwhile_stays(boxes: Mailboxes, pasts: Pasts) -> None:
    past = pasts.read(BOX)
    boxes.commit(claimed(boxes, "4.0"), entry("4.0"))

    assert pasts.replace_head(BOX, past, 3, [entry("s")])
    assert turns(boxes) == ["s", "4.0"]


@pytest.mark.usefixtures("_three")
def test_a_turn_that_chose_what_to_drop_before_drops_nothing_after(boxes: Mailboxes, pasts: Pasts) -> None:
    claim = claimed(boxes, "4.0")
    assert pasts.replace_head(BOX, pasts.read(BOX), 2, [entry("s")])

    boxes.commit(claim, entry("4.0"), drop_oldest=2, of_turns=3)

    assert turns(boxes) == ["s", "3.0", "4.0"]


@pytest.mark.usefixtures("_three")
def test_the_whole_history_can_become_one_summary(boxes: Mailboxes, pasts: Pasts) -> None:
    assert pasts.replace_head(BOX, pasts.read(BOX), 3, [entry("s")])
    assert turns(boxes) == ["s"]
