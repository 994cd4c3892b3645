"""Slack's own Stop button on an answer."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.services import Services
from workers.jobs import Conversation


class Sessions:
    """Hands over that a person wants no more of an answer."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def stop(self, event: dict[str, Any]) -> None:
        """Stop what was asked in this thread until the button was pressed; later questions stay."""
        conversation = Conversation(
            team_id=self._services.identity.team_id, channel_id=event["channel"], thread_ts=event["thread_ts"]
        )
        await self._services.handover.stop(conversation, before_ts=event["event_ts"])
        self._services.count("stopped")


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the end of an agent's session."""
    app.event("agent_session_stopped")(Sessions(services).stop)
