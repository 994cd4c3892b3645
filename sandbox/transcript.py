"""A conversation on the terminal: who says what, and how an answer grew."""

from __future__ import annotations

import os
import re
import sys
import textwrap
import time
from collections.abc import Mapping
from typing import Any

from sandbox.slack.messages import Message

WIDTH = 100
_COLOURS = {"person": "36", "bot": "35", "good": "32", "bad": "31", "quiet": "2"}


_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_LINK = re.compile(r"<(https?://[^|>]+)\|([^>]*)>")


def reading(shown: Message, names: Mapping[str, str]) -> str:
    """Return a message as a person reads it: a line for each part, people by name, buttons in brackets."""
    text = "\n".join(filter(None, map(_part, shown.blocks or []))) or shown.text
    text = _PERSON.sub(lambda match: f"@{names.get(match[1], 'someone')}", text)
    text = _LINK.sub(lambda match: f"{match[2]} ({match[1]})", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _part(block: Mapping[str, Any]) -> str:
    own = [_words(block.get("text")), *map(_words, block.get("fields") or ()), _button(block.get("accessory"))]
    elements = [_button(each) or _words(each) for each in block.get("elements") or ()]
    return "\n".join(filter(None, [*own, "  ".join(filter(None, elements))]))


def _words(shown: Any) -> str:
    """Return the text of a text object, or of what has one."""
    text = shown.get("text") if isinstance(shown, Mapping) else shown
    return _words(text) if isinstance(text, Mapping) else text if isinstance(text, str) else ""


def _button(element: Any) -> str:
    is_button = isinstance(element, Mapping) and element.get("type") == "button"
    return f"[{_words(element)}]" if is_button else ""


class Transcript:
    """Prints lines with the seconds since its making; colours only where a person reads along."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._is_coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    @property
    def seconds(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._begun

    def says(self, name: str, words: str, *, is_bot: bool = False, note: str = "") -> None:
        """Print what somebody said, indented under the name."""
        head = self._paint(name, "bot" if is_bot else "person")
        print(f"\n{self.seconds:6.1f} s  {head}{self._paint(f'  ({note})', 'quiet') if note else ''}", flush=True)
        for line in words.splitlines():
            shown = textwrap.wrap(line, WIDTH) or [""]
            print("\n".join(f"          {piece}" for piece in shown), flush=True)

    def does(self, words: str) -> None:
        """Print something that happened."""
        print(f"{self.seconds:6.1f} s  {self._paint(words, 'quiet')}", flush=True)

    def holds(self, words: str) -> None:
        """Print an expectation that was met."""
        print(f"{self.seconds:6.1f} s  {self._paint('✓', 'good')} {words}", flush=True)

    def fails(self, words: str) -> None:
        """Print an expectation that was not met."""
        print(f"{self.seconds:6.1f} s  {self._paint('✗', 'bad')} {words}", flush=True)

    def _paint(self, words: str, kind: str) -> str:
        return f"\033[{_COLOURS[kind]}m{words}\033[0m" if self._is_coloured else words
