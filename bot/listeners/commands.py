"""`/jira`: says what the bot can do; every unknown word leads there, too."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.services import Services

HELP = """\
*What I can do*
• Mention me in a channel, or write to me directly: I answer, look for known issues and draft new ones.
• In a thread where I take part you need not mention me again.
• To file an issue, say so. I show a draft first; nothing is written to Jira before you press *Create*.
• On any message: *More actions* and *File an issue*.

`/jira help` shows this text."""


class Commands:
    """Answers a command at once; nothing here needs a worker."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def jira(self, ack: AsyncAck, command: dict[str, str]) -> None:
        """Show the help, to the person alone."""
        words = command.get("text", "").split()
        unknown = "" if not words or words[0].lower() == "help" else "I don't know that command.\n\n"
        await ack(text=unknown + HELP, response_type="ephemeral")
        self._services.count("command")


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the slash command."""
    app.command("/jira")(Commands(services).jira)
