"""The Redis-protocol server that demo, smoke and tests start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
import redis

from sandbox.redis_server import RedisServer
from tests.clients import connect

T = TypeVar("T")


def call(server: RedisServer, work: Callable[[redis.Redis], T]) -> T:
    client = connect(server.url)
    try:
        return work(client)
    finally:
        client.close()


def test_data_outlive_a_crash_and_the_address_stays(tmp_path: Path) -> None:
    with RedisServer(tmp_path, appendonly=True) as server:
        address = server.url
        call(server, lambda client: client.set("name", "kept"))
        server.kill()
        assert not server.is_running
        server.restart()
        assert server.url == address
        assert call(server, lambda client: client.get("name")) == b"kept"


def test_without_appendonly_a_restart_begins_empty(tmp_path: Path) -> None:
    with RedisServer(tmp_path) as server:
        call(server, lambda client: client.set("name", "lost"))
        server.restart()
        assert call(server, lambda client: client.dbsize()) == 0


def test_a_paused_server_hangs_and_goes_on(tmp_path: Path) -> None:
    with RedisServer(tmp_path) as server:
        hasty = redis.Redis.from_url(server.url, socket_timeout=0.2, retry=None)
        server.pause()
        with pytest.raises(redis.TimeoutError):
            hasty.ping()
        server.resume()
        assert call(server, lambda client: client.ping())
        hasty.close()


def test_its_own_folder_goes_with_it() -> None:
    server = RedisServer()
    assert server.data_dir.exists()
    server.stop()
    assert not server.data_dir.exists()
