"""Stop, by our button or by Slack's: the answer ends where it stands, and the next question is answered as ever."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.claude.faulty import rate_limited
from sandbox.claude.scripts import reply, tool
from sandbox.claude.standin import Pacing
from sandbox.faults import Fault
from sandbox.slack.messages import Message
from sandbox.stack import Stack
from tests.e2e.drafting import words
from tests.e2e.support import ADA, ADAS_DM, CHANNEL, GRACE, ask, replies, within

pytestmark = pytest.mark.e2e

SLOWLY = Pacing(first_token_seconds=0.05, chunk_seconds=0.05, chunk_characters=10)
STORY = " ".join(f"Sentence number {number} of the answer." for number in range(1, 80))
SOON = 10.0


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("stop")
    with Stack(beat=False, pace=SLOWLY, folder=folder) as stack:
        yield stack


def reads(message: Message) -> str:
    return f"{message.text}\n{message.markdown_text or ''}\n{words(message)}"


def saying(stack: Stack, thread_ts: str, part: str, *, channel: str = CHANNEL, seconds: float = 30.0) -> Message:
    """Wait for an answer in a thread that says something."""

    def look() -> Message | None:
        return next((m for m in replies(stack, thread_ts, channel) if part in reads(m)), None)

    return within(look, f"an answer with {part!r} in {thread_ts}", seconds)


def is_quiet(stack: Stack, thread_ts: str, channel: str = CHANNEL) -> None:
    """Wait until no status line stands in a thread."""
    within(lambda: not stack.slack.workspace.status_of(channel, thread_ts), "no status line", SOON)


def asked_with(stack: Stack, part: str) -> str:
    """Wait until the model is asked something, and return all that it was sent."""

    def look() -> str | None:
        bodies = [json.dumps(request.body.get("messages")) for request in stack.claude.message_requests]
        return next((body for body in reversed(bodies) if part in body), None)

    return within(look, f"a request with {part!r}")


def stop(stack: Stack, message: Message, user: str = ADA) -> None:
    """Press Stop: ours where it stands on the message, else Slack's own on the thread."""
    if "turn_stop" in message.action_ids:
        stack.slack.click(message.channel, message.ts, user, "turn_stop")
    else:
        stack.slack.stop(message.channel, message.thread_ts or message.ts, user)


@pytest.mark.parametrize("channel", [CHANNEL, ADAS_DM])
def test_a_running_answer_stops_where_it_stands_and_the_next_knows_of_it(stack: Stack, channel: str) -> None:
    stack.claude.script(reply(STORY), when=f"long story in {channel}")
    stack.claude.script(reply("Here I am again."), when=f"and now in {channel}")
    ts = ask(stack, f"tell a long story in {channel}", channel=channel)
    growing = saying(stack, ts, "number 3", channel=channel)
    stop(stack, growing)

    done = saying(stack, ts, "Stopped", channel=channel, seconds=SOON)
    is_quiet(stack, ts, channel)
    assert done.ts == growing.ts
    assert "number 3" in reads(done)
    assert "number 79" not in reads(done)
    assert "turn_stop" not in done.action_ids

    ask(stack, f"and now in {channel}", thread_ts=ts, channel=channel)
    saying(stack, ts, "Here I am again.", channel=channel)
    sent = asked_with(stack, f"and now in {channel}")
    assert f"long story in {channel}" in sent
    assert "number 1 of" in sent


def test_slacks_own_stop_ends_what_runs_and_what_waits_and_nothing_that_is_asked_later(stack: Stack) -> None:
    # What was asked before stands above the later questions, so the last is looked for first.
    stack.claude.script(reply("Third answer."), when="third of three")
    stack.claude.script(reply("Never said."), when="second of three")
    stack.claude.script(reply(STORY), when="first of three")
    ts = ask(stack, "first of three")
    saying(stack, ts, "number 2")
    ask(stack, "second of three", thread_ts=ts)
    within(lambda: stack.slack.events_under_way == 0, "the second question is taken")
    stack.slack.stop(CHANNEL, ts, GRACE)
    ask(stack, "third of three", thread_ts=ts)

    saying(stack, ts, "Third answer.")
    is_quiet(stack, ts)
    stopped = [reads(message) for message in replies(stack, ts) if "Stopped" in reads(message)]
    assert len(stopped) == 2
    assert "Never said." not in "".join(reads(message) for message in replies(stack, ts))
    questions = [json.dumps(request.body["messages"][-1]) for request in stack.claude.message_requests]
    assert not any("second of three" in question and "third of three" not in question for question in questions)


def test_an_answer_is_stopped_before_its_first_word(stack: Stack) -> None:
    pause = stack.claude.pacing.first_token_seconds
    stack.claude.pacing.first_token_seconds = 60
    try:
        ts = ask(stack, "think for very long")
        assert within(lambda: stack.slack.workspace.status_of(CHANNEL, ts), "a status line")
        asked_with(stack, "think for very long")
        stack.slack.stop(CHANNEL, ts, ADA)

        saying(stack, ts, "Stopped", seconds=SOON)
        is_quiet(stack, ts)
    finally:
        stack.claude.pacing.first_token_seconds = pause


def test_an_answer_is_stopped_between_its_rounds_and_the_next_request_is_valid(stack: Stack) -> None:
    stack.claude.script(
        reply("Let me look.", tool("jira_search", {"keywords": ["printer"]})),
        reply(STORY),
        when="look for printers",
    )
    stack.claude.script(reply("Fine."), when="never mind the printers")
    ts = ask(stack, "look for printers")
    stop(stack, saying(stack, ts, "number 2"))
    saying(stack, ts, "Stopped", seconds=SOON)

    ask(stack, "never mind the printers", thread_ts=ts)

    saying(stack, ts, "Fine.")
    sent = asked_with(stack, "never mind the printers")
    assert "tool_result" in sent
    assert all(request.status == 200 for request in stack.claude.message_requests)


def test_a_stop_after_the_end_changes_nothing(stack: Stack) -> None:
    stack.claude.script(reply("A short one."), when="say it shortly")
    ts = ask(stack, "say it shortly")
    done = saying(stack, ts, "A short one.")
    is_quiet(stack, ts)
    within(lambda: "turn_stop" not in done.action_ids, "the end of the answer")
    stack.slack.stop(CHANNEL, ts, ADA)
    stack.claude.script(reply("Still here."), when="are you there")
    ask(stack, "are you there", thread_ts=ts)

    saying(stack, ts, "Still here.")
    assert "Stopped" not in reads(done)


def test_a_stop_while_the_turn_waits_for_the_model_keeps_what_was_shown(stack: Stack) -> None:
    stack.claude.script(reply("Let me look.", tool("jira_search", {"text": "lift"})), when="wait and stop")
    stack.jira.faults.add(Fault(operation="*", kind="delay", seconds=2, times=-1))
    ts = ask(stack, "wait and stop")
    growing = saying(stack, ts, "Let me look.")
    # While the tool runs: the second round is told to come again much later, and the turn lies in the queue.
    stack.claude.faults.add(rate_limited(300, times=-1))
    within(lambda: "turn_waits" in stack.workers[0].log_text(), "the turn is given back")
    stop(stack, growing)

    done = saying(stack, ts, "Stopped", seconds=SOON)
    stack.claude.faults.clear()
    stack.jira.faults.clear()
    is_quiet(stack, ts)
    assert done.ts == growing.ts
    assert "Let me look." in reads(done)
