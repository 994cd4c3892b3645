"""A lock by name that runs out by itself: for timed jobs that one process should do."""

from __future__ import annotations

import redis

from workers.state.connection import state_errors


class Lock:
    """Held until it expires; there is nothing to give back."""

    def __init__(self, client: redis.Redis, name: str) -> None:
        self._redis, self._key = client, f"sb:lock:{name}"

    def take(self, ttl_ms: int) -> bool:
        """Return whether this call got the lock."""
        with state_errors():
            return bool(self._redis.set(self._key, 1, nx=True, px=ttl_ms))
