"""What people see of an answer that grows as a native stream, and of the tasks in it."""

from __future__ import annotations

import pytest
import redis

from tests.unit.workers.slack.world import ADA, CHANNEL, World, chunks, holders, refused, shown, texts
from workers.errors import Interrupted
from workers.slack.pace import stream_pace
from workers.state.limiter import Grant
from workers.views.tasks import Task

pytestmark = pytest.mark.integration


def test_text_is_streamed_at_once_and_more_is_appended_at_a_pace(world: World) -> None:
    reply = world.reply(may_stream=True)
    reply.append("Let me ")
    assert texts(world) == ["Let me"]
    for word in ("look ", "into ", "that."):
        reply.append(word)
    assert world.calls("chat.appendStream") == 0, "within a second nothing more is sent"
    world.sleep(1.0)
    reply.tick()
    assert texts(world) == ["Let me look into that."]
    reply.append(" It is up.")
    reply.finish()

    (message,) = world.written()
    assert shown(message) == "Let me look into that. It is up."
    assert [version.kind for version in message.versions] == ["posted", "appended", "stopped"]
    assert message.thread_ts == world.turn_ts
    assert message.stream
    assert message.stream.state == "finished"
    assert message.stream.recipient_user_id == ADA
    assert world.calls("chat.postMessage") == world.calls("chat.update") == 0


def test_a_finished_answer_asks_for_feedback_and_is_known_again(world: World) -> None:
    reply = world.reply(may_stream=True)
    reply.append("Hello")
    reply.finish()
    (message,) = world.written()
    assert message.action_ids == ["feedback"]
    (buttons,) = message.blocks[-1]["elements"]  # type: ignore[index]
    assert buttons["positive_button"]["value"] == f"{world.turn_ts} good"
    assert buttons["negative_button"]["value"] == f"{world.turn_ts} bad"
    assert message.metadata == {
        "event_type": "supportbot_reply",
        "event_payload": {"turn": world.turn_ts, "segment": 0},
    }


def test_the_session_shows_that_the_bot_works_and_no_longer_does(world: World) -> None:
    reply = world.reply(may_stream=True)
    reply.append("Hello")
    session = world.standin.workspace.sessions[CHANNEL, world.turn_ts]
    assert session.status == "processing"
    reply.append(" there")
    reply.finish()
    assert session.status == "active"
    assert world.calls("agents.sessions.setStatus") == 1, "the end of the stream sets it back"
    for method in ("agents.sessions.setStatus", "chat.stopStream"):
        assert holders(world, method) == 0


def test_a_thread_that_waits_for_a_decision_is_suspended(world: World) -> None:
    reply = world.reply(may_stream=True)
    reply.append("The draft is ready.")
    reply.finish(is_waiting=True)
    assert world.standin.workspace.sessions[CHANNEL, world.turn_ts].status == "suspended"


def test_an_app_that_is_no_agent_has_streams_without_a_session(world: World) -> None:
    world.standin.slack.is_agent = False
    for _ in range(2):
        reply = world.reply(may_stream=True)
        reply.append("Hello")
        reply.finish()
    assert texts(world) == ["Hello", "Hello"]
    assert world.calls("agents.sessions.setStatus") == 1, "it is not asked again"
    assert not world.standin.workspace.sessions


def test_the_intent_lies_in_the_journal_before_the_stream_and_the_ts_right_after(world: World) -> None:
    reply = world.reply(may_stream=True)
    reply.append("Hello")
    (intent,) = world.journal.saved[0]
    assert (intent.kind, intent.ts, intent.intended) == ("stream", "", "Hello")
    assert intent.started_at > 0
    assert world.journal.saved[1][0].ts == world.written()[0].ts


def test_nothing_is_streamed_when_the_turn_was_taken_away(world: World) -> None:
    reply = world.reply(may_stream=True)
    reply.append("Hello")
    world.journal.is_fenced = True
    world.sleep(5)
    with pytest.raises(Interrupted):
        reply.append(" there")
    with pytest.raises(Interrupted):
        reply.finish()
    assert texts(world) == ["Hello"]


def test_an_answer_that_is_whole_at_once_costs_one_post(world: World) -> None:
    reply = world.reply(may_stream=True)
    reply.restart_from("")
    reply._text = "All there is to say."
    reply.finish()
    assert texts(world) == ["All there is to say."]
    assert world.written()[0].action_ids == ["feedback"]
    assert world.calls("chat.startStream") == 0


