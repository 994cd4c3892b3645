"""How a process reaches Redis; the one place where redis' errors become ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from workers.errors import StateUnavailable

Args: TypeAlias = "list[bytes | bytearray | memoryview[int] | str | int | float]"
"""What a script takes."""
TIMEOUT_SECONDS = 2.0
POOL_SIZE = 64


def connect(url: str) -> redis.Redis:
    """Return a client that answers or raises within seconds and reconnects by itself; it connects at first use."""
    pool = redis.BlockingConnectionPool.from_url(
        url,
        max_connections=POOL_SIZE,
        timeout=TIMEOUT_SECONDS,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        socket_keepalive=True,
        health_check_interval=25,
        # One more try on a fresh connection: a pooled one may have died while it lay idle.
        retry=Retry(NoBackoff(), 1),
    )
    return redis.Redis(connection_pool=pool)


@contextmanager
def state_errors() -> Iterator[None]:
    """Turn any failure of Redis into StateUnavailable."""
    try:
        yield
    except (redis.RedisError, OSError) as error:
        raise StateUnavailable(type(error).__name__) from error
