"""When an answer is over nothing may say that the bot still works, also where Slack is away for a moment."""

from __future__ import annotations

import pytest

from sandbox.faults import Fault
from tests.unit.workers.slack.world import ADA, CHANNEL, World, rate_limited
from workers.errors import ReplyGone
from workers.slack.session import set_at_rest

pytestmark = pytest.mark.integration

STATUS = "assistant.threads.setStatus"
SESSION = "agents.sessions.setStatus"


@pytest.mark.parametrize(
    "fault",
    [
        rate_limited(STATUS, 3),
        Fault(operation=STATUS, kind="status", status=503, times=2),
        Fault(operation=STATUS, kind="drop_before", times=1),
    ],
    ids=["429", "503", "no answer"],
)
def test_a_status_whose_end_slack_does_not_take_at_once_is_taken_away_after_that(world: World, fault: Fault) -> None:
    reply = world.reply()
    reply.append("One ")
    world.sleep(2)
    reply.status("is searching Jira…")
    assert world.standin.workspace.status_of(CHANNEL, world.turn_ts)
    world.standin.faults.add(fault)
    reply.append("two.")
    reply.finish()

    assert world.texts() == ["One two."]
    assert not world.standin.workspace.status_of(CHANNEL, world.turn_ts)


def test_a_session_whose_end_slack_does_not_take_at_once_is_ended_after_that(world: World) -> None:
    reply = world.reply(may_stream=True)
    reply.append("One ")
    world.standin.faults.add(Fault(operation="chat.stopStream", kind="error", error="internal_error", times=1))
    world.standin.faults.add(Fault(operation=SESSION, kind="status", status=503, times=1))
    reply.finish()

    assert {session.status for session in world.standin.workspace.sessions.values()} <= {"active"}


def test_an_answer_that_is_deleted_while_it_grows_leaves_no_status_and_no_session(world: World) -> None:
    reply = world.reply(may_stream=True)
    reply.append("One ")
    reply.status("is searching Jira…")
    world.standin.delete(CHANNEL, world.written()[0].ts)
    world.sleep(2)
    with pytest.raises(ReplyGone):
        reply.append("two.")

    assert not world.standin.workspace.status_of(CHANNEL, world.turn_ts)
    assert "processing" not in {session.status for session in world.standin.workspace.sessions.values()}


def test_a_question_that_is_deleted_before_its_first_word_takes_no_other_thread_its_status(world: World) -> None:
    reply = world.reply(may_stream=True)
    reply.status("is searching Jira…")
    world.standin.delete(CHANNEL, world.turn_ts)
    reply.withdraw()

    other = world.standin.say(CHANNEL, ADA, "the printer, too")
    world.conversation = world.conversation.model_copy(update={"thread_ts": other})
    world.reply(may_stream=True, turn_ts=other).status("is reading an issue…")

    assert world.standin.workspace.status_of(CHANNEL, other) == "is reading an issue…"


def test_a_session_of_a_thread_that_is_gone_takes_no_other_thread_its_own(world: World) -> None:
    gone = world.conversation.model_copy(update={"thread_ts": "1.000000"})
    set_at_rest(world.api, gone, "closed")

    reply = world.reply(may_stream=True)
    reply.append("One ")

    assert "processing" in {session.status for session in world.standin.workspace.sessions.values()}


def test_what_another_worker_has_shown_stays_above_the_last_words(world: World) -> None:
    first = world.reply()
    first.append("Let me look.")
    second = world.reply(world.journal.segments)
    second.recall("Let me look.")
    second.stopped("Stopped.")

    assert world.texts() == ["Let me look.\n\nStopped."]
