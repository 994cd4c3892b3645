"""Requests whose turn failed for good, kept for a day so that their Retry button works."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import redis

from workers.records import Conversation, TurnRequest
from workers.state.codec import decode, encode
from workers.state.connection import state_errors

KEPT_SECONDS = 86_400


class FailedTurns:
    """By conversation and turn."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def keep(self, request: TurnRequest) -> None:
        """Remember a request for its Retry button."""
        with state_errors():
            key = _key(request.conversation, request.ts)
            self._redis.set(key, encode(request.model_dump(mode="json")), ex=KEPT_SECONDS)

    def find(self, conversation: Conversation, turn_ts: str) -> TurnRequest | None:
        """Return the request, or None if it is too old."""
        with state_errors():
            data = cast("bytes | None", self._redis.get(_key(conversation, turn_ts)))
        return TurnRequest.model_validate(decode(data)) if data else None

    def change(self, conversation: Conversation, turn_ts: str, change: Callable[[TurnRequest], TurnRequest]) -> None:
        """Change a request that is kept, if it is; of changes that meet each sees what the one before it left."""
        key = _key(conversation, turn_ts)

        def apply(pipe: redis.client.Pipeline) -> None:
            data = cast("bytes | None", pipe.get(key))
            pipe.multi()
            if data:
                changed = change(TurnRequest.model_validate(decode(data)))
                pipe.set(key, encode(changed.model_dump(mode="json")), ex=KEPT_SECONDS)

        with state_errors():
            self._redis.transaction(apply, key)

    def forget(self, conversation: Conversation, turn_ts: str) -> None:
        """Let a Retry button ask no more: its question is gone."""
        with state_errors():
            self._redis.delete(_key(conversation, turn_ts))


def _key(conversation: Conversation, turn_ts: str) -> str:
    return f"sb:{{{conversation.box}}}:failed:{turn_ts}"
