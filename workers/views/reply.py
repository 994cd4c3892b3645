"""A reply as messages: the text as one Markdown block or a stream, a plain text for notifications, buttons below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workers.views.feedback import feedback_buttons
from workers.views.limits import MARKDOWN_TEXT, cut
from workers.views.markdown import plain_text, presentable, streamable
from workers.views.mentions import NOBODY, Addressees
from workers.views.turn_buttons import TurnButton, turn_buttons

Blocks = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Message:
    """What a posting call needs."""

    blocks: Blocks
    text: str


@dataclass(frozen=True, slots=True)
class Portion:
    """What one message of a reply is to say; `markdown` is harmless, and short enough for one message."""

    markdown: str
    turn_ts: str = ""
    is_closed: bool = False
    """No more text comes into this message."""
    is_final: bool = False
    """The reply ends with it."""
    button: TurnButton | None = None
    asks_for_feedback: bool = False
    people: Addressees = NOBODY
    """Whom it may mention."""

    @property
    def text(self) -> str:
        """The text as it is valid by itself."""
        return presentable(self.markdown, is_final=self.is_closed)

    @property
    def streamed(self) -> str:
        """The text as far as it can be sent where nothing is taken back."""
        return self.text if self.is_closed else streamable(self.markdown)

    @property
    def buttons(self) -> Blocks:
        """What stands below the text once it is whole."""
        blocks = [turn_buttons(self.button, self.turn_ts)] if self.button else []
        return [*blocks, feedback_buttons(self.turn_ts)] if self.asks_for_feedback else blocks

    @property
    def message(self) -> Message:
        """The whole message, to be posted or to replace what is there; while it grows it can be stopped."""
        stop = [] if self.is_closed else [turn_buttons("stop", self.turn_ts)]
        return reply_message(self.text, below=[*stop, *self.buttons], people=self.people)


def reply_message(text: str, *, below: Blocks | None = None, people: Addressees = NOBODY) -> Message:
    """Return a part of a reply; `text` is valid, harmless Markdown and short enough for one message."""
    blocks: Blocks = [{"type": "markdown", "text": cut(text, MARKDOWN_TEXT)}, *(below or ())]
    return Message(blocks, plain_text(text, people=people) or "…")
