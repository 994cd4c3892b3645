"""The status line under a conversation while the bot works; Slack shows it after the bot's name."""

from __future__ import annotations

import re

LONGEST = 80
READING = "is reading a file…"
BEGUN = "_One moment…_"
"""Begins an answer where Slack shows no such line."""

_SENTENCES = re.compile(r"[^.!?\n]+[.!?\n]")

_TOOLS = {
    "jira_search": "is searching Jira…",
    "jira_get_issue": "is reading an issue…",
    "jira_create_options": "is looking up Jira's fields…",
    "jira_create_issue": "is preparing a draft…",
    "jira_add_comment": "is preparing a comment…",
    "jira_update_issue": "is preparing a change…",
    "jira_transition_issue": "is preparing a change of status…",
    "jira_link_issues": "is preparing a link…",
    "knowledge_search": "is searching the documents…",
}


def tool_status(name: str) -> str:
    """Return the line while a tool is called."""
    return _TOOLS.get(name.lower(), "is working…")


def reading_status(file_name: str) -> str:
    """Return the line while a file is fetched and looked at."""
    name = " ".join(file_name.split())
    return f"is reading {name if len(name) <= LONGEST // 2 else name[: LONGEST // 2 - 1] + '…'}" if name else READING


def thought_status(summary: str) -> str:
    """Return the line from a thinking summary so far: its last whole sentence, or nothing before there is one."""
    whole = _SENTENCES.findall(summary)
    if not whole:
        return ""
    line = " ".join(whole[-1].split())
    return f"is thinking: {line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + '…'}"
