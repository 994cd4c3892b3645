"""New words for a question, and its deletion, in whatever order Slack tells of them."""

from __future__ import annotations

import pytest

from sandbox.redis_server import RedisServer
from sandbox.slack import SlackStandIn
from tests.clients import connect
from tests.integration.listener_harness import (
    RunningListener,
    claims,
    conversation_of,
    mail,
    settled,
    wait_for,
)
from tests.integration.questions import question
from workers.jobs import NewWords
from workers.state.failed_turns import FailedTurns
from workers.state.mailbox import Mailboxes

pytestmark = pytest.mark.integration


def test_new_words_and_deletions_reach_a_waiting_question(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    edited, deleted = (slack.say("general", "ada", f"{slack.mention} {word}") for word in ("old", "gone"))
    wait_for(lambda: settled(slack))
    slack.edit("general", edited, f"{slack.mention} new")
    slack.delete("general", deleted)
    wait_for(lambda: settled(slack))
    assert [request.text for request in mail(boxes, conversation_of(slack, "general", edited))] == ["new"]
    claim = boxes.claim(conversation_of(slack, "general", deleted).box)
    assert claim is not None
    assert claim.mark == "deleted"
    assert listener.is_ready()


def test_an_edit_that_cannot_be_stored_is_refused_and_comes_again(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes, own_redis: RedisServer
) -> None:
    ts = slack.say("general", "ada", f"{slack.mention} old")
    wait_for(lambda: settled(slack))
    own_redis.kill()
    slack.edit("general", ts, f"{slack.mention} new")
    wait_for(lambda: any(delivery.attempts > 1 for delivery in slack.deliveries))
    own_redis.restart()
    wait_for(lambda: settled(slack) and all(delivery.is_acked for delivery in slack.deliveries))
    assert [request.text for request in mail(boxes, conversation_of(slack, "general", ts))] == ["new"]
    assert listener.is_ready()


def test_a_question_that_was_deleted_before_it_could_be_stored_is_not_asked(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    ts = slack.say("general", "ada", f"{slack.mention} the export hangs")
    wait_for(lambda: settled(slack))
    place = conversation_of(slack, "general", "1.5")
    assert not listener.door.withdraw(place, "1.5")
    assert listener.door.ask(question(place, "x")).result == "seen"
    assert len(mail(boxes, conversation_of(slack, "general", ts))) == 1


def test_words_that_come_before_their_question_are_what_it_asks(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    place = conversation_of(slack, "general", "1.5")
    for text, edited_ts in (("newer", "3.0"), ("new", "2.0")):
        # The later change comes first, and the earlier one again after it.
        listener.door.edit(place, NewWords("1.5", text, edited_ts, is_asked=True))
        listener.door.edit(place, NewWords("1.5", "newest", "4.0", is_asked=True))
    assert listener.door.ask(question(place, "old")).result == "new"
    assert not listener.door.edit(place, NewWords("1.5", "new", "2.0", is_asked=True))

    assert [request.text for request in mail(boxes, place)] == ["newest"]


def test_what_nobody_asked_the_bot_is_not_kept_when_it_is_changed(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    place = conversation_of(slack, "general", "1.5")
    assert not listener.door.edit(place, NewWords("1.5", "a secret", "2.0"))
    listener.door.ask(question(place, "old"))

    assert [request.text for request in mail(boxes, place)] == ["old"]


def test_a_question_is_withdrawn_though_slack_says_only_its_channel_and_time(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    root = slack.say("general", "ada", f"{slack.mention} the export hangs")
    ts = slack.say("general", "ada", f"{slack.mention} and the import, too", root)
    wait_for(lambda: settled(slack))
    place = conversation_of(slack, "general", root)
    elsewhere = conversation_of(slack, "general", ts)

    assert listener.door.withdraw(elsewhere, ts, is_placed=False)
    marks = {claim.id: claim.mark for claim in claims(boxes, place)}
    assert marks == {root: "", ts: "deleted"}


def test_new_words_reach_a_question_that_is_tried_again_and_one_that_failed(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes, own_redis: RedisServer
) -> None:
    ts = slack.say("general", "ada", f"{slack.mention} old")
    wait_for(lambda: settled(slack))
    place = conversation_of(slack, "general", ts)
    (request,) = mail(boxes, place)
    failed = FailedTurns(connect(own_redis.url))
    failed.keep(request)
    boxes.put(place.box, f"{ts}~again", request.model_dump(mode="json"))
    slack.edit("general", ts, f"{slack.mention} new")
    wait_for(lambda: settled(slack))
    assert [taken.text for taken in mail(boxes, place)] == ["new"]
    kept = failed.find(place, ts)
    assert kept is not None
    assert kept.text == "new"
    assert listener.is_ready()
