"""Where the prompt cache is written and read in a conversation: at most four breakpoints, the prompt's own with them.

A breakpoint finds an earlier entry at most 20 blocks before it, which a turn with many calls or files exceeds. So each
request marks the very block at which the request before it ended, and never has to search. Where people come back
after pauses, what stands before the question is kept for an hour; what a running turn adds, and elsewhere everything,
for five minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

HOUR: dict[str, Any] = {"type": "ephemeral", "ttl": "1h"}
MINUTES: dict[str, Any] = {"type": "ephemeral"}


def lifetime(*, is_long: bool) -> dict[str, Any]:
    """Return the mark of what is kept for long, or as long as all else."""
    return HOUR if is_long else MINUTES


def with_marks(messages: Sequence[dict[str, Any]], *, is_long: bool = True) -> list[dict[str, Any]]:
    """Return the messages of a request with three breakpoints at most; their other bytes stay as they are."""
    usual = lifetime(is_long=is_long)
    said = [index for index, message in enumerate(messages) if message["role"] == "user"]
    asked = [index for index in said if not _holds_results(messages[index])]
    if not asked:
        return list(messages)
    marks = dict.fromkeys(asked[-1:], usual)
    if said[-1] == asked[-1]:
        # A turn begins. Where the last one ended may be forgotten by now; where it began is kept longer.
        marks |= dict.fromkeys((*asked[-2:-1], *said[-2:-1]), usual)
    else:
        marks = dict.fromkeys(said[-2:], MINUTES) | marks
    return [_marked(message, marks.get(index)) for index, message in enumerate(messages)]


def _holds_results(message: dict[str, Any]) -> bool:
    return not isinstance(message["content"], str) and any(
        block["type"] == "tool_result" for block in message["content"]
    )


def _marked(message: dict[str, Any], mark: dict[str, Any] | None) -> dict[str, Any]:
    if mark is None:
        return message
    content = message["content"]
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    return {**message, "content": [*blocks[:-1], {**blocks[-1], "cache_control": mark}]}
