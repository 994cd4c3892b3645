"""What people see of an answer that grows as a native stream, and what is left after every way it can be disturbed."""

from __future__ import annotations

import pytest

from sandbox.faults import Fault
from sandbox.slack.messages import Message
from tests.unit.workers.slack.world import ADA, CHANNEL, World, markdown_of, rate_limited
from workers.errors import Interrupted, ReplyGone
from workers.records import ReplySegment
from workers.slack.pace import stream_pace
from workers.state.limiter import Grant, Hold
from workers.state.slack_budgets import budgets_of
from workers.views.tasks import Task

pytestmark = pytest.mark.integration


def shown(message: Message) -> str:
    """The words of a message, streamed or not."""
    return markdown_of(message) or message.markdown_text or ""


def texts(world: World) -> list[str]:
    return [shown(message) for message in world.written()]


def refused(method: str, code: str, times: int = 1) -> Fault:
    return Fault(operation=method, kind="error", error=code, times=times)


def chunks(world: World) -> list[dict[str, object]]:
    return [chunk for call in world.standin.calls for chunk in call.args.get("chunks") or ()]


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


# --- down the ladder ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["feature_not_enabled", "unknown_method", "method_deprecated"])
def test_a_workspace_without_streams_gets_post_and_edit_and_is_not_asked_again(world: World, code: str) -> None:
    world.standin.faults.add(refused("chat.startStream", code, times=-1))
    for number in range(3):
        reply = world.reply(may_stream=True)
        reply.append(f"Answer {number}")
        world.sleep(1.1)
        reply.append(" grows.")
        reply.finish()
    assert texts(world) == [f"Answer {number} grows." for number in range(3)]
    assert world.calls("chat.startStream") == 1
    assert holders(world, "chat.stopStream") == 0


def test_a_channel_that_cannot_be_streamed_to_says_nothing_of_others(world: World) -> None:
    world.standin.faults.add(refused("chat.startStream", "channel_type_not_supported"))
    first = world.reply(may_stream=True)
    first.append("One")
    first.finish()
    again = world.reply(may_stream=True)
    again.append("Two")
    again.finish()
    assert world.calls("chat.startStream") == 1
    ts = world.standin.say("C0GENERAL", ADA, "hello")
    world.conversation = world.conversation.model_copy(update={"channel_id": "C0GENERAL", "thread_ts": ts})
    world.reply(may_stream=True, turn_ts=ts).append("Three")
    assert world.calls("chat.startStream") == 2


def test_a_rate_limit_is_never_taken_for_a_refusal(world: World) -> None:
    world.standin.faults.add(rate_limited("chat.startStream", 2))
    first = world.reply(may_stream=True)
    first.append("One")
    assert world.calls("chat.postMessage") == 1
    first.finish()
    world.sleep(3)
    second = world.reply(may_stream=True)
    second.append("Two")
    second.finish()
    assert world.calls("chat.startStream") == 2
    assert texts(world) == ["One", "Two"]


def test_a_fault_of_one_payload_switches_nothing_off(world: World) -> None:
    world.standin.faults.add(refused("chat.startStream", "msg_too_long"))
    for word in ("One", "Two"):
        world.sleep(2)
        reply = world.reply(may_stream=True)
        reply.append(word)
        reply.finish()
    assert texts(world) == ["One", "Two"]
    assert world.calls("chat.startStream") == 2


def test_without_a_place_for_a_start_and_its_stop_the_next_rung_is_taken_at_once(world: World) -> None:
    (stops,) = budgets_of(world.team_id, "chat.stopStream")
    for number in range(18):
        assert world.limiter.reserve(Hold(stops, f"other {number}", 300))
    replies = [world.reply(may_stream=True, turn_ts=f"{world.turn_ts[:-1]}{n}") for n in range(3)]
    for reply in replies:
        world.sleep(1.1)
        reply.append("Hello")
    assert (world.calls("chat.startStream"), world.calls("chat.postMessage")) == (2, 1)
    for reply in replies:
        reply.append(" there")
        reply.finish()
    assert texts(world) == ["Hello there"] * 3
    assert not world.standin.limits.refused


# --- rotation ----------------------------------------------------------------------------------------------------


