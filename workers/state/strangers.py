"""Follow-ups of threads in which the bot takes no part: kept for minutes, for the mention above one may still come."""

from __future__ import annotations

from typing import Any, cast

import redis

from workers.state.codec import decode
from workers.state.connection import state_errors

# Slack brings a refused event again at once, after a minute and after five.
KEPT_SECONDS = 600
MOST_STRANGERS = 20
"""Of one thread, the last ones."""


def strangers_key(box: str) -> str:
    """Return the key of a thread's follow-ups that nobody was to answer."""
    return f"sb:{{{box}}}:strangers"


class Strangers:
    """By mailbox; storing a message keeps them, and drops what is stored after all."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def after(self, box: str, ts: str) -> list[Any]:
        """Return the bodies of those that were written after a ts, in that order."""
        with state_errors():
            rows = cast("dict[bytes, bytes]", self._redis.hgetall(strangers_key(box)))
        later = sorted((float(name), data) for name, data in rows.items() if float(name) > float(ts))
        return [decode(data) for _, data in later]

    def has(self, box: str, ts: str) -> bool:
        """Return whether a message is one of them."""
        with state_errors():
            return bool(self._redis.hexists(strangers_key(box), ts))
