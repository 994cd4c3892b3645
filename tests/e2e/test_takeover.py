"""A killed worker's answer is completed by another, in the same Slack message, once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.claude.scripts import reply, tool
from sandbox.claude.standin import Pacing
from sandbox.process import Process
from sandbox.stack import Stack
from tests.e2e.support import RUNGS, answer, ask, card, cards, replies, within

pytestmark = pytest.mark.e2e

SLOWLY = Pacing(first_token_seconds=0.05, chunk_seconds=0.05, chunk_characters=10)
STORY = " ".join(f"Sentence number {number} of the answer." for number in range(1, 40))
TAKEOVER_SECONDS = 15.0


@pytest.fixture(params=RUNGS)
def stack(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stack]:
    settings = RUNGS[request.param]
    with Stack(workers=2, beat=False, pace=SLOWLY, settings=settings, folder=tmp_path) as stack:
        yield stack


def busy_worker(stack: Stack, ts: str) -> Process:
    """Return the worker that has the message; it says so in its log."""
    return within(
        lambda: next((worker for worker in stack.workers if f'"message": "{ts}"' in worker.log_text()), None),
        "a worker that took the message",
    )


def test_a_killed_workers_answer_is_completed_by_another_in_the_same_message(stack: Stack) -> None:
    stack.claude.script(reply(STORY), reply(STORY))
    ts = ask(stack, "tell me a long story")
    growing = within(lambda: next((m for m in replies(stack, ts) if "number 3" in m.text), None), "half an answer")
    busy_worker(stack, ts).kill()
    killed_at = time.monotonic()

    done = answer(stack, ts, seconds=TAKEOVER_SECONDS + 10)

    assert done.ts == growing.ts
    assert len(replies(stack, ts)) == 1
    assert STORY in done.text
    assert time.monotonic() - killed_at < TAKEOVER_SECONDS + 10


def test_a_worker_that_takes_over_does_not_repeat_a_finished_tool_call(stack: Stack) -> None:
    stack.claude.script(
        reply("Let me look.", tool("jira_search", {"keywords": ["vpn"]})),
        reply(STORY),
        reply(STORY),
    )
    ts = ask(stack, "is the VPN down?")
    within(lambda: [m for m in replies(stack, ts) if "number 3" in m.text], "text after the search")
    searches = [call for call in stack.jira.calls if call["route"].endswith("search/jql")]
    busy_worker(stack, ts).kill()

    done = answer(stack, ts)

    assert [call for call in stack.jira.calls if call["route"].endswith("search/jql")] == searches
    assert done.text.startswith("Let me look.")
    assert done.text.count("Sentence number 1 ") == 1


def test_a_draft_shown_before_the_kill_is_not_shown_twice(stack: Stack) -> None:
    draft = {"project": "OPS", "issue_type": "Task", "summary": "VPN drops", "description": "It drops."}
    stack.claude.script(reply(tool("jira_create_issue", draft)), reply(STORY), reply(STORY))
    ts = ask(stack, "file it")
    card(stack, ts)
    within(lambda: [m for m in replies(stack, ts) if "number 3" in m.text], "text after the draft")
    busy_worker(stack, ts).kill()

    answer(stack, ts)

    assert len(cards(stack, ts)) == 1


def test_sigterm_hands_a_running_answer_over_and_the_person_sees_one_message(stack: Stack) -> None:
    stack.claude.script(reply(STORY), reply(STORY))
    ts = ask(stack, "tell me a long story")
    growing = within(lambda: next((m for m in replies(stack, ts) if "number 3" in m.text), None), "half an answer")
    leaving = busy_worker(stack, ts)
    leaving.terminate()

    assert leaving.wait(10) == 0
    done = answer(stack, ts)
    assert (done.ts, len(replies(stack, ts))) == (growing.ts, 1)
    assert STORY in done.text


def test_answers_of_one_thread_come_in_the_order_of_its_questions(stack: Stack) -> None:
    for word in ("alpha", "beta", "gamma"):
        stack.claude.script(reply(f"Answer {word}. {STORY}"), when=word)
    root = ask(stack, "alpha")
    ask(stack, "beta", thread_ts=root)
    ask(stack, "gamma", thread_ts=root)

    answer(stack, root, number=3, seconds=60)

    assert [m.text.split(".")[0] for m in replies(stack, root)] == ["Answer alpha", "Answer beta", "Answer gamma"]
