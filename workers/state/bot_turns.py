"""How often other bots asked in a thread: two bots that talk to each other must come to an end."""

from __future__ import annotations

from typing import cast

import redis

from workers.records import Conversation
from workers.state.connection import state_errors

MOST_TURNS = 3
WINDOW_SECONDS = 3_600


class BotTurns:
    """By conversation, each message counted once however often it is delivered."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def may_ask(self, conversation: Conversation, ts: str) -> bool:
        """Return whether a bot's message may still be answered in this thread within the hour."""
        key = f"sb:{{{conversation.box}}}:bots"
        with state_errors():
            pipe = self._redis.pipeline()
            pipe.zremrangebyscore(key, "-inf", float(ts) - WINDOW_SECONDS)
            pipe.zadd(key, {ts: float(ts)}, nx=True)
            pipe.expire(key, WINDOW_SECONDS)
            pipe.zrank(key, ts)
            rank = cast("int | None", pipe.execute()[-1])
        return rank is not None and rank < MOST_TURNS
