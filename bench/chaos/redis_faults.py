"""What strikes Redis: cut, paused, restarted, killed, full, another password, and another master."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol

import redis

from sandbox.redis_server import RedisServer
from sandbox.sentinels import ONCE, Sentinels

FAILOVER_AFTER_MS = 60_000
"""Far longer than every other fault of Redis lasts, as a Sentinel reconnects to a paused server only each 15 s.

Without `min-replicas-to-write` a failover away from a server that lives loses what it takes meanwhile.
"""
LOOK_EVERY_SECONDS = 0.5
LOOKS = 60
PASSWORD = "another"
CONFIGURED = {"out of memory": ("maxmemory", "1mb"), "wrong password": ("requirepass", PASSWORD)}
NOTHING = {"maxmemory": "0", "requirepass": ""}
"""What the server is given back."""

Act = Callable[[], None]


class Noted(Protocol):
    """A strike whose end becomes known later."""

    ends_at: float


class Does(Protocol):
    """Does something now and notes it as a fault that is over after so many seconds."""

    def __call__(self, kind: str, act: Callable[[], object], *, seconds: float = 0) -> Noted: ...


@dataclass
class RedisFaults:
    """Strikes the server that the processes write to; `later` runs an act after so many seconds."""

    behind: Sentinels
    do: Does
    later: Callable[[float, Act], None]
    _is_failing_over: bool = False

    def strike(self, how: str, random: Random) -> None:
        """Let one fault happen; while the replica takes over there is nothing else to strike."""
        if self._is_failing_over:
            return
        server = self.behind.master
        kind = f"redis: {how}"
        if how == "failover":
            self._fail_over(kind, random, LOOKS)
        elif how == "connections cut":
            self.do(kind, lambda: _cut(server))
        elif how == "pause":
            seconds = random.uniform(1, 5)
            self.do(kind, server.pause, seconds=seconds)
            self.later(seconds, server.resume)
        elif how in CONFIGURED:
            seconds = random.uniform(1, 4)
            name, value = CONFIGURED[how]
            self.do(kind, lambda: _has_set(server, name, value), seconds=seconds)
            self.later(seconds, lambda: self._give_back(server, name))
        else:
            self.do(kind, server.kill if how == "kill -9" else server.stop)
            server.restart()

    def _give_back(self, server: RedisServer, name: str) -> None:
        """Take back what a restart of the server forgets, until the server takes it."""
        if not _has_set(server, name, NOTHING[name]):
            self.later(1.0, lambda: self._give_back(server, name))

    def _fail_over(self, kind: str, random: Random, looks: int) -> None:
        """Kill the master once the replica has everything; it comes back as the replica of the new one."""
        old = self.behind.master
        if not self.behind.is_in_step or not old.is_running:
            if looks:
                self.later(LOOK_EVERY_SECONDS, lambda: self._fail_over(kind, random, looks - 1))
            return
        self._is_failing_over = True
        strike = self.do(kind, old.kill)
        self.later(random.uniform(0.2, 2.0), lambda: self._promote(old, strike))

    def _promote(self, old: RedisServer, strike: Noted) -> None:
        strike.ends_at = time.monotonic()
        if self.behind.master is old:
            self.behind.fail_over()
            self.later(LOOK_EVERY_SECONDS, lambda: self._promote(old, strike))
            return
        old.restart()
        self._is_failing_over = False


def _cut(server: RedisServer) -> None:
    try:
        with redis.Redis(port=server.port, socket_timeout=0.5, retry=ONCE) as client:
            client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    except redis.RedisError:
        return  # It is paused or restarting: nothing is left to cut.


def _has_set(server: RedisServer, name: str, value: str) -> bool:
    """Return whether the server took it, with or without the other password."""
    return any(_sets(server, name, value, password) for password in (None, PASSWORD))


def _sets(server: RedisServer, name: str, value: str, password: str | None) -> bool:
    try:
        with redis.Redis(port=server.port, password=password, socket_timeout=0.5, retry=ONCE) as client:
            client.config_set(name, value)
            if name == "requirepass":
                client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    except redis.RedisError:
        return False
    return True
