"""What each person used today: turns, tokens, dollars. Written when a turn is committed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

import redis

from workers.state.connection import state_errors

KEPT_SECONDS = 35 * 86_400


@dataclass(frozen=True)
class UsageToday:
    """The figures of one person and day."""

    turns: int = 0
    tokens: int = 0
    usd: float = 0.0


class Usages:
    """By team, person and day in UTC."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def add(self, team_id: str, user_id: str, *, turns: int, tokens: int, usd: float) -> None:
        """Add to a person's figures of today."""
        key = _key(team_id, user_id)
        with state_errors():
            pipe = self._redis.pipeline()
            pipe.hincrby(key, "turns", turns)
            pipe.hincrby(key, "tokens", tokens)
            pipe.hincrbyfloat(key, "usd", usd)
            pipe.expire(key, KEPT_SECONDS)
            pipe.execute()

    def today(self, team_id: str, user_id: str) -> UsageToday:
        """Return a person's figures of today."""
        with state_errors():
            row = cast("dict[bytes, bytes]", self._redis.hgetall(_key(team_id, user_id)))
        return UsageToday(int(row.get(b"turns", 0)), int(row.get(b"tokens", 0)), float(row.get(b"usd", 0)))


def _key(team_id: str, user_id: str) -> str:
    return f"sb:usage:{team_id}:{user_id}:{datetime.now(UTC):%Y-%m-%d}"