def test_before_slack_ends_a_stream_it_is_ended_and_another_goes_on(world: World) -> None:
    reply = world.reply(may_stream=True)
    said = ""
    for number in range(70):
        said += f"Sentence {number} of a long answer. "
        reply.append(f"Sentence {number} of a long answer. ")
        world.sleep(6)
    reply.finish()
    first, second = world.written()
    assert f"{shown(first)} {shown(second)}" == said.strip()
    assert shown(first).endswith(".")
    assert all(message.stream and message.stream.state == "finished" for message in (first, second))
    assert [message.action_ids for message in (first, second)] == [[], ["feedback"]]
    assert world.calls("chat.update") == 0


def test_a_long_answer_goes_on_in_a_second_stream_with_its_code_closed_and_opened(world: World) -> None:
    lines = "".join(f"print({n})\n" for n in range(2_000))
    reply = world.reply(may_stream=True)
    for start in range(0, len(lines), 900):
        reply.append(("Here:\n\n```python\n" if start == 0 else "") + lines[start : start + 900])
        world.sleep(1.3)
    reply.append("```\nDone.")
    reply.finish()
    found = texts(world)
    assert len(found) == 3
    assert all(len(text) <= 11_500 and text.count("```") == 2 for text in found)
    assert all(text.startswith("```python\nprint(") for text in found[1:])
    assert found[-1].endswith("```\nDone.")
    assert sum(text.count("print(") for text in found) == 2_000
    assert all(message.stream for message in world.written())
    assert not world.standin.limits.refused


def test_a_table_is_not_cut_in_a_row_and_its_head_comes_again(world: World) -> None:
    rows = [f"| OPS-{n} | The gateway drops the connection of user {n} |\n" for n in range(400)]
    reply = world.reply(may_stream=True)
    reply.append("| key | summary |\n|---|---|\n")
    for start in range(0, 400, 7):
        text = "".join(rows[start : start + 7])
        reply.append(text[:33])
        world.sleep(1.2)
        reply.append(text[33:])
        world.sleep(1.2)
    reply.finish()
    found = texts(world)
    assert len(found) > 1
    for text in found:
        assert text.startswith("| key | summary |\n|---|---|\n")
        assert all(line.endswith("|") for line in text.splitlines())
    assert sum(text.count("OPS-") for text in found) == 400


def test_a_stream_without_a_good_place_to_end_is_edited_from_then_on(world: World) -> None:
    reply = world.reply(may_stream=True)
    reply.append("See [the very long")
    for _ in range(28):
        world.sleep(10)
        reply.append(" link")
    reply.append("](https://example.org) now.")
    world.sleep(2)
    reply.finish()
    assert texts(world) == [f"See [the very long{' link' * 28}](https://example.org) now."]
    assert world.written()[0].action_ids == ["feedback"]


def test_an_idle_stream_is_ended_before_its_time_and_the_rest_comes_in_a_new_message(world: World) -> None:
    reply = world.reply(may_stream=True)
    reply.append("Let me look.")
    for _ in range(40):
        world.sleep(10)
        reply.tick()
    assert world.written()[0].stream.state == "finished"  # type: ignore[union-attr]
    reply.append("\n\nFound it.")
    reply.finish()
    assert texts(world) == ["Let me look.", "Found it."]


# --- what goes wrong ---------------------------------------------------------------------------------------------


def test_a_stream_that_slack_has_ended_is_corrected_and_another_goes_on(world: World) -> None:
    world.standin.slack.stream_seconds = 100
    reply = world.reply(may_stream=True)
    said = ""
    for number in range(30):
        said += f"Sentence {number}. "
        reply.append(f"Sentence {number}. ")
        world.sleep(5)
    reply.finish()
    first, second = world.written()
    assert f"{shown(first)} {shown(second)}" == said.strip()
    assert first.versions[-1].kind == "updated"
    assert second.stream
    assert [message.action_ids for message in (first, second)] == [[], ["feedback"]]


def test_a_stream_that_ended_before_its_last_words_gets_them_by_an_update(world: World) -> None:
    reply = world.reply(may_stream=True)
    reply.append("Half of")
    world.sleep(301)
    reply._text = "Half of it and the rest."
    reply.finish()
    assert texts(world) == ["Half of it and the rest."]
    assert world.standin.workspace.sessions[CHANNEL, world.turn_ts].status == "active"


def test_a_stop_by_a_person_stops_the_turn(world: World) -> None:
    reply = world.reply(may_stream=True)
    reply.append("A long")
    world.standin.stop(CHANNEL, world.turn_ts, ADA)
    world.sleep(2)
    with pytest.raises(Interrupted) as stop:
        reply.append(" story")
    assert stop.value.reason == "stopped"
    reply.stopped("_Stopped._")
    assert texts(world) == ["A long story\n\n_Stopped._"]
    assert world.standin.workspace.sessions[CHANNEL, world.turn_ts].status == "active"


