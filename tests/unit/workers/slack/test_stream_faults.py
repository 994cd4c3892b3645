"""What is left of a streamed answer after every way it can be disturbed, by whoever goes on with it."""

from __future__ import annotations

import pytest

from sandbox.faults import Fault
from tests.unit.workers.slack.world import ADA, CHANNEL, World, holders, rate_limited, refused, shown, texts
from workers.errors import Interrupted, ReplyGone
from workers.records import ReplySegment

pytestmark = pytest.mark.integration


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


@pytest.mark.parametrize("may_stream", [True, False])
def test_an_answer_that_is_stopped_in_a_list_ends_with_its_last_item(world: World, may_stream: bool) -> None:
    reply = world.reply(may_stream=may_stream)
    reply.append("Two are known:\n\n- OPS-3: the printer\n- ")
    reply.stopped("_Stopped._")
    assert texts(world) == ["Two are known:\n\n- OPS-3: the printer\n\n_Stopped._"]


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
