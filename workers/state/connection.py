"""How a process reaches Redis, alone or behind Sentinels; the one place where redis' errors become ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import redis
import redis.exceptions
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import MasterNotFoundError, Sentinel, SentinelConnectionPool

from workers.errors import StateUnavailable
from workers.redis_address import SentinelAddress, sentinel_address

Args: TypeAlias = "list[bytes | bytearray | memoryview[int] | str | int | float]"
"""What a script takes."""
TIMEOUT_SECONDS = 2.0
SENTINEL_TIMEOUT_SECONDS = 0.5
"""Each Sentinel is asked in turn, and the dead ones must not use up the time of the call."""
POOL_SIZE = 64

# In the order in which they are looked at: some are kinds of others.
CAUSES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (redis.AuthenticationError, "refuses the password of its address"),
    (redis.AuthenticationWrongNumberOfArgsError, "refuses the user and password of its address"),
    (redis.exceptions.NoPermissionError, "does not permit the user of its address what is needed"),
    (redis.OutOfMemoryError, "is out of memory"),
    (redis.ReadOnlyError, "is a replica and takes no writes"),
    (redis.BusyLoadingError, "is still loading its data"),
    (MasterNotFoundError, "has no master that a Sentinel knows"),
    ((redis.ConnectionError, redis.TimeoutError, OSError), "does not answer"),
)


class BlockingSentinelPool(SentinelConnectionPool, redis.BlockingConnectionPool):
    """Connections to whoever is master now; a caller waits for a free one as in any other pool here."""


def connect(url: str) -> redis.Redis:
    """Return a client that answers or raises within seconds and reconnects by itself; it connects at first use."""
    options: dict[str, Any] = {
        "max_connections": POOL_SIZE,
        "timeout": TIMEOUT_SECONDS,
        "socket_timeout": TIMEOUT_SECONDS,
        "socket_connect_timeout": TIMEOUT_SECONDS,
        "health_check_interval": 25,
        # One more try on a fresh connection: a pooled one may have died while it lay idle.
        "retry": Retry(NoBackoff(), 1),
    }
    behind = sentinel_address(url)
    if behind:
        return redis.Redis.from_pool(_sentinel_pool(behind, {**options, "socket_keepalive": True}))
    if not url.startswith("unix:"):
        options["socket_keepalive"] = True
    else:
        del options["socket_connect_timeout"]
    return redis.Redis.from_pool(redis.BlockingConnectionPool.from_url(url, **options))


def connect_ahead(client: redis.Redis, count: int, scripts: Iterable[str]) -> None:
    """Open connections and load scripts before they are needed; what is in the way shows itself at the first use."""
    opened: list[Any] = []
    try:
        for script in scripts:
            client.script_load(script)
        # One by one: those that were opened are given back whatever the next one meets.
        opened.extend(client.connection_pool.get_connection() for _ in range(count))
    except (redis.RedisError, OSError):
        return
    finally:
        for connection in opened:
            client.connection_pool.release(connection)


def sentinel_options(address: SentinelAddress) -> dict[str, Any]:
    """Return how each Sentinel is asked: once and shortly, the next one may know."""
    return {
        "socket_timeout": SENTINEL_TIMEOUT_SECONDS,
        "socket_connect_timeout": SENTINEL_TIMEOUT_SECONDS,
        "username": address.sentinel_username or None,
        "password": address.sentinel_password or None,
        "ssl": address.is_encrypted,
        "retry": Retry(NoBackoff(), 0),
    }


def _sentinel_pool(address: SentinelAddress, options: dict[str, Any]) -> BlockingSentinelPool:
    sentinel = Sentinel(address.hosts, sentinel_kwargs=sentinel_options(address))  # type: ignore[no-untyped-call]
    return BlockingSentinelPool(  # type: ignore[no-untyped-call]
        address.service,
        sentinel,
        ssl=address.is_encrypted,
        db=address.db,
        username=address.username or None,
        password=address.password or None,
        **options,
    )


@contextmanager
def state_errors() -> Iterator[None]:
    """Turn any failure of Redis into StateUnavailable, with a cause that an operator can read."""
    try:
        yield
    except (redis.RedisError, OSError) as error:
        cause = next((text for kind, text in CAUSES if isinstance(error, kind)), type(error).__name__)
        raise StateUnavailable(cause) from error
