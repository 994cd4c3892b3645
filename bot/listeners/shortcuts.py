"""The message shortcut: opens a form with the message's text at once."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.background import after_ack
from bot.forms import as_markdown, shortcut_form
from bot.hints import answer_click
from bot.open_modal import open_modal
from bot.services import Services
from workers.jobs import StateUnavailable
from workers.views.draft_modal import shortcut_modal
from workers.views.limits import OPTIONS

# Of the three seconds in which a form may be opened.
CHOICES_SECONDS = 0.5


class Shortcuts:
    """Turns a message into a form; nothing is stored before it is submitted."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def file_issue(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        """Open the form while Slack allows it."""
        text = as_markdown(str(body["message"].get("text") or ""))
        projects, kinds = await self._choices()
        view = shortcut_modal(text, projects, shortcut_form(body), issue_types=kinds)
        problem = await open_modal(self._services, body["trigger_id"], view)
        if problem:
            response_url = str(body.get("response_url", ""))
            after_ack(context, partial(answer_click, self._services, response_url, problem))
        self._services.count("shortcut")
        await ack()

    async def _choices(self) -> tuple[list[str], list[str]]:
        """Return projects and types to choose from; none where they must be typed."""
        try:
            async with asyncio.timeout(CHOICES_SECONDS):
                projects, kinds = await self._services.handover.run(lambda door: door.choices())
        except (StateUnavailable, TimeoutError):
            return [], []
        # What does not fit into a select is typed.
        return projects if len(projects) <= OPTIONS else [], kinds if len(kinds) <= OPTIONS else []


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the shortcut on messages."""
    app.shortcut({"type": "message_action", "callback_id": "file_issue"})(Shortcuts(services).file_issue)
