"""The App Home."""

from __future__ import annotations

from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.attempt import attempt
from bot.background import after_ack
from bot.help import home_view
from bot.services import Services

SECONDS = 5.0


class Home:
    """Shows a person what the bot does; what they see is made anew each time they come."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def open(self, event: dict[str, Any], context: AsyncBoltContext) -> None:
        """Publish the home tab; the messages tab needs nothing."""
        self._services.count("home")
        if event.get("tab") == "home":
            after_ack(context, partial(self._publish, event["user"]))

    async def _publish(self, user_id: str) -> None:
        call = self._services.slack.views_publish(user_id=user_id, view=home_view(self._services.identity.bot_user_id))
        await attempt(self._services, "views.publish", call, seconds=SECONDS)


def register(app: AsyncApp, services: Services) -> None:
    """Listen to visits of the App Home."""
    app.event("app_home_opened")(Home(services).open)
