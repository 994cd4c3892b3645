"""Things that can be asked again, kept for a while: people, create screens. A cache never fails its caller."""

from __future__ import annotations

from typing import Any

import redis

from workers.state.codec import UnknownFormatError, decode, encode

PROJECTS_NAME = "jira:projects"
"""The keys of the open projects, the default one first: workers put them here for the listener's forms."""
PERSON_SECONDS = 3_600


def person_name(team_id: str, user_id: str) -> str:
    """Return the name under which what Slack says of a person is kept."""
    return f"{team_id}:person:{user_id}"


class Cache:
    """JSON values by name; names begin with the team where the value depends on it."""

    def __init__(self, client: redis.Redis) -> None:
        self.redis = client

    def get(self, name: str) -> Any | None:
        """Return the value, or None if it is not there or Redis does not answer."""
        try:
            data = self.redis.get(f"sb:cache:{name}")
            return decode(data) if isinstance(data, bytes) else None
        except (redis.RedisError, OSError, UnknownFormatError):
            return None

    def put(self, name: str, value: Any, ttl_seconds: int) -> None:
        """Keep a value for a while."""
        try:
            self.redis.set(f"sb:cache:{name}", encode(value), ex=ttl_seconds)
        except (redis.RedisError, OSError):
            return

    def drop(self, name: str) -> None:
        """Forget a value."""
        try:
            self.redis.delete(f"sb:cache:{name}")
        except (redis.RedisError, OSError):
            return
