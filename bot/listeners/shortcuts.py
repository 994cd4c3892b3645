"""The message shortcut: opens a form with the message's text at once."""

from __future__ import annotations

from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.forms import as_markdown, shortcut_action
from bot.opened_form import form_id, open_for_worker, plain_view
from bot.services import Services
from workers.views.message_text import whole_text

TITLE = "File a Jira issue"


class Shortcuts:
    """Turns a message into a form; nothing is filed before it is submitted."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def file_issue(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        """Open the form while Slack allows it, and let a worker fill it."""
        action = shortcut_action(body, self._services.identity.team_id, form_id())
        text = as_markdown(whole_text(body["message"]))
        plain = partial(plain_view, self._services, action, text)
        await open_for_worker(self._services, context, body["trigger_id"], TITLE, action, plain)
        self._services.count("shortcut")
        await ack()


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the shortcut on messages."""
    app.shortcut({"type": "message_action", "callback_id": "file_issue"})(Shortcuts(services).file_issue)
