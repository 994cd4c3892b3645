"""Redis may be cut off, paused, restarted, full, locked or replaced: people wait longer, and nothing else changes."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from sandbox.claude.scripts import reply
from sandbox.claude.standin import Pacing
from sandbox.ports import LOOPBACK
from sandbox.redis_server import RedisServer
from sandbox.sentinels import Sentinels
from sandbox.slack.messages import words_of
from sandbox.stack import Stack
from tests.e2e.support import answer, ask, replies, within

pytestmark = pytest.mark.e2e

PACE = Pacing(first_token_seconds=0.02, chunk_seconds=0.05, chunk_characters=12)
STORY = " ".join(f"Sentence {number} is here." for number in range(1, 30))
PASSWORD = "redis p@ss/word"
# Slack sends again at once, after a minute and after five; tests have less time.
REDELIVERY_SECONDS = (0.0, *[1.0] * 60)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(beat=False, pace=PACE, folder=tmp_path_factory.mktemp("redis-faults")) as stack:
        stack.slack.slack.deliveries.redelivery_seconds = REDELIVERY_SECONDS
        yield stack


@pytest.fixture
def server(stack: Stack) -> Iterator[RedisServer]:
    """The stack's Redis; at the end the same processes as at the beginning still work with it."""
    assert stack.redis
    pids = [process.pid for process in (*stack.web, *stack.workers)]
    yield stack.redis
    assert pids == [process.pid for process in (*stack.web, *stack.workers) if process.is_running]


def half_told(stack: Stack, name: str) -> str:
    """Ask for a story and return the question's ts when half of the story stands there."""
    stack.claude.script(reply(f"Story of {name}. {STORY}"), when=f"tell {name}.", forever=True)
    root = ask(stack, f"tell {name}.")
    within(lambda: [m for m in replies(stack, root) if "Sentence 5" in words_of(m)], "half a story")
    return root


def is_told_once(stack: Stack, root: str, name: str) -> None:
    within(lambda: [m for m in replies(stack, root) if "Sentence 29" in words_of(m)], f"{name}", 60)
    done = answer(stack, root)
    assert words_of(done) == f"Story of {name}. {STORY}"
    assert len(replies(stack, root)) == 1


def is_answered_once(stack: Stack, root: str) -> None:
    within(lambda: [words_of(m) for m in replies(stack, root)] == ["Short."], "a short answer", 60)
    within(lambda: not stack.slack.slack.deliveries.under_way, "every event taken")
    answer(stack, root)
    assert len(replies(stack, root)) == 1


def short(stack: Stack, name: str) -> str:
    stack.claude.script(reply("Short."), when=f"short {name}.", forever=True)
    return ask(stack, f"short {name}.")


def readiness(stack: Stack) -> dict[str, Any]:
    connection = http.client.HTTPConnection(LOOPBACK, stack.web[0].port, timeout=10)
    try:
        connection.request("GET", "/readyz")
        return dict(json.loads(connection.getresponse().read()))
    finally:
        connection.close()


def admin(server: RedisServer, password: str | None = None) -> redis.Redis:
    return redis.Redis(port=server.port, password=password)


def cut_all(client: redis.Redis) -> None:
    client.client_kill_filter(skipme=True)


def test_connections_that_are_cut_are_replaced(stack: Stack, server: RedisServer) -> None:
    root = half_told(stack, "cut")
    with admin(server) as client:
        cut_all(client)
    other = short(stack, "after the cut")

    is_told_once(stack, root, "cut")
    is_answered_once(stack, other)
    assert [len(replies(stack, ts)) for ts in (root, other)] == [1, 1]


def test_a_pause_longer_than_every_timeout_is_waited_out(stack: Stack, server: RedisServer) -> None:
    root = half_told(stack, "pause")
    server.pause()
    other = short(stack, "in the pause")
    within(lambda: readiness(stack)["redis"] != "ok", "the pause is noticed")
    assert within(lambda: "state_unavailable" in stack.workers[0].log_text(), "the worker has given up its turn")
    server.resume()

    is_told_once(stack, root, "pause")
    is_answered_once(stack, other)


def test_a_killed_server_comes_back_with_everything_and_is_used_again(stack: Stack, server: RedisServer) -> None:
    root = half_told(stack, "restart")
    server.kill()
    other = short(stack, "while it is away")
    assert within(lambda: readiness(stack)["redis"] != "ok", "the loss is noticed")
    server.restart()

    is_told_once(stack, root, "restart")
    is_answered_once(stack, other)


def test_a_full_server_refuses_events_and_loses_none(stack: Stack, server: RedisServer) -> None:
    root = half_told(stack, "full")
    with admin(server) as client:
        client.config_set("maxmemory", 1)
        other = short(stack, "without room")
        within(lambda: readiness(stack)["redis"] == "is out of memory", "the lack is said")
        assert within(
            lambda: [d for d in stack.slack.deliveries if d.attempts > 1 and not d.is_acked], "Slack sends again"
        )
        client.config_set("maxmemory", 0)

    is_told_once(stack, root, "full")
    is_answered_once(stack, other)


def test_a_password_that_changed_is_named_and_the_old_one_works_again(stack: Stack, server: RedisServer) -> None:
    root = half_told(stack, "password")
    with admin(server) as client:
        client.config_set("requirepass", "new")
        cut_all(client)
        other = short(stack, "without a password")
        within(lambda: "password" in readiness(stack)["redis"], "the cause is said")
        within(lambda: "password" in stack.web[0].log_text(), "the listener logs it")
        assert within(lambda: "password" in stack.workers[0].log_text(), "the worker logs it")
        client.config_set("requirepass", "")

    is_told_once(stack, root, "password")
    is_answered_once(stack, other)


def test_a_failover_loses_nothing(tmp_path: Path) -> None:
    with (
        Sentinels(tmp_path / "redis", password=PASSWORD) as sentinels,
        Stack(beat=False, pace=PACE, folder=tmp_path, settings={"REDIS_URL": sentinels.url()}) as stack,
    ):
        stack.slack.slack.deliveries.redelivery_seconds = REDELIVERY_SECONDS
        root = half_told(stack, "failover")
        sentinels.first.kill()
        other = short(stack, "in the failover")

        is_told_once(stack, root, "failover")
        is_answered_once(stack, other)
        assert PASSWORD not in "".join(process.log_text() for process in (*stack.web, *stack.workers))
