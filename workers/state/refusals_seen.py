"""What Slack refuses a workspace or a channel for good: remembered for a while, so that nobody asks in vain again."""

from __future__ import annotations

import redis


class RefusalsSeen:
    """Names of what is refused, each until its time is over; it never fails its caller."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def remember(self, name: str, ttl_seconds: float) -> None:
        """Keep a refusal in mind; `name` begins with the team."""
        try:
            self._redis.set(f"sb:refused:{name}", b"1", px=int(ttl_seconds * 1000))
        except (redis.RedisError, OSError):
            return

    def any_of(self, *names: str) -> bool:
        """Return whether one of these is refused; False if Redis does not answer, for then Slack will say it."""
        try:
            return bool(self._redis.exists(*(f"sb:refused:{name}" for name in names)))
        except (redis.RedisError, OSError):
            return False
