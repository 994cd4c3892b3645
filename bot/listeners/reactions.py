"""An emoji on a message: a worker makes a draft of that message, once."""

from __future__ import annotations

from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.background import after_ack
from bot.hints import TOO_MUCH_WAITING, whisper
from bot.services import Services
from workers.jobs import Action, Conversation


class Reactions:
    """Hands over what somebody wants filed by a reaction."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def add(self, event: dict[str, Any], context: AsyncBoltContext) -> None:
        """Store a reaction with the emoji for drafts; an error makes Slack send it again."""
        identity, item = self._services.identity, event.get("item") or {}
        emoji = str(event.get("reaction", "")).partition("::")[0]
        is_meant = emoji and emoji == self._services.reaction_emoji and item.get("type") == "message"
        if not is_meant or event.get("user") in (None, identity.bot_user_id):
            self._services.count("ignored")
            return
        message = f"{item['channel']}:{item['ts']}"
        action = Action(
            # Each reaction's once, so that who may not keeps nobody from it, and who puts it on anew tries anew; the
            # draft is one a message.
            id=f"{message}-{event['user']}-{event.get('event_ts', '')}",
            kind="reaction",
            team_id=identity.team_id,
            subject=f"message:{message}",
            user_id=event["user"],
            channel_id=item["channel"],
            message_ts=item["ts"],
        )
        result = await self._services.handover.act(action)
        self._services.count("reaction" if result == "new" else result)
        if result == "full":
            # Whether the message has a thread, or stands in one, is not known; what is said in none is seen by nobody.
            place = Conversation(team_id=identity.team_id, channel_id=item["channel"], thread_ts="")
            after_ack(context, partial(whisper, self._services, place, event["user"], TOO_MUCH_WAITING))


def register(app: AsyncApp, services: Services) -> None:
    """Listen to reactions."""
    app.event("reaction_added")(Reactions(services).add)
