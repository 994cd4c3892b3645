"""What the bot says about itself: the help of `/jira` and its App Home; pure."""

from __future__ import annotations

from typing import Any

ABILITIES = (
    "*Ask me:* mention me in a channel, or write to me directly. I answer, and look in Jira whether it is known.",
    "*Stay in the thread:* where I take part already you need not mention me again.",
    "*File an issue:* say so, and I draft it. Unless set up otherwise, nothing goes to Jira before you press *Create*.",
    "*From a message:* choose *File an issue* in its menu.",
)
COMMANDS = (
    "`/jira search vpn login` looks in Jira, for you alone",
    "`/jira create The VPN is down` opens a form for a new issue",
    "`/jira mine` shows your drafts, and what became of what you filed here",
    "`/jira settings` changes how I work in a channel",
    "`/jira help` shows this text",
)
UNKNOWN = "I don't know that command.\n\n"


def help_text(*, is_unknown: bool) -> str:
    """Return the help of `/jira`; for an unknown word, with a word on that."""
    lines = ["*What I can do*", *(f"• {each}" for each in (*ABILITIES, *COMMANDS))]
    return (UNKNOWN if is_unknown else "") + "\n".join(lines)


def home_view(bot_user_id: str) -> dict[str, Any]:
    """Return the App Home: what the bot does, and where to begin."""
    return {
        "type": "home",
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": "Support"}},
            _section(
                f"I am <@{bot_user_id}>. I answer questions about problems, find out whether they are known, and "
                "file what is new as a Jira issue."
            ),
            {"type": "divider"},
            _section("*What I can do*"),
            *(_section(f"• {ability}") for ability in ABILITIES),
            {
                "type": "context",
                "elements": [{"type": "mrkdwn", "text": "Begin under *Messages*, or with `/jira help`."}],
            },
        ],
    }


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}