def test_a_direct_message_needs_no_recipient(world: World) -> None:
    dm = world.standin.workspace.dm(ADA).id
    ts = world.standin.say(dm, ADA, "hello")
    world.conversation = world.conversation.model_copy(update={"channel_id": dm, "thread_ts": ts})
    reply = world.reply(may_stream=True, turn_ts=ts)
    reply.append("Hello")
    reply.finish()
    (message,) = world.standin.replies_of_bot(dm, ts)
    assert shown(message) == "Hello"
    start = next(call for call in world.standin.calls if call.method == "chat.startStream")
    assert "recipient_user_id" not in start.args


def test_tasks_tick_in_the_stream_with_links_to_what_they_found(world: World) -> None:
    reply = world.reply(may_stream=True)
    reply.append("Let me look.")
    world.sleep(1)
    reply.task(Task("call1", "Searching Jira", "in_progress"))
    message = world.written()[0]
    assert message.stream
    assert message.stream.tasks["call1"]["status"] == "in_progress"
    world.sleep(1)
    reply.task(Task("call1", "Searching Jira", "complete", "1 issue", (("OPS-1", "https://jira.example.org/OPS-1"),)))
    assert message.stream.tasks["call1"]["sources"] == [
        {"type": "url", "url": "https://jira.example.org/OPS-1", "text": "OPS-1"}
    ]
    reply.append("\n\nFound it.")
    reply.finish()
    assert texts(world) == ["Let me look.\n\nFound it."]
    assert message.stream.tasks["call1"]["status"] == "complete"
    assert world.standin.workspace.status_of(CHANNEL, world.turn_ts) == ""


def test_a_task_before_the_first_word_begins_the_stream(world: World) -> None:
    reply = world.reply(may_stream=True)
    reply.task(Task("call1", "Searching Jira", "in_progress"))
    (message,) = world.written()
    world.sleep(1)
    reply.append("Found it.")
    reply.finish()
    assert texts(world) == ["Found it."]
    assert message.stream
    assert message.stream.tasks["call1"]["status"] == "error", "nothing stays that seems to be under way"


def test_where_tasks_are_refused_the_text_goes_on_and_they_are_not_tried_again(world: World) -> None:
    world.standin.faults.add(refused("chat.appendStream", "invalid_chunks"))
    reply = world.reply(may_stream=True)
    reply.append("Let me look.")
    world.sleep(1)
    reply.task(Task("call1", "Searching Jira", "in_progress"))
    world.sleep(1)
    reply.append("\n\nFound it.")
    reply.task(Task("call2", "Searching Jira", "in_progress"))
    reply.finish()
    again = world.reply(may_stream=True)
    again.task(Task("call3", "Searching Jira", "in_progress"))
    again.append("Two.")
    again.finish()
    assert texts(world) == ["Let me look.\n\nFound it.", "Two."]
    assert [chunk["id"] for chunk in chunks(world) if chunk["type"] == "task_update"] == ["call1"]
    assert world.calls("chat.update") == 0


def test_without_a_stream_a_task_is_a_status_line(world: World) -> None:
    reply = world.reply()
    reply.task(Task("call1", "Searching Jira", "in_progress"))
    assert world.standin.workspace.status_of(CHANNEL, world.turn_ts) == "is searching Jira…"
    assert world.written() == []


def test_the_pace_of_appends_is_stretched_by_how_many_streams_are_open() -> None:
    assert stream_pace(Grant(room=99, holders=1, at_seconds=0), 100, 5) == 1.0
    assert 2 < stream_pace(Grant(room=95, holders=20, at_seconds=0), 100, 5) < 3
    assert stream_pace(Grant(room=10, holders=20, at_seconds=0), 100, 5) == pytest.approx(60 * 20 / 95)


def test_many_long_replies_at_once_stream_edit_or_come_whole_and_never_meet_a_429(world: World) -> None:
    replies = [world.reply(turn_ts=f"{world.turn_ts[:-2]}{n:02d}", may_stream=True) for n in range(25)]
    for _ in range(40):
        for reply in replies:
            reply.append("word ")
        world.sleep(0.5)
    for reply in replies:
        reply.finish()
    assert set(texts(world)) == {("word " * 40).strip()}
    assert len(world.written()) == 25
    assert sum(message.stream is not None for message in world.written()) == 20
    assert not world.standin.limits.refused


def test_an_answer_that_can_begin_only_with_its_last_words_is_ended_with_them(
    world: World, redis_client: redis.Redis
) -> None:
    reply = world.reply(may_stream=True)
    port = redis_client.connection_pool.connection_kwargs["port"]
    with redis.Redis(port=port, single_connection_client=True) as admin:
        admin.config_set("requirepass", "another")
        redis_client.connection_pool.disconnect()
        try:
            reply.append("Hello there.")
        finally:
            admin.config_set("requirepass", "")
    assert texts(world) == []
    reply.finish()

    (message,) = world.written()
    assert shown(message) == "Hello there."
    assert message.stream is None or message.stream.state == "finished"
    assert "feedback" in message.action_ids
