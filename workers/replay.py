"""History as the next request's prefix: verbatim, and thinking only where it is still bound to what stands before."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workers.files.blocks import media_of
from workers.rounds import HistoryEntry

THINKING = ("thinking", "redacted_thinking")
# Past this many characters the oldest half goes, at a turn border: rarely, since each trim costs the cached prefix.
MAX_HISTORY_CHARACTERS = 600_000
# A request may be 32 MB: this much, the media of a new turn (see files.blocks), and text.
MAX_HISTORY_MEDIA = 16_000_000
MEDIA_AS_CHARACTERS = {"image": 8_000, "document": 100_000}


@dataclass(frozen=True)
class Replay:
    """What is sent before a new question."""

    messages: tuple[dict[str, Any], ...]
    prefix: str
    """Names exactly what was sent; stored with the new turn, whose thinking is bound to it."""


def replay(entries: Sequence[HistoryEntry], *, audience: str, prompt: str, tools: str, model: str = "") -> Replay:
    """Return the turns that this audience may have answered from.

    Claude binds thinking blocks to all that stands before them (an account's request with a changed prefix is
    refused) and to the model that had them, so an entry keeps its thinking only if it now follows exactly what it
    followed when it was made, and goes to the same model.
    """
    messages: list[dict[str, Any]] = []
    trail = f"{prompt}|{tools}"
    for entry in entries:
        if entry.audience != audience:
            continue
        bound = entry.prefix == _digest(trail) and (not model or entry.model in ("", model))
        messages += entry.messages if bound else [without_thinking(message) for message in entry.messages]
        trail += f"|{entry.turn_ts}{'+' if bound else '-'}"
    return Replay(messages=tuple(messages), prefix=_digest(trail))


def turns_to_drop(entries: Sequence[HistoryEntry]) -> int:
    """Return how many of the oldest turns must go: none, or enough to halve a history that has grown too long."""
    words = [sum(map(characters, entry.messages)) for entry in entries]
    media = [sum(map(media_size, entry.messages)) for entry in entries]
    return max(_to_drop(words, MAX_HISTORY_CHARACTERS), _to_drop(media, MAX_HISTORY_MEDIA))


def _to_drop(sizes: Sequence[int], most: int) -> int:
    """Return how many of the oldest must go: none, or enough to be left with half of `most`; the newest stays."""
    total = sum(sizes)
    if total <= most:
        return 0
    dropped = 0
    while total > most // 2 and dropped < len(sizes) - 1:
        total -= sizes[dropped]
        dropped += 1
    return dropped


def characters(message: dict[str, Any]) -> int:
    """Return how long a message is to the model, to whom a picture is as long as some text."""
    if isinstance(message["content"], str):
        return len(message["content"])
    return sum(MEDIA_AS_CHARACTERS.get(block["type"], 0) or len(str(block)) for block in message["content"])


def media_size(message: dict[str, Any]) -> int:
    return sum(len(block["source"].get("data", "")) for block in media_of(message))


def without_thinking(message: dict[str, Any]) -> dict[str, Any]:
    """Return a message as it is sent where its thinking is no longer bound to what stands before it."""
    if message["role"] != "assistant" or isinstance(message["content"], str):
        return message
    kept = [block for block in message["content"] if block["type"] not in THINKING]
    # A message may not be empty, and one that only thought said nothing.
    return {**message, "content": kept or [{"type": "text", "text": "(no answer)"}]}


def _digest(trail: str) -> str:
    return hashlib.sha256(trail.encode()).hexdigest()[:16]
