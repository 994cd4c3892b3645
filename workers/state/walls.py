"""Pauses that Jira asked for, known to all processes: who was told to wait tells the others."""

from __future__ import annotations

import math
from collections.abc import Sequence

import redis


class Walls:
    """Each wall stands before one thing, such as an endpoint or an issue, until its time is over.

    It never fails its caller: if Redis does not answer, Jira says it itself.
    """

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def put_up(self, name: str, seconds: float) -> None:
        """Let nobody pass for so long; a wall that stands longer stays."""
        try:
            if self._redis.pttl(_key(name)) < seconds * 1000:
                self._redis.set(_key(name), b"1", px=max(math.ceil(seconds * 1000), 1))
        except (redis.RedisError, OSError):
            return

    def wait_before(self, names: Sequence[str]) -> float:
        """Return the seconds until none of these stands, 0 if none does."""
        try:
            pipe = self._redis.pipeline(transaction=False)
            for name in names:
                pipe.pttl(_key(name))
            left = pipe.execute()
        except (redis.RedisError, OSError):
            return 0.0
        return float(max(0, *left)) / 1000


def _key(name: str) -> str:
    return f"sb:wall:{name}"
