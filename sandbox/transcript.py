"""A conversation on the terminal: who says what, and how an answer grew."""

from __future__ import annotations

import os
import sys
import textwrap
import time

WIDTH = 100
_COLOURS = {"person": "36", "bot": "35", "good": "32", "bad": "31", "quiet": "2"}


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
