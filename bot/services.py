"""What every listener of a surface is given."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from slack_sdk.web.async_client import AsyncWebClient

from bot.background import Background
from bot.handover import Handover
from bot.identity import Identity
from bot.installation import Installation
from bot.refusals import Refusals
from bot.rush import Rush

EVENTS = "supportbot_events_total"
SLACK_CALLS = "supportbot_slack_calls_total"
FIRST_VISIBLE = "supportbot_first_visible_seconds"


@dataclass(frozen=True)
class Services:
    """Made once, in `create_app`."""

    handover: Handover
    slack: AsyncWebClient
    installation: Installation
    reaction_emoji: str = ""
    """The emoji that makes a draft of a message; empty if none does."""
    declines_guests: bool = False
    """Guests and people of other organisations get no answer here."""
    background: Background = field(default_factory=Background)
    rush: Rush = field(default_factory=Rush)
    refusals: Refusals = field(default_factory=Refusals)

    @property
    def identity(self) -> Identity:
        """Who the bot is; known before any listener runs."""
        return self.installation.identity

    def count(self, kind: str) -> None:
        """Count an event by what came of it."""
        self.handover.metrics.count(EVENTS, kind=kind)

    def count_call(self, method: str, outcome: str) -> None:
        """Count a call to Slack."""
        self.handover.metrics.count(SLACK_CALLS, method=method, outcome=outcome)

    def was_visible(self, received_at: float) -> None:
        """Note how long a person waited for the first sign."""
        self.handover.metrics.observe(FIRST_VISIBLE, max(0.0, time.time() - received_at))
