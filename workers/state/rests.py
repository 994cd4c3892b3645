"""What the session of a thread is to say once no turn runs there: decided meanwhile, kept until then."""

from __future__ import annotations

from typing import cast

import redis

from workers.records import Conversation
from workers.state.connection import state_errors

KEPT_SECONDS = 3_600

# Whoever comes last takes it: who decided, if no turn is open, or the turn that ends.
_TAKE = """
if redis.call('EXISTS', KEYS[1]) == 1 then return '' end
return redis.call('GETDEL', KEYS[2]) or ''
"""


class Rests:
    """By conversation."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._take = client.register_script(_TAKE)

    def leave(self, where: Conversation, status: str) -> None:
        """Remember what is to be said; the last word counts."""
        with state_errors():
            self._redis.set(_key(where), status, ex=KEPT_SECONDS)

    def take(self, where: Conversation) -> str:
        """Return, once, what is to be said; empty if nothing is, or while a turn waits or is worked on."""
        with state_errors():
            return cast("bytes", self._take(keys=[f"sb:{{{where.box}}}:mail", _key(where)])).decode()


def _key(where: Conversation) -> str:
    return f"sb:{{{where.box}}}:rest"
