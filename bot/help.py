"""What the bot says about itself: the help of `/jira` and its App Home; pure."""

from __future__ import annotations

from typing import Any

ABILITIES = (
    "Mention me in a channel, or write to me directly: I answer, look for known issues and draft new ones.",
    "In a thread where I take part you need not mention me again.",
    "To file an issue, say so. I show a draft first; what happens with it is up to you.",
    "On any message, choose *File an issue* under *More actions*.",
)

HELP = "\n".join(["*What I can do*", *(f"• {ability}" for ability in ABILITIES), "", "`/jira help` shows this text."])


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
