"""What people thought of answers: kept for whoever runs the bot, shown to nobody else."""

from __future__ import annotations

from typing import Any, cast

import redis

from workers.state.codec import decode, encode
from workers.state.connection import state_errors

KEPT_SECONDS = 365 * 86_400


class Feedback:
    """By team, answer and person; a later word of the same person adds to the earlier one or replaces it."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def note(self, team_id: str, channel_id: str, turn_ts: str, user_id: str, **said: str) -> bool:
        """Remember a verdict, a reason or words; return whether anything is new."""
        key, field = f"sb:feedback:{team_id}", f"{channel_id}:{turn_ts}:{user_id}"
        with state_errors():
            data = cast("bytes | None", self._redis.hget(key, field))
            known: dict[str, Any] = decode(data) if data else {}
            if known | said == known:
                return False
            self._redis.hset(key, field, encode(known | said))
            self._redis.expire(key, KEPT_SECONDS)
        return True

    def of(self, team_id: str) -> dict[str, dict[str, str]]:
        """Return everything that was said in a team."""
        with state_errors():
            rows = cast("dict[bytes, bytes]", self._redis.hgetall(f"sb:feedback:{team_id}"))
        return {field.decode(): decode(row) for field, row in rows.items()}
