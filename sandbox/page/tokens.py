"""The tokens of Claude's answers, by call and by turn, from what the Claude stand-in kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sandbox.claude.standin import Recorded

Json = dict[str, Any]
MOST_TURNS = 8
# What the bot writes around a person's words, to tell Claude whose they are.
_MARKUP = re.compile(r"<[^<>]*>")


def call_tokens(kept: Recorded) -> Json:
    """Return model and figures of one call; `input` holds the cached ones, too."""
    usage = kept.usage
    cached = int(usage.get("cache_read_input_tokens") or 0)
    written = int(usage.get("cache_creation_input_tokens") or 0)
    return {
        "model": str(kept.body.get("model", "")),
        "input": int(usage.get("input_tokens") or 0) + cached + written,
        "cached": cached,
        "output": int(usage.get("output_tokens") or 0),
    }


def turns(requests: Sequence[Recorded]) -> list[Json]:
    """Return rounds and tokens of the latest turns, oldest first; a turn is one question and its rounds."""
    found: dict[tuple[int, str], Json] = {}
    for kept in requests:
        if kept.path != "/v1/messages" or not kept.usage or not kept.body.get("tools"):
            continue  # A title or a triage beside the turn has no tools.
        place, question = _question(kept.body["messages"])
        empty = {"question": question, "rounds": 0, "input": 0, "cached": 0, "output": 0}
        turn = found.setdefault((place, question), empty)
        figures = call_tokens(kept)
        turn["rounds"] += 1
        for name in ("input", "cached", "output"):
            turn[name] += figures[name]
    return list(found.values())[-MOST_TURNS:]


def _question(messages: Sequence[Json]) -> tuple[int, str]:
    """Return the last words of a person, and where they stand: all rounds of a turn share both."""
    for place in reversed(range(len(messages))):
        content = messages[place]["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        is_result = any(block.get("type") == "tool_result" for block in blocks)
        texts = [str(block["text"]) for block in blocks if block.get("type") == "text"]
        if messages[place]["role"] == "user" and texts and not is_result:
            return place, _MARKUP.sub("", texts[-1]).strip()[:90]
    return 0, ""
