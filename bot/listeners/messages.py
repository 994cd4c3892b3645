"""Mentions, direct messages and follow-ups, what people change in them: stored durably, then acknowledged."""

from __future__ import annotations

import time
from collections import deque
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.background import after_ack
from bot.changes import Change, change_from_event
from bot.events import turn_from_event
from bot.first_sign import show_first_sign
from bot.hints import whisper
from bot.services import Services
from workers.failpoints import failpoint
from workers.jobs import TurnRequest
from workers.views.failures import QUEUE_FULL

# Both events of a mention and every repeated delivery come to the same full mailbox: one hint is enough.
REMEMBERED_HINTS = 256


class Messages:
    """Hands over what people ask of the bot."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._hinted: deque[tuple[str, str]] = deque(maxlen=REMEMBERED_HINTS)

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
        failpoint("event_heard")
        result = await self._services.handover.ask(request)
        failpoint("event_kicked")
        self._services.count(request.kind if result == "new" else result)
        if result == "new":
            after_ack(context, partial(show_first_sign, self._services, request))
        elif result == "full":
            self._hint_once(context, request)

    async def _change(self, change: Change) -> None:
        """Hand over new words or a deletion; what is answered already, or never asked the bot, stays as it is."""
        handover = self._services.handover
        if change.words is None:
            is_taken = await handover.withdraw(change.conversation, change.ts)
        else:
            is_taken = await handover.edit(change.conversation, change.ts, change.words)
        kind = "deleted" if change.words is None else "edited"
        self._services.count(kind if is_taken else "ignored")

    def _hint_once(self, context: AsyncBoltContext, request: TurnRequest) -> None:
        place = (request.conversation.box, request.ts)
        if place in self._hinted:
            return
        self._hinted.append(place)
        after_ack(context, partial(whisper, self._services, request.conversation, request.user_id, QUEUE_FULL))


def register(app: AsyncApp, services: Services) -> None:
    """Listen to messages of all kinds of channels."""
    messages = Messages(services)
    app.event("app_mention")(messages.hear)
    app.event("message")(messages.hear)
