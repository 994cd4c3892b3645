"""A reply as a message: the text as one Markdown block, a plain text for notifications, at most one button."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workers.views.limits import MARKDOWN_TEXT, cut
from workers.views.markdown import plain_text
from workers.views.turn_buttons import TurnButton, turn_buttons

Blocks = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Message:
    """What a posting call needs."""

    blocks: Blocks
    text: str


def reply_message(text: str, *, button: TurnButton | None = None, turn_ts: str = "") -> Message:
    """Return a part of a reply; `text` is valid, harmless Markdown and short enough for one message."""
    blocks: Blocks = [{"type": "markdown", "text": cut(text, MARKDOWN_TEXT)}]
    if button:
        blocks.append(turn_buttons(button, turn_ts))
    return Message(blocks, plain_text(text) or "…")
