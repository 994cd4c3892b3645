"""Answers as native streams: grown, taken over, stepped down from, and many at once within Slack's limits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.claude.scripts import reply, tool
from sandbox.claude.standin import Pacing
from sandbox.faults import Fault
from sandbox.process import Process
from sandbox.slack.messages import Message, words_of
from sandbox.slack.records import Channel
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e.drafting import shows_filed
from tests.e2e.support import ADA, CHANNEL, ask, card, cards, replies, within

pytestmark = pytest.mark.e2e

PACE = Pacing(first_token_seconds=0.1, chunk_seconds=0.05, chunk_characters=10)
STORY = " ".join(f"Sentence number {number} of the answer." for number in range(1, 30))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("streams")
    with Stack(workers=2, beat=False, pace=PACE, folder=folder) as stack:
        yield stack


def words(message: Message) -> str:
    """What a person reads in a message, streamed or not."""
    return words_of(message)


def finished(stack: Stack, ts: str, channel: str = CHANNEL, seconds: float = 40) -> Message:
    """Wait for the answer to ask for feedback, which it does when it is whole."""

    def look() -> Message | None:
        return next((found for found in replies(stack, ts, channel) if "feedback" in found.action_ids), None)

    return within(look, f"a finished answer to {ts}", seconds)


def busy_worker(stack: Stack, ts: str) -> Process:
    """Return the worker that has the message; it says so in its log."""
    return within(
        lambda: next((worker for worker in stack.workers if f'"message": "{ts}"' in worker.log_text()), None),
        "a worker that took the message",
    )


def growing(stack: Stack, ts: str, text: str) -> Message:
    return within(lambda: next((m for m in replies(stack, ts) if text in words(m)), None), f"{text} in the answer")


def test_an_answer_grows_as_a_stream_for_the_one_who_asked(stack: Stack) -> None:
    stack.claude.script(reply(STORY))
    ts = ask(stack, "tell me a long story")
    done = finished(stack, ts)

    assert words(done) == STORY
    assert done.stream
    assert done.stream.recipient_user_id == ADA
    assert [version.kind for version in done.versions].count("appended") >= 3
    assert len(replies(stack, ts)) == 1
    within(lambda: stack.slack.workspace.sessions[CHANNEL, ts].status == "active", "the session to rest")
    within(lambda: not stack.slack.workspace.status_of(CHANNEL, ts), "no status is left")


def test_a_search_is_a_task_with_links_to_what_it_found(stack: Stack) -> None:
    stack.claude.script(reply("Let me look.", tool("jira_search", {"keywords": ["vpn"]})), reply(STORY))
    ts = ask(stack, "is the VPN down?")
    done = finished(stack, ts)

    assert words(done) == f"Let me look.\n\n{STORY}"
    assert done.stream
    (task,) = done.stream.tasks.values()
    assert (task["title"], task["status"]) == ("Searching Jira", "complete")
    assert task["sources"][0]["text"].startswith("OPS-")


def test_stop_in_slack_ends_the_answer_where_it_stands(stack: Stack) -> None:
    stack.claude.script(reply(STORY))
    ts = ask(stack, "tell me a long story")
    growing(stack, ts, "number 3")
    stack.slack.stop(CHANNEL, ts, ADA)

    stopped = within(lambda: next((m for m in replies(stack, ts) if "_Stopped._" in words(m)), None), "the last word")
    assert STORY not in words(stopped)
    within(lambda: stack.slack.workspace.sessions[CHANNEL, ts].status == "active", "the session to rest")


def test_a_thread_is_suspended_while_its_draft_waits_and_closed_when_it_is_filed(stack: Stack) -> None:
    draft = {"project": "OPS", "issue_type": "Task", "summary": "VPN drops", "description": "It drops."}
    stack.claude.script(reply("Let me draft it.", tool("jira_create_issue", draft)), reply(STORY))
    ts = ask(stack, "file it")
    shown = card(stack, ts)
    finished(stack, ts)
    session = stack.slack.workspace.sessions[CHANNEL, ts]
    assert session.status == "suspended"

    stack.slack.click(CHANNEL, shown.ts, ADA, "draft_create")
    within(lambda: session.status == "closed", "the session to be closed")


def test_a_thread_stays_suspended_as_long_as_any_draft_in_it_waits(stack: Stack) -> None:
    wanted = [
        {"project": "OPS", "issue_type": "Task", "summary": summary, "description": "So it is."}
        for summary in ("Curtain is torn", "Mirror has a crack")
    ]
    stack.claude.script(reply(*(tool("jira_create_issue", each) for each in wanted)), reply("Both are ready."))
    ts = ask(stack, "file both")
    first, second = within(lambda: shown if len(shown := cards(stack, ts)) == len(wanted) else None, "two cards")
    finished(stack, ts)
    session = stack.slack.workspace.sessions[CHANNEL, ts]
    stack.slack.click(CHANNEL, first.ts, ADA, "draft_create")
    shows_filed(first)
    assert session.status == "suspended"

    stack.claude.script(reply("Nothing new."))
    ask(stack, "what else is new?", thread_ts=ts)
    within(lambda: any("Nothing new." in words(each) for each in replies(stack, ts)), "the answer")
    within(lambda: not stack.slack.workspace.status_of(CHANNEL, ts), "no status is left")
    within(lambda: session.status == "suspended", "the session to wait again")

    stack.slack.click(CHANNEL, second.ts, ADA, "draft_cancel")
    within(lambda: session.status == "active", "the session to rest")


def test_where_streams_are_switched_off_answers_are_posted_and_edited(stack: Stack) -> None:
    stack.slack.faults.add(Fault(operation="chat.startStream", kind="error", error="unknown_method", times=-1))
    stack.claude.script(reply(STORY), reply(STORY))
    before = sum(call.method == "chat.startStream" for call in stack.slack.calls)
    done = finished(stack, ask(stack, "tell me a long story"))
    again = finished(stack, ask(stack, "tell me another story"))
    assert [words(done), words(again)] == [STORY, STORY]
    assert sum(call.method == "chat.startStream" for call in stack.slack.calls) == before + 1
    assert done.stream is None
    stack.slack.faults.clear()
    forget_refusals(stack)


def forget_refusals(stack: Stack) -> None:
    """Let hours pass for what Slack has refused."""
    client = connect(stack.redis_url)
    for name in client.scan_iter("sb:refused:*"):
        client.delete(name)
    client.close()


def test_a_killed_workers_stream_is_ended_and_completed_in_the_same_message(stack: Stack) -> None:
    stack.claude.script(reply("Let me look.", tool("jira_search", {"keywords": ["vpn"]})), reply(STORY), reply(STORY))
    ts = ask(stack, "tell me a long story")
    begun = growing(stack, ts, "number 3")
    busy_worker(stack, ts).kill()
    killed_at = time.monotonic()

    done = finished(stack, ts)

    assert done.ts == begun.ts
    assert len(replies(stack, ts)) == 1
    assert words(done) == f"Let me look.\n\n{STORY}"
    assert done.stream
    assert done.stream.state == "finished"
    assert time.monotonic() - killed_at < 30


def test_thirty_at_once_over_ten_channels_are_all_complete_within_slacks_limits(stack: Stack) -> None:
    channels = [f"C0CROWD{number:02d}" for number in range(10)]
    for channel in channels:
        members = [ADA, stack.slack.workspace.bot_user_id]
        stack.slack.workspace.channels[channel] = Channel(channel, channel.lower(), "channel", members)
    stack.claude.script(*[reply(STORY)] * 30)
    calls = len(stack.slack.calls)
    asked = [
        (channels[number % 10], ask(stack, "tell me a long story", channel=channels[number % 10]))
        for number in range(30)
    ]
    done = [finished(stack, ts, channel, seconds=90) for channel, ts in asked]

    assert {words(message) for message in done} == {STORY}
    assert all(len(replies(stack, ts, channel)) == 1 for channel, ts in asked)
    made = stack.slack.calls[calls:]
    assert sum(call.status == 429 for call in made) <= len(made) / 100
