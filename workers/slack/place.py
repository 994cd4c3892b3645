"""Where a reply is written, for whom, and by which clocks."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from workers.records import Conversation
from workers.slack.api import SlackApi, Sleep


@dataclass(frozen=True)
class Place:
    """What every part of a reply needs to know."""

    api: SlackApi
    conversation: Conversation
    turn_ts: str
    asker_id: str = ""
    asker_team_id: str = ""
    clock: Callable[[], float] = time.monotonic
    sleep: Sleep = time.sleep
    wall: Callable[[], float] = time.time
    """Unix seconds, as Slack names its messages."""

    @property
    def name(self) -> str:
        """The same for whoever takes the turn over."""
        return f"{self.conversation.channel_id}:{self.turn_ts}"
