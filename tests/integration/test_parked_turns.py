"""Who waits for a time is no queue, and what failed is forgotten with its question."""

from __future__ import annotations

import pytest
import redis

from tests.integration.listener_harness import settings_for
from tests.integration.questions import question
from workers.jobs import open_door
from workers.records import Conversation, TurnRequest
from workers.state.failed_turns import FailedTurns
from workers.state.mailbox import Mailboxes
from workers.state.waiting import WaitingTurns

pytestmark = pytest.mark.integration

PLACE = Conversation(team_id="T1", channel_id="C1", thread_ts="100.000001")
OTHER = PLACE.model_copy(update={"thread_ts": "100.000002"})


@pytest.fixture
def boxes(redis_client: redis.Redis) -> Mailboxes:
    return Mailboxes(redis_client, ttl_seconds=3600)


def queue(client: redis.Redis) -> list[str]:
    return [box for box, _ in WaitingTurns(client).turns()]


def test_a_turn_that_waits_for_a_time_is_not_in_the_queue(boxes: Mailboxes, redis_client: redis.Redis) -> None:
    for place in (PLACE, OTHER):
        boxes.put(place.box, place.thread_ts, {})
    assert queue(redis_client) == [PLACE.box, OTHER.box]
    claim = boxes.claim(PLACE.box)
    assert claim

    boxes.release(claim, delay_seconds=30)

    assert queue(redis_client) == [OTHER.box]


def test_a_turn_that_was_given_back_for_another_worker_is_in_the_queue(
    boxes: Mailboxes, redis_client: redis.Redis
) -> None:
    boxes.put(PLACE.box, "100.000001", {})
    claim = boxes.claim(PLACE.box)
    assert claim

    boxes.release(claim)

    assert queue(redis_client) == [PLACE.box]


def test_a_turn_that_is_stopped_while_it_waits_for_a_time_wants_a_worker(
    boxes: Mailboxes, redis_client: redis.Redis
) -> None:
    boxes.put(PLACE.box, "100.000001", {})
    claim = boxes.claim(PLACE.box)
    assert claim
    boxes.release(claim, delay_seconds=30)

    boxes.mark(PLACE.box, "stopped", only="100.000001")

    assert queue(redis_client) == [PLACE.box]


def test_what_a_question_has_done_is_still_known_when_it_begins_anew(boxes: Mailboxes) -> None:
    boxes.put(PLACE.box, "100.000001", {})
    claim = boxes.claim(PLACE.box)
    assert claim
    boxes.write_journal(claim, {"done_before": "Filed.", "question": "old"})

    boxes.restart(claim)

    anew = boxes.claim(PLACE.box)
    assert anew
    assert anew.journal == {"done_before": "Filed."}


def test_a_failed_answer_cannot_be_tried_again_once_its_question_is_deleted(
    redis_client: redis.Redis, redis_url: str
) -> None:
    failed = FailedTurns(redis_client)
    for ts in ("100.000001", "100.000003"):
        failed.keep(asked(ts))
    door = open_door(settings_for("http://127.0.0.1:1", redis_url, mode="http"))

    door.withdraw(PLACE, "100.000001")

    assert failed.find(PLACE, "100.000001") is None
    assert failed.find(PLACE, "100.000003") is not None


def asked(ts: str) -> TurnRequest:
    return question(PLACE, "x", ts=ts)
