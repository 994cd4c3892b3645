"""Fixtures of all tests: a clean environment and one real Redis-protocol server."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import redis
from hypothesis import HealthCheck, settings

from sandbox.redis_server import RedisServer
from tests.clients import close_all, connect
from workers.settings import BotSettings, WorkerSettings

# How fast the machine is must not decide: figures of speed are taken in bench/.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

FOREIGN = ("ANTHROPIC_", "SLACK_", "JIRA_", "CELERY_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@pytest.fixture(scope="session", autouse=True)
def _no_client_is_left_open() -> Iterator[None]:
    yield
    close_all()


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests reaches the program."""
    ours = {name.upper() for kind in (BotSettings, WorkerSettings) for name in kind.model_fields}
    for name in os.environ:
        if name.upper() in ours or name.upper().startswith(FOREIGN):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture
def redis_url(redis_server: RedisServer) -> Iterator[str]:
    """The address of an empty database."""
    client = connect(redis_server.url)
    client.flushall()
    yield redis_server.url
    client.close()


@pytest.fixture
def redis_client(redis_url: str) -> Iterator[redis.Redis]:
    client = connect(redis_url)
    yield client
    client.close()
