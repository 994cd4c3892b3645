"""The App Home: what can be shown at once, then a worker adds what is the person's own; and prompts to begin with."""

from __future__ import annotations

from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.attempt import attempt
from bot.background import after_ack
from bot.hints import TOO_MUCH_WAITING
from bot.people import standing
from bot.services import Services
from workers.jobs import Action, StateUnavailable
from workers.views.home import home_view
from workers.views.prompts import PROMPTS, PROMPTS_TITLE

SECONDS = 5.0


class Home:
    """Shows a person what the bot does; what they see is made anew each time they come."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def open(self, event: dict[str, Any], context: AsyncBoltContext) -> None:
        """Show the tab that a person opened."""
        self._services.count("home")
        if event.get("tab") == "home":
            after_ack(context, partial(self._publish, event))
        elif event.get("tab") == "messages" and event.get("channel"):
            after_ack(context, partial(self._suggest, event["channel"]))

    async def _publish(self, event: dict[str, Any]) -> None:
        """Publish what is the same for all to who has no home yet, then let a worker publish the person's own."""
        identity, user_id = self._services.identity, str(event["user"])
        if not event.get("view"):
            await self._show(user_id)
        action = Action(
            id=f"{event.get('event_ts', '')}-{user_id}",
            kind="home_open",
            team_id=identity.team_id,
            subject=f"home:{user_id}",
            user_id=user_id,
            values={"bot_user_id": identity.bot_user_id, "emoji": self._services.reaction_emoji},
        )
        try:
            result = await self._services.handover.act(action)
        except StateUnavailable:
            return  # The next visit brings it.
        if result == "full":
            await self._show(user_id, TOO_MUCH_WAITING)

    async def _show(self, user_id: str, note: str = "") -> None:
        """Publish a home without what is the person's own; the note says why it stays away."""
        who, bot_user_id = await standing(self._services, user_id), self._services.identity.bot_user_id
        view = home_view(bot_user_id, who, emoji=self._services.reaction_emoji, note=note)
        call = self._services.slack.views_publish(user_id=user_id, view=view)
        await attempt(self._services, "views.publish", call, seconds=SECONDS)

    async def _suggest(self, channel_id: str) -> None:
        """Offer prompts above the composer; with a thread's ts Slack would drop them without a word."""
        call = self._services.slack.assistant_threads_setSuggestedPrompts(
            channel_id=channel_id,
            title=PROMPTS_TITLE,
            prompts=PROMPTS,
        )
        await attempt(self._services, "assistant.threads.setSuggestedPrompts", call, seconds=SECONDS)


def register(app: AsyncApp, services: Services) -> None:
    """Listen to visits of the App Home."""
    app.event("app_home_opened")(Home(services).open)
