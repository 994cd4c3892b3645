"""A master, a replica and a Sentinel on loopback, for tests of failover."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import redis

from sandbox.ports import LOOPBACK, free_port
from sandbox.process import Process
from sandbox.redis_server import RedisServer, server_binary
from sandbox.waiting import wait_for

SERVICE = "bot"
PASSWORD = "redis p@ss/word"
SENTINEL_CONFIG = """
port {port}
bind 127.0.0.1
dir {folder}
sentinel resolve-hostnames no
sentinel monitor {service} 127.0.0.1 {master} 1
sentinel auth-pass {service} "{password}"
sentinel down-after-milliseconds {service} 1000
sentinel failover-timeout {service} 6000
"""


class Sentinels:
    """Two servers with a password, the second a replica of the first, and one Sentinel that watches them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open = ExitStack()

    def __enter__(self) -> Self:
        more = {"requirepass": PASSWORD, "masterauth": PASSWORD}
        self.master = self._open.enter_context(RedisServer(self._folder / "one", appendonly=True, more=more))
        self.replica = self._open.enter_context(RedisServer(self._folder / "two", appendonly=True, more=more))
        with self.client(self.replica) as client:
            client.replicaof(LOOPBACK, str(self.master.port))
            wait_for(lambda: client.info("replication")["master_link_status"] == "up", "the replica", seconds=20)
        self.port = self._start_sentinel()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def client(self, server: RedisServer) -> redis.Redis:
        return redis.Redis(port=server.port, password=PASSWORD)

    def url(self, password: str = PASSWORD) -> str:
        """The address of the service; its first Sentinel is not there, as may happen."""
        return f"sentinel://:{quote(password, safe='')}@{LOOPBACK}:{free_port()},{LOOPBACK}:{self.port}/{SERVICE}/1"

    def _start_sentinel(self) -> int:
        port = free_port()
        config = self._folder / "sentinel.conf"
        config.write_text(
            SENTINEL_CONFIG.format(
                port=port, folder=self._folder, service=SERVICE, master=self.master.port, password=PASSWORD
            )
        )
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
