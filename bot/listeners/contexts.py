"""What a person looks at beside the conversation with the bot: remembered for a while, told to the model."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.services import Services

CHANNEL = "slack#/types/channel_id"


class Contexts:
    """Remembers the channel that somebody has open."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def change(self, event: dict[str, Any]) -> None:
        """Remember what is looked at now; nothing depends on it."""
        entities = (event.get("context") or {}).get("entities") or ()
        channel_id = next((str(each.get("value", "")) for each in entities if each.get("type") == CHANNEL), "")
        user_id = event.get("user")
        if user_id:
            team_id = self._services.identity.team_id
            await self._services.handover.run(lambda door: door.looks_at(team_id, str(user_id), channel_id))
        self._services.count("context")


def register(app: AsyncApp, services: Services) -> None:
    """Listen to changes of what people look at."""
    app.event("app_context_changed")(Contexts(services).change)
