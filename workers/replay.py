"""History as the next request's prefix: verbatim, and thinking only where it is still bound to what stands before."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workers.records import HistoryEntry

THINKING = ("thinking", "redacted_thinking")
# Past this many characters the oldest half goes, at a turn border: rarely, since each trim costs the cached prefix.
MAX_HISTORY_CHARACTERS = 600_000


@dataclass(frozen=True)
class Replay:
    """What is sent before a new question."""

    messages: tuple[dict[str, Any], ...]
    prefix: str
    """Names exactly what was sent; stored with the new turn, whose thinking is bound to it."""


def replay(entries: Sequence[HistoryEntry], *, audience: str, prompt: str, tools: str) -> Replay:
    """Return the turns that this audience may have answered from.

    Claude binds thinking blocks to all that stands before them (an account's request with a changed prefix is
    refused), so an entry keeps its thinking only if it now follows exactly what it followed when it was made.
    """
    messages: list[dict[str, Any]] = []
    trail = f"{prompt}|{tools}"
    for entry in entries:
        if entry.audience != audience:
            continue
        bound = entry.prefix == _digest(trail)
        messages += entry.messages if bound else [_without_thinking(message) for message in entry.messages]
        trail += f"|{entry.turn_ts}{'+' if bound else '-'}"
    return Replay(messages=tuple(messages), prefix=_digest(trail))


def turns_to_drop(entries: Sequence[HistoryEntry]) -> int:
    """Return how many of the oldest turns must go: none, or enough to halve a history that has grown too long."""
    sizes = [len(str(entry.messages)) for entry in entries]
    total = sum(sizes)
    if total <= MAX_HISTORY_CHARACTERS:
        return 0
    dropped = 0
    while total > MAX_HISTORY_CHARACTERS // 2 and dropped < len(sizes) - 1:
        total -= sizes[dropped]
        dropped += 1
    return dropped


def _without_thinking(message: dict[str, Any]) -> dict[str, Any]:
    if message["role"] != "assistant" or isinstance(message["content"], str):
        return message
    kept = [block for block in message["content"] if block["type"] not in THINKING]
    # A message may not be empty, and one that only thought said nothing.
    return {**message, "content": kept or [{"type": "text", "text": "(no answer)"}]}


def _digest(trail: str) -> str:
    return hashlib.sha256(trail.encode()).hexdigest()[:16]
