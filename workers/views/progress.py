"""The status line under a conversation while the bot works; Slack shows it after the bot's name."""

from __future__ import annotations

LONGEST = 80

_TOOLS = {
    "jira_search": "is searching Jira…",
    "jira_get_issue": "is reading an issue…",
    "jira_create_options": "is looking up Jira's fields…",
    "jira_create_issue": "is preparing a draft…",
}


def tool_status(name: str) -> str:
    """Return the line while a tool is called."""
    return _TOOLS.get(name.lower(), "is working…")


def thought_status(summary: str) -> str:
    """Return the line from the first line of a thinking summary."""
    line = summary.strip().partition("\n")[0]
    return f"is thinking: {line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + '…'}"
