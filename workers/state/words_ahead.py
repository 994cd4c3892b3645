"""New words for a message that has not come itself yet: an edit or a deletion may overtake its question."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import redis

from workers.state.codec import decode, encode
from workers.state.connection import state_errors

# Slack brings an event again for about an hour.
AHEAD_SECONDS = 3_600 * 2


def seen_key(box: str, message_id: str) -> str:
    """Return the key that tells that a message has come."""
    return f"sb:{{{box}}}:seen:{message_id}"


def ahead_key(box: str, message_id: str) -> str:
    """Return the key of the words that came before their message."""
    return f"sb:{{{box}}}:ahead:{message_id}"


class WordsAhead:
    """The words of one Redis that wait for their messages; storing a message tells that it was overtaken."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def keep(self, box: str, message_id: str, words: Any, is_newer: Callable[[Any], bool]) -> bool:
        """Keep new words for a message that has not come, unless newer ones are kept; False if it has come before."""
        seen, ahead = seen_key(box, message_id), ahead_key(box, message_id)

        def keep(pipe: redis.client.Pipeline) -> bool:
            kept = cast("bytes | None", pipe.get(ahead))
            is_kept = not pipe.exists(seen)
            pipe.multi()
            if is_kept and (kept is None or is_newer(decode(kept))):
                pipe.set(ahead, encode(words), ex=AHEAD_SECONDS)
            return is_kept

        with state_errors():
            return bool(self._redis.transaction(keep, seen, ahead, value_from_callable=True))  # type: ignore[arg-type]  # its stub knows no value

    def of(self, box: str, message_id: str) -> Any | None:
        """Return the words that were kept for a message, or None."""
        with state_errors():
            data = cast("bytes | None", self._redis.get(ahead_key(box, message_id)))
        return decode(data) if data else None
