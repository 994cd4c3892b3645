"""A message becomes mail, once, and is acknowledged after that: over the socket and over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.faults import Fault
from sandbox.redis_server import RedisServer
from sandbox.server import Running
from sandbox.slack import NewFile, SlackStandIn
from tests.clients import connect
from tests.integration.listener_harness import SECRET, RunningListener, settings_for, wait_for
from workers.records import Conversation, TurnRequest
from workers.state.failed_turns import FailedTurns
from workers.state.limiter import Limiter
from workers.state.mailbox import Mailboxes
from workers.state.slack_budgets import budgets_of

pytestmark = pytest.mark.integration


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path / "redis", appendonly=True) as server:
        yield server


@pytest.fixture
def boxes(redis_server: RedisServer) -> Mailboxes:
    return Mailboxes(connect(redis_server.url), ttl_seconds=3_600)


@pytest.fixture
def slack() -> Iterator[SlackStandIn]:
    stand_in = SlackStandIn()
    stand_in.slack.deliveries.redelivery_seconds = (0.5, 0.5, 1.0, 2.0)
    server = Running(stand_in.make_app)
    stand_in.workspace.base_url = server.url
    yield stand_in
    server.stop()


@pytest.fixture(params=["socket", "http"])
def listener(
    request: pytest.FixtureRequest, slack: SlackStandIn, redis_server: RedisServer
) -> Iterator[RunningListener]:
    settings = settings_for(slack.workspace.base_url, redis_server.url, mode=request.param)
    running = RunningListener(settings)
    wait_for(running.is_ready)
    if request.param == "http":
        slack.deliver_to(f"{running.url}/slack/events", SECRET)
    yield running
    running.stop()


def mail(boxes: Mailboxes, conversation: Conversation) -> list[TurnRequest]:
    """Take everything out of a mailbox."""
    found = []
    while claim := boxes.claim(conversation.box):
        found.append(TurnRequest.model_validate(claim.body))
        boxes.commit(claim)
    return found


def conversation_of(slack: SlackStandIn, channel: str, ts: str) -> Conversation:
    place = slack.workspace.channel(channel)
    return Conversation(team_id=slack.workspace.team_id, channel_id=place.id, thread_ts=ts)


def settled(slack: SlackStandIn) -> bool:
    """Whether everything that was brought to the app has been acknowledged."""
    return bool(slack.deliveries) and slack.events_under_way == 0


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
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes, redis_server: RedisServer
) -> None:
    ts = slack.say("general", "ada", f"{slack.mention} the export hangs")
    wait_for(lambda: slack.statuses and "you are next" in slack.statuses[-1].status, seconds=30)
    (budget,) = budgets_of(slack.workspace.team_id, "assistant.threads.setStatus")
    assert connect(redis_server.url).zcard(f"sb:limit:{budget.key}:calls") == 2  # The first sign and this one.
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
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes, redis_server: RedisServer
) -> None:
    redis_server.kill()
    ts = slack.say("general", "ada", f"{slack.mention} the export hangs")
    wait_for(lambda: any(delivery.attempts > 1 for delivery in slack.deliveries))
    assert not any(delivery.is_acked for delivery in slack.deliveries)
    assert not listener.is_ready()
    redis_server.restart()
    wait_for(lambda: settled(slack) and all(delivery.is_acked for delivery in slack.deliveries))
    assert len(mail(boxes, conversation_of(slack, "general", ts))) == 1


def test_an_event_that_was_stored_but_not_acknowledged_is_still_there_once(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes, redis_server: RedisServer
) -> None:
    redis_server.pause()
    ts = slack.say("general", "ada", f"{slack.mention} the export hangs")
    wait_for(lambda: any(delivery.attempts > 1 for delivery in slack.deliveries))
    redis_server.resume()
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
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes, redis_server: RedisServer
) -> None:
    ts = slack.say("general", "ada", f"{slack.mention} old")
    wait_for(lambda: settled(slack))
    redis_server.kill()
    slack.edit("general", ts, f"{slack.mention} new")
    wait_for(lambda: any(delivery.attempts > 1 for delivery in slack.deliveries))
    redis_server.restart()
    wait_for(lambda: settled(slack) and all(delivery.is_acked for delivery in slack.deliveries))
    assert [request.text for request in mail(boxes, conversation_of(slack, "general", ts))] == ["new"]
    assert listener.is_ready()


def test_the_first_sign_is_counted_among_the_calls_of_all_processes(
    listener: RunningListener, slack: SlackStandIn, redis_server: RedisServer
) -> None:
    slack.say("general", "ada", f"{slack.mention} the export hangs")
    (budget,) = budgets_of(slack.workspace.team_id, "assistant.threads.setStatus")
    client = connect(redis_server.url)
    wait_for(lambda: client.zcard(f"sb:limit:{budget.key}:calls") == 1)
    assert listener.is_ready()


def test_while_slack_takes_no_more_signs_nobody_waits_for_one(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes, redis_server: RedisServer
) -> None:
    (budget,) = budgets_of(slack.workspace.team_id, "assistant.threads.setStatus")
    Limiter(connect(redis_server.url)).pause(budget, 60)
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


def test_a_question_that_was_deleted_before_it_could_be_stored_is_not_asked(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    ts = slack.say("general", "ada", f"{slack.mention} the export hangs")
    wait_for(lambda: settled(slack))
    place = conversation_of(slack, "general", "1.5")
    assert not listener.door.withdraw(place, "1.5")
    late = TurnRequest(
        conversation=place,
        ts="1.5",
        event_id="",
        kind="mention",
        user_id="U1",
        user_team_id="T1",
        text="x",
        received_at=1,
    )
    assert listener.door.ask(late).result == "seen"
    assert len(mail(boxes, conversation_of(slack, "general", ts))) == 1


def test_new_words_reach_a_question_that_is_tried_again_and_one_that_failed(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes, redis_server: RedisServer
) -> None:
    ts = slack.say("general", "ada", f"{slack.mention} old")
    wait_for(lambda: settled(slack))
    place = conversation_of(slack, "general", ts)
    (request,) = mail(boxes, place)
    failed = FailedTurns(connect(redis_server.url))
    failed.keep(request)
    boxes.put(place.box, f"{ts}~again", request.model_dump(mode="json"))
    slack.edit("general", ts, f"{slack.mention} new")
    wait_for(lambda: settled(slack))
    assert [taken.text for taken in mail(boxes, place)] == ["new"]
    kept = failed.find(place, ts)
    assert kept is not None
    assert kept.text == "new"
    assert listener.is_ready()