def test_a_stop_that_slack_tells_only_at_the_end_is_heard(world: World) -> None:
    reply = world.reply(may_stream=True)
    reply.append("A long")
    world.standin.stop(CHANNEL, world.turn_ts, ADA)
    with pytest.raises(Interrupted):
        reply.finish()
    reply.stopped("_Stopped._")
    assert texts(world) == ["A long\n\n_Stopped._"]


def test_a_stop_that_is_heard_elsewhere_first_ends_the_answer(world: World) -> None:
    reply = world.reply(may_stream=True)
    reply.append("A long")
    world.standin.stop(CHANNEL, world.turn_ts, ADA)
    reply.stopped("_Stopped._")
    assert texts(world) == ["A long\n\n_Stopped._"]


def test_text_of_a_cut_round_is_taken_back_by_an_edit(world: World) -> None:
    reply = world.reply(may_stream=True)
    reply.append("I will search Jira. There are thr")
    world.sleep(2)
    reply.restart_from("I will search Jira.")
    reply.append(" There are two.")
    reply.finish()
    assert texts(world) == ["I will search Jira. There are two."]
    assert world.written()[0].stream.state == "finished"  # type: ignore[union-attr]


def test_a_round_that_goes_on_where_the_last_one_ended_stays_a_stream(world: World) -> None:
    reply = world.reply(may_stream=True)
    reply.append("I will search Jira.")
    world.sleep(2)
    reply.restart_from("I will search Jira.")
    reply.append("\n\nThere are two.")
    reply.finish()
    assert texts(world) == ["I will search Jira.\n\nThere are two."]
    assert world.calls("chat.update") == 0


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
@pytest.mark.parametrize("method", ["chat.startStream", "chat.appendStream", "chat.stopStream"])
def test_no_lost_answer_loses_or_doubles_a_word(world: World, method: str, kind: str) -> None:
    world.standin.faults.add(Fault.model_validate({"operation": method, "kind": kind}))
    reply = world.reply(may_stream=True)
    for word in ("One ", "two ", "three ", "four."):
        reply.append(word)
        world.sleep(2)
    reply.finish()
    assert texts(world) == ["One two three four."]
    assert world.journal.segments[0].ts == world.written()[0].ts
    assert world.written()[0].action_ids == ["feedback"]


@pytest.mark.parametrize("method", ["chat.appendStream", "chat.stopStream"])
def test_what_slack_refuses_while_it_streams_comes_by_an_edit(world: World, method: str) -> None:
    world.standin.faults.add(refused(method, "msg_blocks_too_long"))
    reply = world.reply(may_stream=True)
    for word in ("One ", "two ", "three ", "four."):
        reply.append(word)
        world.sleep(2)
    reply.finish()
    assert texts(world) == ["One two three four."]


def test_a_final_text_outlives_a_storm_of_429s(world: World) -> None:
    reply = world.reply(may_stream=True)
    reply.append("Here ")
    world.standin.faults.add(rate_limited("chat.stopStream", 5, times=4))
    reply.append("you are.")
    reply.finish()
    assert texts(world) == ["Here you are."]


def test_a_message_that_is_still_streamed_is_ended_before_it_is_edited(world: World) -> None:
    """The journal may be behind: an `edit` whose stream lives after all."""
    first = world.reply(may_stream=True)
    first.append("Half an ans")
    (segment,) = world.journal.segments
    second = world.reply((segment.model_copy(update={"kind": "edit"}),), may_stream=True)
    second.restart_from("")
    second.append("A whole answer.")
    second.finish()
    assert texts(world) == ["A whole answer."]


def test_a_deleted_message_ends_the_reply(world: World) -> None:
    reply = world.reply(may_stream=True)
    reply.append("One ")
    world.standin.delete(CHANNEL, world.written()[0].ts)
    world.sleep(2)
    with pytest.raises(ReplyGone):
        reply.append("two.")
    with pytest.raises(ReplyGone):
        reply.finish()


def test_a_withdrawn_answer_goes_away_with_its_stream(world: World) -> None:
    reply = world.reply(may_stream=True)
    reply.append("One ")
    reply.withdraw()
    assert world.written() == []
    assert holders(world, "chat.stopStream") == 0


