"""Clients of Redis for tests, closed at the end of the run at the latest: one that is lost unclosed fails a test."""

from __future__ import annotations

from contextlib import ExitStack

import redis

from workers.state import connection

_OPEN = ExitStack()


def connect(url: str) -> redis.Redis:
    """Return the program's own client; who needs it no more may close it, and nobody must."""
    client = connection.connect(url)
    _OPEN.callback(client.close)
    return client


def close_all() -> None:
    """Close what was opened and left open."""
    _OPEN.close()
