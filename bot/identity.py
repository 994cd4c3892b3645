"""Who the bot is in the workspace that installed it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """The bot's own ids, as `auth.test` says them; `team_id` is the installing workspace."""

    team_id: str
    bot_user_id: str
    bot_id: str
    allowed_bots: frozenset[str] = frozenset()
    """User and bot ids of other bots that may ask."""
