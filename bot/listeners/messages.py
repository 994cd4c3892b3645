"""Mentions, direct messages and follow-ups, what people change in them: stored durably, then acknowledged."""

from __future__ import annotations

import time
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.background import after_ack
from bot.changes import Change, change_from_event
from bot.events import turn_from_event
from bot.intake import Intake
from bot.services import Services


class Messages:
    """Hands over what people ask of the bot."""

    def __init__(self, services: Services) -> None:
        self._services, self._intake = services, Intake(services)

    async def hear(self, body: dict[str, Any], context: AsyncBoltContext) -> None:
        """Take a message event; an error here reaches Slack as a refusal, and it sends the event again."""
        change = change_from_event(body["event"], self._services.identity)
        if change:
            await self._change(change)
            return
        request = turn_from_event(body, self._services.identity, time.time())
        if request is None:
            self._services.count("ignored")
            return
        work = await self._intake.take(request)
        if work:
            after_ack(context, work)

    async def _change(self, change: Change) -> None:
        """Hand over new words or a deletion; what is answered already, or never asked the bot, stays as it is."""
        handover = self._services.handover
        words = change.new_words
        if words is None:
            is_taken = await handover.withdraw(change.conversation, change.ts, is_placed=change.is_placed)
        else:
            is_taken = await handover.edit(change.conversation, words)
        kind = "deleted" if words is None else "edited"
        self._services.count(kind if is_taken else "ignored")


def register(app: AsyncApp, services: Services) -> None:
    """Listen to messages of all kinds of channels."""
    messages = Messages(services)
    app.event("app_mention")(messages.hear)
    app.event("message")(messages.hear)
