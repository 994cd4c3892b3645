"""The narrow places between two steps: a script sent twice, a fence that went back, a pause, a late event."""

from __future__ import annotations

import contextvars
import time

import pytest
import redis

from workers.errors import Interrupted
from workers.keeper import Keeper
from workers.lease import check_lease
from workers.records import Conversation, Draft
from workers.state.filings import Filings
from workers.state.mailbox import Claim, Mailboxes

pytestmark = pytest.mark.integration

BOX = "turn:T1:C1:100.000001"


@pytest.fixture
def boxes(redis_client: redis.Redis) -> Mailboxes:
    return Mailboxes(redis_client, ttl_seconds=3600)


def taken(boxes: Mailboxes) -> Claim:
    claim = boxes.claim(BOX)
    assert claim is not None
    return claim


def test_a_question_whose_event_came_late_is_answered_before_those_that_were_written_after_it(boxes: Mailboxes) -> None:
    for ts in ("100.000001", "100.000004", "100.000003", "100.000002"):
        boxes.put(BOX, ts, {})

    order = []
    for _ in range(4):
        claim = taken(boxes)
        order.append(claim.id)
        boxes.commit(claim)

    assert order == ["100.000001", "100.000002", "100.000003", "100.000004"]


def test_an_answer_that_has_begun_is_finished_before_a_question_whose_event_came_late(boxes: Mailboxes) -> None:
    boxes.put(BOX, "100.000003", {})
    running = taken(boxes)
    boxes.put(BOX, "100.000002", {})

    boxes.release(running)
    again = taken(boxes)
    boxes.commit(again)

    assert again.id == "100.000003"
    assert taken(boxes).id == "100.000002"


def test_a_turn_that_is_tried_again_waits_behind_what_was_asked_meanwhile(boxes: Mailboxes) -> None:
    for message_id in ("100.000003", "100.000004", "100.000001~click"):
        boxes.put(BOX, message_id, {})

    assert taken(boxes).id == "100.000003"


def test_a_holder_is_known_from_a_later_one_also_when_a_failover_lost_the_fence(
    boxes: Mailboxes, redis_client: redis.Redis
) -> None:
    boxes.put(BOX, "100.000001", {})
    before = taken(boxes)
    # What the replica had not received when it became the master.
    redis_client.delete(f"sb:{{{BOX}}}:lease", f"sb:{{{BOX}}}:fence")
    after = taken(boxes)

    assert before.token != after.token
    assert [held for held, _ in boxes.renew([before, after])] == [False, True]
    with pytest.raises(Interrupted):
        boxes.commit(before)


def test_who_stood_still_longer_than_the_lease_writes_nothing_any_more(boxes: Mailboxes) -> None:
    short = Mailboxes(boxes._redis, ttl_seconds=3600, lease_ms=1_200)
    boxes.put(BOX, "100.000001", {})
    claim = short.claim(BOX)
    assert claim is not None
    begun = time.monotonic()
    while time.monotonic() - begun < 1.3:
        time.sleep(0.05)

    # The pause lies between the claim and the first look at the clock.
    with pytest.raises(Interrupted), Keeper(short).holding(claim, timeout_seconds=60):
        check_lease()


def test_an_edit_is_in_time_for_a_sealed_answer_that_was_given_back(boxes: Mailboxes) -> None:
    boxes.put(BOX, "100.000001", {"text": "old"})
    claim = taken(boxes)
    assert boxes.seal(claim) == ""
    assert boxes.release(claim, delay_seconds=60)

    assert boxes.edit(BOX, "100.000001", {"text": "new"}) == "edited"
    assert taken(boxes).mark == "edited"


def test_only_a_mark_that_was_obeyed_already_waits_for_a_time(boxes: Mailboxes) -> None:
    boxes.put(BOX, "100.000001", {})
    claim = taken(boxes)
    boxes.mark(BOX, "stopped", only="100.000001")
    boxes.release(claim, delay_seconds=60, obeyed="stopped")
    assert boxes.claim(BOX) is None

    boxes.mark(BOX, "deleted", only="100.000001")

    assert taken(boxes).mark == "deleted"


def test_what_goes_on_beside_a_turn_writes_nothing_once_the_turn_is_over(boxes: Mailboxes) -> None:
    boxes.put(BOX, "100.000001", {})
    with Keeper(boxes).holding(taken(boxes), timeout_seconds=60):
        beside = contextvars.copy_context()
        beside.run(check_lease)

    with pytest.raises(Interrupted):
        beside.run(check_lease)


def test_without_a_lease_there_is_nothing_to_lose() -> None:
    check_lease()


def test_a_begin_whose_answer_was_lost_begins_when_it_is_sent_again(redis_client: redis.Redis) -> None:
    filings = Filings(redis_client, ttl_seconds=3600)
    draft = Draft(
        id="d1",
        conversation=Conversation(team_id="T1", channel_id="C1", thread_ts="100.000001"),
        turn_ts="100.000001",
        asker_id="U1",
        project="OPS",
        issue_type="Bug",
        summary="VPN drops",
        created_at=1.0,
    )
    filings.add(draft)

    # redis-py sends a command again when the connection is lost before the answer came.
    assert [filings.begin(draft, token="one", by="U1") for _ in range(2)] == ["begun", "begun"]
    assert filings.begin(draft, token="two", by="U1") == "busy"