def test_the_model_calls_nobody_in_a_stream(world: World) -> None:
    reply = world.reply(may_stream=True)
    for (
        letter
    ) in "Ask <!channel> or @here, @everyone <@U0ADA0001> <!subteam^S1|@ops> and `<!here>` please. mail@here.org":
        reply.append(letter)
        world.sleep(1)
        current = shown(world.written()[0]) if world.written() else ""
        for form in ("<!channel", "<@U", "<!subteam", "@channel", " @here", "@everyone"):
            assert form not in current
    reply.finish()
    assert "`<!here>`" in texts(world)[0]
    assert world.calls("chat.update") == 0, "nothing that was sent had to be taken back"


# --- take-over ---------------------------------------------------------------------------------------------------


def test_another_worker_ends_the_stream_and_goes_on_in_the_same_message(world: World) -> None:
    first = world.reply(may_stream=True)
    first.append("Let me look.")
    world.sleep(2)
    first.append("\n\nThere are thr")
    world.sleep(2)
    second = world.reply(world.journal.segments, may_stream=True)
    second.restart_from("Let me look.")
    assert world.written()[0].stream.state == "finished"  # type: ignore[union-attr]
    assert texts(world) == ["Let me look."]
    world.sleep(2)
    second.append("\n\nThere are two.")
    second.finish()
    assert texts(world) == ["Let me look.\n\nThere are two."]
    assert world.written()[0].action_ids == ["feedback"]
    assert world.standin.workspace.sessions[CHANNEL, world.turn_ts].status == "active"
    assert holders(world, "chat.stopStream") == 0


def test_another_worker_takes_over_a_stream_that_slack_has_ended(world: World) -> None:
    first = world.reply(may_stream=True)
    first.append("Half an ans")
    world.sleep(400)
    second = world.reply(world.journal.segments, may_stream=True)
    second.append("A whole answer.")
    second.finish()
    assert texts(world) == ["A whole answer."]


def test_a_worker_that_died_between_start_and_ts_left_a_stream_that_is_found(world: World) -> None:
    earlier = world.reply(may_stream=True, turn_ts=world.turn_ts)
    earlier.append("An earlier answer.")
    earlier.finish()
    world.sleep(10)
    turn_ts = world.standin.say(CHANNEL, ADA, "and now?", world.turn_ts)
    world.standin.faults.add(Fault(operation="chat.startStream", kind="drop_after"))
    world.reply(may_stream=True, turn_ts=turn_ts).append("Hello")
    (segment,) = world.journal.segments
    assert (segment.kind, segment.ts) == ("stream", "")

    second = world.reply(world.journal.segments, may_stream=True, turn_ts=turn_ts)
    second.append("Hello again")
    second.finish()
    assert texts(world) == ["An earlier answer.", "Hello again"]


def test_messages_that_were_ended_before_a_take_over_stay_as_they_are(world: World) -> None:
    said = "".join(f"Sentence {number} of a rather long answer. " for number in range(400))
    first = world.reply(may_stream=True)
    for start in range(0, len(said), 700):
        first.append(said[start : start + 700])
        world.sleep(1.5)
    before = texts(world)
    assert len(before) == 2

    second = world.reply(world.journal.segments, may_stream=True)
    second.restart_from(said)
    second.append("The end.")
    second.finish()
    assert texts(world)[0] == before[0]
    assert " ".join(texts(world)) == said + "The end."
    assert [version.kind for version in world.written()[0].versions].count("updated") == 0


def test_a_round_that_is_said_anew_after_a_take_over_leaves_no_trace_of_the_old_one(world: World) -> None:
    said = "".join(f"Sentence {number} of a rather long answer. " for number in range(400))
    first = world.reply(may_stream=True)
    for start in range(0, len(said), 700):
        first.append(said[start : start + 700])
        world.sleep(1.5)
    second = world.reply(world.journal.segments, may_stream=True)
    second.restart_from("")
    second.append("Short after all.")
    second.finish()
    assert texts(world) == ["Short after all."]
    assert [segment.covers for segment in world.journal.segments] == [0]


def test_a_reply_knows_segments_of_an_older_version() -> None:
    assert ReplySegment.model_validate({"kind": "edit", "ts": "1.0", "confirmed": "x", "intended": "x"}).covers == 0


# --- tasks -------------------------------------------------------------------------------------------------------


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


# --- many at once ------------------------------------------------------------------------------------------------


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


def holders(world: World, method: str) -> int:
    """How many places of a method are kept."""
    grant = world.limiter.acquire(budgets_of(world.team_id, method), priority=True)
    assert isinstance(grant, Grant)
    return grant.holders
