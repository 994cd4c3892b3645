"""`/jira`: says what the bot can do; every unknown word leads there, too."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.help import help_text
from bot.services import Services


class Commands:
    """Answers a command at once; nothing here needs a worker."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def jira(self, ack: AsyncAck, command: dict[str, str]) -> None:
        """Show the help, to the person alone."""
        words = command.get("text", "").split()
        is_unknown = bool(words) and words[0].lower() != "help"
        await ack(text=help_text(is_unknown=is_unknown), response_type="ephemeral")
        self._services.count("command")


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the slash command."""
    app.command("/jira")(Commands(services).jira)
