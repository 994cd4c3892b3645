"""A message becomes mail, once, and is acknowledged after that: over the socket and over HTTP."""

from __future__ import annotations

import pytest

from sandbox.faults import Fault
from sandbox.redis_server import RedisServer
from sandbox.slack import NewFile, SlackStandIn
from tests.clients import connect
from tests.integration.listener_harness import (
    RunningListener,
    conversation_of,
    mail,
    settled,
    wait_for,
)
from workers.state.limiter import Limiter
from workers.state.mailbox import Mailboxes
from workers.state.slack_budgets import budgets_of

pytestmark = pytest.mark.integration


def test_a_mention_lies_in_the_mailbox_once_though_it_arrives_twice(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    ts = slack.say("general", "ada", f"{slack.mention} the export hangs")
    wait_for(lambda: settled(slack))
    assert len([d for d in slack.deliveries if d.event.get("ts") == ts]) == 2
    assert all(delivery.is_acked and delivery.attempts == 1 for delivery in slack.deliveries)
    (request,) = mail(boxes, conversation_of(slack, "general", ts))
    assert (request.kind, request.text) == ("mention", "the export hangs")
    assert listener.door.redis_problem() == ""


def test_a_mention_in_a_private_channel_and_in_a_group_message_is_taken(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    for place in ("oncall", "G0TRIAGE0"):
        ts = slack.say(place, "ada", f"could {slack.mention} look?")
        wait_for(lambda: settled(slack))
        (request,) = mail(boxes, conversation_of(slack, place, ts))
        assert (request.kind, request.text) == ("mention", "could look?")
    assert listener.is_ready()


def test_a_direct_message_is_taken_with_its_files(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    channel = "D0ADA0001"
    ts = slack.say(channel, "ada", "see the log", files=[NewFile("log.txt", b"boom", "text/plain")])
    wait_for(lambda: settled(slack))
    (request,) = mail(boxes, conversation_of(slack, channel, ts))
    assert (request.kind, request.text) == ("direct", "see the log")
    assert [(file.name, file.mimetype, file.size) for file in request.files] == [("log.txt", "text/plain", 4)]
    assert listener.is_ready()


def test_a_follow_up_is_taken_only_where_the_bot_takes_part(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    asked = slack.say("general", "ada", f"{slack.mention} the export hangs")
    among_people = slack.say("general", "ada", "lunch?")
    wait_for(lambda: settled(slack))
    follow_up = slack.say("general", "grace", "for me, too", thread_ts=asked)
    slack.say("general", "grace", "at noon", thread_ts=among_people)
    wait_for(lambda: settled(slack))
    taken = mail(boxes, conversation_of(slack, "general", asked))
    assert [(request.kind, request.ts) for request in taken] == [("mention", asked), ("follow_up", follow_up)]
    assert mail(boxes, conversation_of(slack, "general", among_people)) == []
    assert listener.is_ready()


def test_what_nobody_asks_is_acknowledged_and_leaves_no_mail(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    ts = slack.say("general", "ada", "no bot needed")
    slack.edit("general", ts, f"{slack.mention} after all")
    slack.react("general", ts, "ada", "eyes")
    slack.delete("general", ts)
    slack.join("general", "robin")
    slack.open_home("ada", "messages")
    wait_for(lambda: settled(slack))
    assert all(delivery.is_acked and delivery.attempts == 1 for delivery in slack.deliveries)
    assert boxes.waiting() == 0
    assert listener.is_ready()


def test_the_first_sign_follows_the_acknowledgement_once(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    ts = slack.say("general", "ada", f"{slack.mention} the export hangs")
    (status,) = wait_for(lambda: slack.statuses)
    assert (status.thread_ts, status.status) == (ts, "is thinking…")
    wait_for(lambda: settled(slack))
    first_ack = min(d.started_at + (d.ack_seconds or 0) for d in slack.deliveries)
    signs = [call for call in slack.calls if call.method == "assistant.threads.setStatus"]
    assert [call.at >= first_ack for call in signs] == [True]
    wait_for(lambda: not boxes.sign_pending(conversation_of(slack, "general", ts).box, ts))
    assert listener.is_ready()


def test_a_first_sign_that_arrives_after_the_answer_is_taken_back(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    slack.faults.add(Fault(operation="assistant.threads.setStatus", kind="delay", seconds=0.5))
    ts = slack.say("general", "ada", f"{slack.mention} the export hangs")
    conversation = conversation_of(slack, "general", ts)
    assert len(wait_for(lambda: mail(boxes, conversation))) == 1
    wait_for(lambda: [status.status for status in slack.statuses] == ["is thinking…", ""])
    assert listener.is_ready()


def test_who_is_told_to_wait_just_as_the_answer_ends_is_not_told_for_ever(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes, own_redis: RedisServer
) -> None:
    ts = slack.say("general", "ada", f"{slack.mention} the export hangs")
    wait_for(lambda: slack.statuses and "you are next" in slack.statuses[-1].status, seconds=30)
    (budget,) = budgets_of(slack.workspace.team_id, "assistant.threads.setStatus")
    assert connect(own_redis.url).zcard(f"sb:limit:{budget.key}:calls") == 2  # The first sign and this one.
    assert len(mail(boxes, conversation_of(slack, "general", ts))) == 1
    wait_for(lambda: slack.statuses[-1].status == "", seconds=30)
    assert listener.is_ready()


def test_a_first_sign_that_slack_does_not_take_costs_nothing(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    slack.faults.add(Fault(operation="assistant.threads.setStatus", kind="error", error="internal_error"))
    ts = slack.say("general", "ada", f"{slack.mention} the export hangs")
    wait_for(lambda: settled(slack))
    conversation = conversation_of(slack, "general", ts)
    wait_for(lambda: not boxes.sign_pending(conversation.box, ts))
    assert len(mail(boxes, conversation)) == 1
    assert len([call for call in slack.calls if call.method == "assistant.threads.setStatus"]) == 1
    assert listener.is_ready()


def test_an_event_that_cannot_be_stored_is_refused_and_comes_again(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes, own_redis: RedisServer
) -> None:
    own_redis.kill()
    ts = slack.say("general", "ada", f"{slack.mention} the export hangs")
    wait_for(lambda: any(delivery.attempts > 1 for delivery in slack.deliveries))
    assert not any(delivery.is_acked for delivery in slack.deliveries)
    assert not listener.is_ready()
    own_redis.restart()
    wait_for(lambda: settled(slack) and all(delivery.is_acked for delivery in slack.deliveries))
    assert len(mail(boxes, conversation_of(slack, "general", ts))) == 1


def test_an_event_that_was_stored_but_not_acknowledged_is_still_there_once(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes, own_redis: RedisServer
) -> None:
    own_redis.pause()
    ts = slack.say("general", "ada", f"{slack.mention} the export hangs")
    wait_for(lambda: any(delivery.attempts > 1 for delivery in slack.deliveries))
    own_redis.resume()
    wait_for(lambda: settled(slack) and all(delivery.is_acked for delivery in slack.deliveries))
    assert len(mail(boxes, conversation_of(slack, "general", ts))) == 1
    assert listener.is_ready()


def test_a_thread_with_too_much_waiting_is_said_to_be_full_to_the_asker_once(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    root = slack.say("general", "ada", f"{slack.mention} one")
    for number in range(49):
        slack.say("general", "ada", f"{slack.mention} {number}", thread_ts=root)
    wait_for(lambda: settled(slack) and boxes.waiting() == 50)
    slack.say("general", "grace", f"{slack.mention} one too many", thread_ts=root)
    wait_for(lambda: settled(slack) and slack.ephemerals)
    (hint,) = slack.ephemerals
    assert hint.user == "U0GRACE01"
    assert "a lot waiting" in hint.text
    assert listener.is_ready()


def test_slacks_stop_button_stops_what_was_asked_before_it(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    ts = slack.say("general", "ada", f"{slack.mention} the export hangs")
    wait_for(lambda: settled(slack))
    slack.stop("general", ts, "ada")
    wait_for(lambda: settled(slack))
    claim = boxes.claim(conversation_of(slack, "general", ts).box)
    assert claim is not None
    assert claim.mark == "stopped"
    assert listener.is_ready()


def test_the_first_sign_is_counted_among_the_calls_of_all_processes(
    listener: RunningListener, slack: SlackStandIn, own_redis: RedisServer
) -> None:
    slack.say("general", "ada", f"{slack.mention} the export hangs")
    (budget,) = budgets_of(slack.workspace.team_id, "assistant.threads.setStatus")
    client = connect(own_redis.url)
    wait_for(lambda: client.zcard(f"sb:limit:{budget.key}:calls") == 1)
    assert listener.is_ready()


def test_while_slack_takes_no_more_signs_nobody_waits_for_one(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes, own_redis: RedisServer
) -> None:
    (budget,) = budgets_of(slack.workspace.team_id, "assistant.threads.setStatus")
    Limiter(connect(own_redis.url)).pause(budget, 60)
    first = conversation_of(slack, "general", slack.say("general", "ada", f"{slack.mention} the export hangs"))
    wait_for(lambda: settled(slack) and not boxes.sign_pending(first.box, first.thread_ts))
    second = conversation_of(slack, "general", slack.say("general", "ada", f"{slack.mention} the import hangs"))
    wait_for(lambda: boxes.has_mail(second.box))
    assert not boxes.sign_pending(second.box, second.thread_ts)
    wait_for(
        lambda: (
            'supportbot_slack_calls_total{method="assistant.threads.setStatus",outcome="no_place"} 2'
            in (listener.door.metrics_text().decode())
        )
    )
    assert slack.statuses == []
