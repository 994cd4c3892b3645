"""How a client of Redis behaves while its server is cut off, paused, restarted, full, locked or replaced."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from sandbox.redis_server import RedisServer
from sandbox.sentinels import Sentinels
from sandbox.waiting import wait_for
from tests.clients import connect
from workers.broker import make_celery
from workers.errors import StateUnavailable
from workers.settings import Settings
from workers.state.connection import TIMEOUT_SECONDS, state_errors

pytestmark = pytest.mark.integration

PASSWORD = "redis p@ss/word"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path, appendonly=True) as server:
        yield server


def works(client: redis.Redis) -> bool:
    """Write something; a failure is a StateUnavailable and nothing else."""
    try:
        with state_errors():
            return bool(client.incr("works"))
    except StateUnavailable:
        return False


def refusal(client: redis.Redis) -> str:
    with pytest.raises(StateUnavailable) as refused, state_errors():
        client.set("a", "b")
    return str(refused.value)


def test_a_cut_connection_is_replaced_within_the_same_call(server: RedisServer) -> None:
    client = connect(server.url)
    assert works(client)
    with redis.Redis(port=server.port) as other:
        other.client_kill_filter(skipme=True)

    assert works(client)
    client.close()


def test_a_paused_server_fails_a_call_in_time_and_is_used_again_when_it_goes_on(server: RedisServer) -> None:
    client = connect(server.url)
    assert works(client)
    server.pause()
    begun = time.monotonic()

    assert refusal(client)

    # Two tries of two seconds each; the rest is for a machine with much to do.
    assert time.monotonic() - begun < 2 * TIMEOUT_SECONDS + 3
    server.resume()
    wait_for(lambda: works(client), "the server is used again", seconds=10)
    client.close()


def test_a_restarted_server_has_kept_everything_and_scripts_work_again(server: RedisServer) -> None:
    client = connect(server.url)
    script = client.register_script("return redis.call('INCR', KEYS[1])")
    assert script(keys=["n"]) == 1
    server.kill()
    assert refusal(client)
    server.restart()

    assert script(keys=["n"]) == 2
    client.close()


def test_a_full_server_says_so_and_takes_writes_again_when_there_is_room(server: RedisServer) -> None:
    client = connect(server.url)
    client.config_set("maxmemory", 1)

    assert refusal(client) == "is out of memory"

    client.config_set("maxmemory", 0)
    assert works(client)
    client.close()


@pytest.mark.parametrize("login", ["", ":wrong@", "nobody:wrong@"])
def test_a_wrong_password_is_named_as_the_cause(server: RedisServer, login: str) -> None:
    with redis.Redis(port=server.port) as other:
        other.config_set("requirepass", "right")
    client = connect(server.url.replace("//", f"//{login}"))

    assert "password" in refusal(client)
    client.close()


def test_a_replica_is_named_as_the_cause(server: RedisServer) -> None:
    with redis.Redis(port=server.port) as other:
        other.replicaof("127.0.0.1", "1")
    client = connect(server.url)

    assert refusal(client) == "is a replica and takes no writes"
    client.close()


def test_a_unix_socket_will_do(tmp_path: Path) -> None:
    with RedisServer(tmp_path, more={"unixsocket": str(tmp_path / "s")}) as server:
        client = connect(f"unix://{server.data_dir}/s?db=2")
        assert works(client)
        client.close()


def test_a_failover_is_followed_by_state_and_broker_and_nothing_is_lost(tmp_path: Path) -> None:
    with Sentinels(tmp_path, password=PASSWORD) as sentinels:
        client = connect(sentinels.url())
        broker = make_celery(Settings(redis_url=sentinels.url())).connection_for_write()
        with state_errors():
            client.set("kept", "yes")
            client.wait(1, 2_000)
        queue = broker.SimpleQueue("kicks")
        queue.put("first")
        client.wait(1, 2_000)
        sentinels.first.kill()
        assert not works(client)

        wait_for(lambda: works(client), "the new master", seconds=30)

        assert client.get("kept") == b"yes"
        assert client.connection_pool.connection_kwargs["db"] == 1
        queue.close()
        broker.collect()
        queue = broker.SimpleQueue("kicks")
        queue.put("second")
        assert [queue.get(timeout=5).payload for _ in range(2)] == ["first", "second"]
        sentinels.first.restart()
        with sentinels.client(sentinels.first) as old:
            wait_for(lambda: old.info("replication")["role"] == "slave", "the old master is a replica", seconds=30)
        assert works(client)
        queue.close()
        broker.release()
        client.close()


def test_a_service_that_no_sentinel_knows_is_named_as_the_cause(tmp_path: Path) -> None:
    with Sentinels(tmp_path, password=PASSWORD) as sentinels:
        client = connect(sentinels.url().replace("/bot/", "/other/"))
        assert refusal(client) == "has no master that a Sentinel knows"
        client.close()

        client = connect(sentinels.url(password="wrong"))
        assert "password" in refusal(client)
        client.close()
