"""Redis away at the start or in the middle: everybody waits for it, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from sandbox.claude.scripts import reply
from sandbox.stack import Stack
from tests.e2e.breaking import shown
from tests.e2e.support import ADA, CHANNEL, answer, ask, replies, within

pytestmark = pytest.mark.e2e


def problem_of(url: str) -> dict[str, Any]:
    """Return what /readyz says while it answers 503, else nothing."""
    found = requests.get(f"{url}/readyz", timeout=10)
    return dict(found.json()) if found.status_code == 503 else {}


@contextmanager
def impatient(stack: Stack) -> Iterator[None]:
    """Let Slack bring an event again every second or so, where it would take a minute."""
    stack.slack.delivery.redelivery_seconds = (0, 1, 1, 2, 2, 4, 4, 4)
    yield


def test_web_and_worker_that_start_before_redis_wait_for_it_and_lose_nothing(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with Stack(web=0, workers=0, beat=False, folder=tmp_path_factory.mktemp("no-redis")) as stack, impatient(stack):
        assert stack.redis is not None
        stack.redis.stop()
        web, worker = stack.start_web(), stack.start_worker()
        within(lambda: stack.slack.connections, "a way in")
        root = ask(stack, "hello before Redis")
        within(lambda: next((d for d in stack.slack.deliveries if d.attempts > 1), None), "a second delivery")
        reason = within(lambda: problem_of(web.url), "the reason")
        assert reason["ready"] is False
        assert "does not answer" in reason["redis"]
        assert (web.is_running, worker.is_running) == (True, True)

        stack.redis.restart()

        answer(stack, root, seconds=45)
        assert len(replies(stack, root)) == 1


def test_a_redis_that_restarts_in_the_middle_of_an_answer_costs_time_only(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    story = " ".join(f"Sentence number {number} of it." for number in range(1, 60))
    with Stack(beat=False, folder=tmp_path_factory.mktemp("redis-restart")) as stack, impatient(stack):
        assert stack.redis is not None
        stack.claude.pacing.chunk_seconds = 0.04
        stack.claude.script(reply(story), when="long story", forever=True)
        root = ask(stack, "a long story please")
        within(lambda: [m for m in replies(stack, root) if "number 3 " in m.text], "half an answer")

        stack.redis.stop()
        second = stack.slack.say(CHANNEL, ADA, f"{stack.slack.mention} and another long story")
        within(lambda: next((d for d in stack.slack.deliveries if d.attempts > 1), None), "a second delivery")
        stack.redis.restart()

        assert shown(answer(stack, root, seconds=60)) == story
        assert shown(answer(stack, second, seconds=60)) == story
        assert (len(replies(stack, root)), len(replies(stack, second))) == (1, 1)


def test_processes_that_are_told_to_leave_do_so_though_redis_stands_still(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    story = " ".join(f"Sentence number {number} of it." for number in range(1, 60))
    with Stack(beat=False, folder=tmp_path_factory.mktemp("redis-stands")) as stack, impatient(stack):
        assert stack.redis is not None
        stack.claude.pacing.chunk_seconds = 0.04
        stack.claude.script(reply(story), when="long story", forever=True)
        root = ask(stack, "a long story please")
        within(lambda: [m for m in replies(stack, root) if "number 3 " in m.text], "half an answer")

        stack.redis.pause()
        leaving = [stack.web[0], stack.workers[0]]
        for process in leaving:
            process.terminate()
        statuses = [process.wait(10) for process in leaving]
        stack.redis.resume()
        stack.start_web()
        stack.start_worker()

        assert statuses == [0, 0]
        assert shown(answer(stack, root, seconds=60)) == story
        assert len(replies(stack, root)) == 1
