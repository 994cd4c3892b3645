"""What the loop says where the model says nothing: how an answer ended, and what it is doing meanwhile."""

from __future__ import annotations

ROUNDS = (
    "_I stopped here: this took more steps than I may use for one answer. Tell me which part matters most, "
    "and I'll go on from there._"
)
EMPTY = "I have no answer to that. Could you say it in other words?"
EMPTY_AFTER_TOOLS = "That's all I found."
REFUSED = "I can't help with that request."
STOPPED = "_Stopped._"
DEADLINE = "_I ran out of time for this answer. Ask me to go on, or to do a smaller part of it._"
NOT_RUN = "Not run: the answer was cut off before this call was complete."
CUT: dict[str, str] = {
    "max_tokens": "_My answer was cut here: it reached the length I may write. Ask me to go on._",
    "model_context_window_exceeded": "_My answer was cut here: this thread is too long. Please start a new one._",
}

_TOOL_STATUS = {
    "jira_search": "is searching Jira…",
    "jira_get_issue": "is reading an issue…",
    "jira_create_options": "is looking up Jira's fields…",
    "jira_create_issue": "is preparing a draft…",
}
PROGRESS_CHARACTERS = 80


def tool_status(name: str) -> str:
    """Return the status line while a tool is called."""
    return _TOOL_STATUS.get(name.lower(), "is working…")


def progress(line: str) -> str:
    """Return a status line from the first line of a thinking summary."""
    short = line if len(line) <= PROGRESS_CHARACTERS else line[: PROGRESS_CHARACTERS - 1].rstrip() + "…"
    return f"is thinking: {short}"
