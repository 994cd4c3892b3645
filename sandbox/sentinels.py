"""A master, a replica and a Sentinel on loopback."""

from __future__ import annotations

import os
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from sandbox.ports import LOOPBACK, free_port
from sandbox.process import Process
from sandbox.redis_server import RedisServer, server_binary
from sandbox.waiting import wait_for

SERVICE = "bot"
SYNC_SECONDS = 20.0
ONCE = Retry(NoBackoff(), 0)
SENTINEL_CONFIG = """
port {port}
bind 127.0.0.1
dir {folder}
sentinel resolve-hostnames no
sentinel monitor {service} 127.0.0.1 {master} 1
sentinel down-after-milliseconds {service} {down_after}
sentinel failover-timeout {service} 6000
"""


class Sentinels:
    """Two servers, the second a replica of the first, and one Sentinel that watches them.

    With a password each server wants it. The Sentinel takes a master for dead that was silent for so many
    milliseconds; `fail_over` does not wait for that.
    """

    def __init__(self, folder: Path, *, password: str = "", down_after_ms: int = 1000) -> None:
        self._folder, self._down_after_ms = folder, down_after_ms
        self.password = password
        self._open = ExitStack()

    def __enter__(self) -> Self:
        # Without the delay a replica that lost its master waits five seconds before it is filled again.
        more = {"repl-diskless-sync-delay": "0"}
        if self.password:
            more |= {"requirepass": self.password, "masterauth": self.password}
        self._folder.mkdir(parents=True, exist_ok=True)
        self.first = self._open.enter_context(RedisServer(self._folder / "one", appendonly=True, more=more))
        self.second = self._open.enter_context(RedisServer(self._folder / "two", appendonly=True, more=more))
        with self.client(self.second) as client:
            client.replicaof(LOOPBACK, str(self.first.port))
        wait_for(lambda: self.is_in_step, "the replica", seconds=SYNC_SECONDS)
        self.port = self._start_sentinel()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    @property
    def master(self) -> RedisServer:
        """The server that the Sentinel names now; it may be down."""
        with redis.Redis(port=self.port) as client:
            named = client.sentinel_get_master_addr_by_name(SERVICE)
        return self.second if named and int(named[1]) == self.second.port else self.first

    @property
    def is_in_step(self) -> bool:
        """Whether one of the servers follows the other and has all that it was sent."""
        return any(self._follows(server) for server in (self.first, self.second))

    def fail_over(self) -> None:
        """Have the Sentinel make the replica the master; one that is at it, or sees no replica, goes on as it is."""
        with redis.Redis(port=self.port) as client, suppress(redis.ResponseError):
            client.sentinel_failover(SERVICE)

    def client(self, server: RedisServer) -> redis.Redis:
        """Return a client that waits a moment and asks once: a server may be paused."""
        return redis.Redis(port=server.port, password=self.password or None, socket_timeout=0.5, retry=ONCE)

    def url(self, password: str | None = None) -> str:
        """The address of the service; its first Sentinel is not there, as may happen."""
        shown = self.password if password is None else password
        who = f":{quote(shown, safe='')}@" if shown else ""
        return f"sentinel://{who}{LOOPBACK}:{free_port()},{LOOPBACK}:{self.port}/{SERVICE}/1"

    def _follows(self, server: RedisServer) -> bool:
        try:
            with self.client(server) as client:
                return bool(client.info("replication").get("master_link_status") == "up")
        except redis.RedisError:
            return False

    def _start_sentinel(self) -> int:
        port = free_port()
        config = self._folder / "sentinel.conf"
        lines = SENTINEL_CONFIG.format(
            port=port, folder=self._folder, service=SERVICE, master=self.first.port, down_after=self._down_after_ms
        )
        if self.password:
            lines += f'sentinel auth-pass {SERVICE} "{self.password}"\n'
        config.write_text(lines)
        process = Process(
            "sentinel",
            [server_binary(), str(config), "--sentinel"],
            log=self._folder / "sentinel.log",
            env={"PATH": os.environ.get("PATH", os.defpath)},
            cwd=self._folder,
        )
        self._open.callback(process.stop)
        with redis.Redis(port=port) as client:
            wait_for(lambda: _knows_replica(client), "the Sentinel knows the replica", seconds=30)
        return port


def _knows_replica(client: redis.Redis) -> bool:
    try:
        return bool(client.sentinel_slaves(SERVICE))
    except redis.ConnectionError:
        return False
