"""A lock by name that runs out by itself: for timed jobs that one process should do."""

from __future__ import annotations

import secrets
from typing import cast

import redis

from workers.state.connection import state_errors

_RENEW = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('PEXPIRE', KEYS[1], ARGV[2]) or 0"
_RELEASE = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1]) or 0"


class Lock:
    """Held until it expires; there is nothing to give back."""

    def __init__(self, client: redis.Redis, name: str) -> None:
        self._redis, self._key = client, f"sb:lock:{name}"

    def take(self, ttl_ms: int) -> bool:
        """Return whether this call got the lock."""
        with state_errors():
            return bool(self._redis.set(self._key, 1, nx=True, px=ttl_ms))


class KeptLock:
    """Held while it is renewed, for a job of unknown length; given back at its end."""

    def __init__(self, client: redis.Redis, name: str, ttl_ms: int) -> None:
        self._redis, self._key, self._ttl_ms = client, f"sb:lock:{name}", ttl_ms
        self._token = secrets.token_hex(8)

    def take(self) -> bool:
        """Return whether this call got the lock."""
        with state_errors():
            return bool(self._redis.set(self._key, self._token, nx=True, px=self._ttl_ms))

    def renew(self) -> bool:
        """Hold it for as long again; False if it was lost."""
        with state_errors():
            return bool(cast("int", self._redis.eval(_RENEW, 1, self._key, self._token, str(self._ttl_ms))))

    def release(self) -> None:
        """Give it back, if it is still ours."""
        with state_errors():
            self._redis.eval(_RELEASE, 1, self._key, self._token)
