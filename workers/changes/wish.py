"""Who wants changes of issues, where, and on which card they belong."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass

from workers.proposals import Proposal
from workers.records import Conversation


@dataclass(frozen=True)
class Wish:
    """Who wants changes, and where."""

    conversation: Conversation
    turn_ts: str
    asker_id: str
    asker_name: str = ""
    is_auto: bool = False
    """Nobody has to press a button."""

    def proposal(self, number: int) -> Proposal:
        """Return the turn's n-th card, empty; the same again whenever it is asked for."""
        where = self.conversation
        parts = (where.team_id, where.channel_id, where.thread_ts, self.turn_ts, "changes", str(number))
        return Proposal(
            id=hashlib.sha256("|".join(parts).encode()).hexdigest()[:16],
            conversation=where,
            turn_ts=self.turn_ts,
            asker_id=self.asker_id,
            asker_name=self.asker_name,
            created_at=time.time(),
        )
