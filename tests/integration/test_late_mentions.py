"""A follow-up that comes before the mention above it: it is answered once the mention comes, and only then."""

from __future__ import annotations

import pytest
import redis

from tests.integration.listener_harness import mail
from workers.broker import Kicker, make_celery
from workers.jobs import Door
from workers.message_changes import NewWords
from workers.policy import ChannelSettings
from workers.records import Conversation, TurnRequest
from workers.settings import Settings
from workers.state.mailbox import Mailboxes
from workers.state.strangers import MOST_STRANGERS, Strangers

pytestmark = pytest.mark.integration

THREAD = Conversation(team_id="T1", channel_id="C1", thread_ts="100.000000")


@pytest.fixture
def door(redis_url: str, redis_client: redis.Redis) -> Door:
    return Door(redis_client, Kicker(make_celery(Settings(redis_url=redis_url))), ttl_seconds=3600)


@pytest.fixture
def boxes(redis_client: redis.Redis) -> Mailboxes:
    return Mailboxes(redis_client, ttl_seconds=3600)


def mention(ts: str) -> TurnRequest:
    return TurnRequest(
        conversation=THREAD, ts=ts, event_id="", kind="mention", user_id="U1", user_team_id="T1",
        text=f"said at {ts}", received_at=1,
    )  # fmt: skip


def follow_up(ts: str) -> TurnRequest:
    return mention(ts).model_copy(update={"kind": "follow_up"})


def asked(boxes: Mailboxes) -> list[str]:
    """Take everything out of the mailbox, and return when it was written."""
    return [request.ts for request in mail(boxes, THREAD)]


def test_what_came_before_the_mention_above_it_is_answered_in_order(door: Door, boxes: Mailboxes) -> None:
    for ts in ("100.000004", "100.000003"):
        assert door.ask(follow_up(ts)).result == "stranger"

    assert door.ask(mention("100.000002")).result == "new"

    assert asked(boxes) == ["100.000002", "100.000003", "100.000004"]


def test_it_is_answered_once_whatever_slack_sends_again(door: Door, boxes: Mailboxes) -> None:
    door.ask(follow_up("100.000003"))
    for _ in range(2):
        door.ask(mention("100.000002"))
        door.ask(follow_up("100.000003"))

    assert asked(boxes) == ["100.000002", "100.000003"]
    assert door.ask(mention("100.000002")).result == "seen"
    assert asked(boxes) == []


def test_what_people_said_above_the_mention_stays_among_them(door: Door, boxes: Mailboxes) -> None:
    door.ask(follow_up("100.000001"))
    door.ask(mention("100.000002"))
    door.ask(mention("100.000003"))

    assert asked(boxes) == ["100.000002", "100.000003"]


def test_a_mention_that_comes_after_a_later_one_brings_what_lies_between(door: Door, boxes: Mailboxes) -> None:
    door.ask(follow_up("100.000003"))
    door.ask(mention("100.000004"))
    door.ask(mention("100.000002"))

    assert asked(boxes) == ["100.000002", "100.000003", "100.000004"]


def test_it_is_answered_though_the_listener_died_with_the_mention(door: Door, boxes: Mailboxes) -> None:
    late = mention("100.000002")
    door.ask(follow_up("100.000003"))
    boxes.put(THREAD.box, late.ts, late.model_dump(mode="json"))  # Its listener dies here.

    assert door.ask(late).result == "seen"

    assert asked(boxes) == ["100.000002", "100.000003"]


def test_where_follow_ups_need_a_mention_by_now_none_is_answered(door: Door, boxes: Mailboxes) -> None:
    door.ask(follow_up("100.000003"))
    door.channels.put("T1", "C1", ChannelSettings(needs_mention=True))
    door.ask(mention("100.000002"))

    assert asked(boxes) == ["100.000002"]


def test_one_that_was_deleted_meanwhile_is_not_answered(door: Door, boxes: Mailboxes) -> None:
    door.ask(follow_up("100.000003"))
    door.withdraw(THREAD, "100.000003")
    door.ask(mention("100.000002"))

    assert asked(boxes) == ["100.000002"]


def test_one_that_was_edited_meanwhile_is_asked_as_it_reads_now(door: Door, boxes: Mailboxes) -> None:
    door.ask(follow_up("100.000003"))
    door.edit(THREAD, NewWords("100.000003", "new words", "200.0"))
    door.ask(mention("100.000002"))

    assert [request.text for request in mail(boxes, THREAD)] == ["said at 100.000002", "new words"]


def test_no_more_than_the_last_ones_are_kept_and_only_for_minutes(door: Door, redis_client: redis.Redis) -> None:
    sent = [f"100.{number:06}" for number in range(MOST_STRANGERS + 5)]
    for ts in sent:
        door.ask(follow_up(ts))

    kept = Strangers(redis_client).after(THREAD.box, "0")

    assert [body["ts"] for body in kept] == sent[5:]
    (key,) = redis_client.keys("sb:*:strangers")
    assert 0 < int(redis_client.ttl(key)) <= 600
