"""The older part of a conversation's history, and its replacement by summaries: in one step, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import redis

from workers.rounds import HistoryEntry
from workers.state.codec import decode, encode
from workers.state.connection import Args, state_errors

# The head is what it was if its first and its last turn are: a history only grows at its end and shrinks at its head.
_REPLACE = """
local count, first, last, ttl = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4]
if redis.call('LINDEX', KEYS[1], 0) ~= first or redis.call('LINDEX', KEYS[1], count - 1) ~= last then return 0 end
redis.call('LTRIM', KEYS[1], count, -1)
for i = #ARGV, 5, -1 do redis.call('LPUSH', KEYS[1], ARGV[i]) end
redis.call('EXPIRE', KEYS[1], ttl)
return 1
"""


@dataclass(frozen=True)
class Past:
    """A history as it was read, with what it was read from."""

    entries: tuple[HistoryEntry, ...]
    rows: tuple[bytes, ...]


class Pasts:
    """The histories of all conversations, for who shortens them; safe to share between threads."""

    def __init__(self, client: redis.Redis, *, ttl_seconds: int) -> None:
        self._redis, self._ttl = client, ttl_seconds
        self._replace = client.register_script(_REPLACE)

    def read(self, box: str) -> Past:
        """Return the committed turns of a conversation, oldest first."""
        with state_errors():
            rows = cast("list[bytes]", self._redis.lrange(_key(box), 0, -1))
        return Past(tuple(HistoryEntry.model_validate(decode(row)) for row in rows), tuple(rows))

    def replace_head(self, box: str, past: Past, count: int, entries: Sequence[HistoryEntry]) -> bool:
        """Put entries in the place of the oldest `count` turns; False if somebody else has changed these since."""
        new = [encode(entry.model_dump(mode="json")) for entry in entries]
        args: Args = [count, past.rows[0], past.rows[count - 1], self._ttl, *new]
        with state_errors():
            return bool(self._replace(keys=[_key(box)], args=args))


def _key(box: str) -> str:
    return f"sb:{{{box}}}:history"
