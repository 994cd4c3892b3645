"""What was found like a draft, and what was filed in a project within a day, which Jira's search may not know yet."""

from __future__ import annotations

import time
from typing import cast

import redis

from workers.records import Draft
from workers.similar import Similar
from workers.state.codec import decode, encode
from workers.state.connection import state_errors

RECENT_SECONDS = 86_400
MOST_RECENT = 200
FIELD = "similar"

# Beside a draft that still exists, or not at all: its hash must not come back without the rest.
_KEEP = """
if redis.call('HEXISTS', KEYS[1], 'body') == 0 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
"""


class SimilarIssues:
    """A field of each draft's hash, and a sorted set of recently filed drafts for each project."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._keep = client.register_script(_KEEP)

    def of(self, draft: Draft) -> Similar:
        """Return what was found like a draft so far."""
        with state_errors():
            data = cast("bytes | None", self._redis.hget(_draft_key(draft), FIELD))
        return Similar.model_validate(decode(data)) if data else Similar()

    def keep(self, draft: Draft, similar: Similar) -> None:
        """Store what was found like a draft."""
        with state_errors():
            self._keep(keys=[_draft_key(draft)], args=[FIELD, encode(similar.model_dump(mode="json"))])

    def filed(self, draft: Draft) -> None:
        """Note that a draft is filed now: two people report the same within minutes."""
        key, now = _recent_key(draft), time.time()
        with state_errors():
            pipe = self._redis.pipeline()
            pipe.zadd(key, {draft.id: now})
            pipe.zremrangebyscore(key, 0, now - RECENT_SECONDS)
            pipe.zremrangebyrank(key, 0, -MOST_RECENT - 1)
            pipe.expire(key, RECENT_SECONDS)
            pipe.execute()

    def recent(self, draft: Draft) -> list[str]:
        """Return the ids of the drafts that were filed in the same project within a day, newest first."""
        with state_errors():
            rows = cast(
                "list[bytes]",
                self._redis.zrevrangebyscore(_recent_key(draft), "+inf", time.time() - RECENT_SECONDS),
            )
        return [row.decode() for row in rows if row.decode() != draft.id]


def _draft_key(draft: Draft) -> str:
    return f"sb:draft:{draft.conversation.team_id}:{draft.id}"


def _recent_key(draft: Draft) -> str:
    return f"sb:recent:{draft.conversation.team_id}:{draft.project}"
