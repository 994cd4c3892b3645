"""All processes are replaced one after the other while people ask: they see longer answers, and nothing else."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.claude.scripts import Body, Reply, reply, tool
from sandbox.claude.standin import Pacing
from sandbox.process import Process
from sandbox.slack.messages import words_of
from sandbox.stack import Stack
from tests.e2e.support import ADA, CHANNEL, answer, ask, card, cards, filed_by_bot, replies, within

pytestmark = pytest.mark.e2e

PACE = Pacing(first_token_seconds=0.05, chunk_seconds=0.1, chunk_characters=12)
TAIL = " ".join(f"Word {number}." for number in range(1, 25))
EXIT_SECONDS = 10.0
THREADS = 6


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack(web=2, workers=2, pace=PACE, folder=tmp_path) as stack:
        stack.claude.script(model, forever=True)
        yield stack


def model(body: Body) -> Reply:
    """Answer question n with answer n; a question that wants something filed gets a draft first."""
    last = str(body["messages"][-1])
    asked = re.findall(r"question (\d+-\d+)(, file it)?", str(body["messages"]))[-1]
    if asked[1] and "tool_result" not in last:
        fields = {"project": "OPS", "issue_type": "Task", "summary": f"From {asked[0]}", "description": "It drops."}
        return reply(tool("jira_create_issue", fields))
    return reply(f"Answer {asked[0]}. {TAIL}")


class Crowd:
    """People who ask on in several threads until they are told to stop."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._over = threading.Event()
        self.asked: dict[str, list[str]] = {}
        self.filed: list[str] = []
        self._threads = [threading.Thread(target=self._ask_on, args=(n,)) for n in range(THREADS)]

    @contextmanager
    def asking(self) -> Iterator[None]:
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in self._threads:
                thread.join()

    def _ask_on(self, number: int) -> None:
        root, count = "", 0
        while not self._over.is_set():
            count += 1
            name = f"{number}-{count}"
            files = count % 3 == 1
            ts = ask(self._stack, f"question {name}{', file it' if files else ''}", thread_ts=root or None)
            root = root or ts
            # Slack promises no order of events that lie a moment apart, and people don't write so fast.
            self._wait_until_heard(ts)
            self.asked.setdefault(root, []).append(name)
            if files:
                self.filed.append(name)
            self._keep_pace(root, count)

    def _wait_until_heard(self, ts: str) -> None:
        within(
            lambda: any(each.event.get("ts") == ts and each.is_acked for each in self._stack.slack.deliveries),
            "the question is heard",
            60,
        )

    def _keep_pace(self, root: str, count: int) -> None:
        """Two questions of a thread wait at most; more would only make the test longer."""
        within(lambda: len(replies(self._stack, root)) >= count - 1, "the answers keep pace", 60)


def replace(stack: Stack, old: Process) -> None:
    """Start a successor, then end the old one, as a supervisor does in a rolling restart."""
    if old in stack.workers:
        stack.start_worker()
    elif old is stack.beat:
        stack.start_beat()
    else:
        stack.start_web()
    stack.wait_until_ready()
    for group in (stack.workers, stack.web):
        if old in group:
            group.remove(old)  # type: ignore[arg-type]  # it is in there
    old.terminate()
    assert old.wait(EXIT_SECONDS) == 0, old.log_text()[-2000:]


def test_a_rolling_restart_under_load_loses_nothing_and_doubles_nothing(stack: Stack) -> None:
    crowd = Crowd(stack)
    with crowd.asking():
        within(lambda: len(crowd.asked) == THREADS, "everybody asks")
        for process in [*stack.workers, *stack.web, *([stack.beat] if stack.beat else [])]:
            replace(stack, process)

    for root, names in crowd.asked.items():
        answer(stack, root, number=len(names), seconds=60)
        shown = [words_of(message) for message in replies(stack, root)]
        assert [text.split(".")[0] for text in shown] == [f"Answer {name}" for name in names]
        assert all(text.endswith(TAIL) for text in shown)
        assert len(cards(stack, root)) == len([name for name in names if name in crowd.filed])
    within(lambda: not [s for s in stack.slack.workspace.shown_statuses.values() if s.status], "no status is left")
    within(lambda: not stack.slack.slack.deliveries.under_way, "all events taken")


def test_clicks_during_a_rolling_restart_file_each_issue_once(stack: Stack) -> None:
    roots = [ask(stack, f"question 1-{number}, file it") for number in range(4)]
    for root in roots:
        card(stack, root)
    for root, worker in zip(roots, [*stack.workers, *stack.workers], strict=True):
        stack.slack.click(CHANNEL, card(stack, root).ts, ADA, "draft_create")
        if worker.is_running:
            replace(stack, worker)

    within(lambda: len(filed_by_bot(stack)) >= len(roots), "every issue is filed")
    for root in roots:
        within(lambda root=root: "draft_create" not in cards(stack, root)[0].action_ids, "the card is settled")  # type: ignore[misc]
    assert len(filed_by_bot(stack)) == len(roots)
