"""Kicks reach the broker: each once and in order, one alone at once, a burst of them when it has come in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from sandbox.redis_server import RedisServer
from sandbox.waiting import wait_for
from tests.clients import connect
from workers.broker import Kicker, make_celery
from workers.errors import StateUnavailable
from workers.settings import Settings
from workers.state.connection import connect_ahead, state_errors

pytestmark = pytest.mark.integration

MANY = 40
SCRIPT = "return 'ahead'"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path, appendonly=True) as server:
        yield server


def kicked(client: redis.Redis) -> list[str]:
    """Return the boxes for which a kick lies with the broker, the first one first."""
    found = [json.loads(message)["headers"]["argsrepr"] for message in client.lrange("celery", 0, -1)]
    return [words.strip("(',)") for words in reversed(found)]


@pytest.mark.parametrize("pause_seconds", [0.0, 0.01])
@pytest.mark.parametrize("count", [1, MANY])
def test_every_kick_arrives_once_and_in_order(server: RedisServer, pause_seconds: float, count: int) -> None:
    kicker = Kicker(make_celery(Settings(redis_url=server.url)), pause_seconds=pause_seconds)
    boxes = [f"box{number}" for number in range(count)]
    for box in boxes:
        kicker.kick(box)

    client = connect(server.url)
    wait_for(lambda: len(kicked(client)) >= count, "all kicks", seconds=20)
    assert kicked(client) == boxes


def test_connections_and_scripts_are_there_before_they_are_needed(server: RedisServer) -> None:
    connect_ahead(connect(server.url), 3, [SCRIPT])

    with redis.Redis(port=server.port) as other:
        assert len(other.client_list(_type="normal")) == 3 + 1
        assert other.evalsha(hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest(), 0) == b"ahead"


def test_a_server_that_is_not_there_holds_up_no_start(tmp_path: Path) -> None:
    with RedisServer(tmp_path) as server:
        client = connect(server.url)

    connect_ahead(client, 3, [SCRIPT])

    with pytest.raises(StateUnavailable), state_errors():
        client.ping()
