"""Cuts a long text into messages: at a paragraph, else a line, else a word; never in a table row or a link."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workers.views.fences import CLOSE_ROOM, Fence, lines, open_fence, scan
from workers.views.inline import unfinished
from workers.views.limits import SEGMENT_TEXT
from workers.views.tables import is_row

TABLE_HEAD = 1_000
"""A longer head of a table is not repeated in the next message."""

LONGEST_SPAN = 1_000
"""A link or emphasis that is longer is taken for a stray mark."""

_DELIMITER = re.compile(r"[ \t]*\|[ \t:|-]*-[ \t:|-]*\n?")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; the `raw` parts together are the text again."""

    raw: str
    opens_with: str = ""
    """A code fence or the head of a table that was cut."""
    closes_with: str = ""

    @property
    def text(self) -> str:
        """The part as a Markdown text of its own."""
        return self.opens_with + self.raw + self.closes_with


def split(text: str, limit: int = SEGMENT_TEXT, opens: str = "") -> tuple[Piece, ...]:
    """Return the text in parts of at most `limit` characters; `opens` stands before the first of them.

    As the text grows all parts but the last stay what they are: a cut depends only on what stands before it.
    """
    pieces: list[Piece] = []
    rest = text
    while len(opens) + len(rest) > limit - CLOSE_ROOM:
        place = _cut(rest[: limit - CLOSE_ROOM - len(opens)], opens)
        raw, rest = rest[:place], rest[place:]
        fence = open_fence(opens + raw)
        pieces.append(Piece(raw, opens, closing(raw, fence)))
        opens = fence.reopening if fence else table_head(opens + raw, rest, limit)
    if rest or not pieces:
        # The fence that the end of a growing text leaves open is closed where the text is shown.
        pieces.append(Piece(rest, opens))
    return tuple(pieces)


def closing(raw: str, fence: Fence | None) -> str:
    """Return the line that ends the fence which is open there."""
    if fence is None:
        return ""
    return fence.closing if raw.endswith("\n") else f"\n{fence.closing}"


def table_head(shown: str, rest: str, limit: int) -> str:
    """Return the first two lines of the table that goes on in `rest`."""
    if not rest.lstrip(" \t").startswith("|") or not shown.endswith("\n"):
        return ""
    rows: list[str] = []
    for line in reversed(lines(shown)):
        if not is_row(line):
            break
        rows.append(line)
    head = "".join(rows[:-3:-1])
    is_table = len(rows) > 1 and _DELIMITER.fullmatch(rows[-2])
    return head if is_table and len(head) <= min(TABLE_HEAD, limit // 4) else ""


def _cut(window: str, opens: str) -> int:
    """Return where to cut: as late as possible at the best border that the window has."""
    paragraphs, line_ends = borders(window, opens)
    if found := [place for place in paragraphs if place >= len(window) // 2]:
        return found[-1]
    in_row = is_row(window[window.rfind("\n") + 1 :])
    for place in reversed(line_ends):
        if (in_row or place >= len(window) // 5) and span_over(opens, window, place) < 0:
            return place
    word = _word_border(window, opens)
    return word or (line_ends[-1] if line_ends else len(window))


def borders(window: str, opens: str) -> tuple[list[int], list[int]]:
    """Return the ends of paragraphs and of lines after which a cut leaves two good halves."""
    paragraphs: list[int] = []
    line_ends: list[int] = []
    place, rows = -len(opens), 0
    for line, before, after in scan(opens + window):
        place += len(line)
        rows = rows + 1 if is_row(line) else 0
        if before is not None and after is None and line_ends and line_ends[-1] == place - len(line):
            line_ends.pop()  # The rest would be a fence with nothing in it.
        if place <= 0 or not line.endswith("\n"):
            continue
        if (before is None and after is not None) or rows in (1, 2):
            continue  # A fence with nothing in it, or the head of a table without its rows.
        line_ends.append(place)
        if after is None and not line.strip():
            paragraphs.append(place)
    return paragraphs, line_ends


def span_over(opens: str, window: str, place: int) -> int:
    """Return where the link, emphasis or code span begins that reaches over this place, or -1."""
    if open_fence(opens + window[:place]):
        return -1
    start = window.rfind("\n\n", 0, place) + 2 if "\n\n" in window[:place] else 0
    half = unfinished(window[start:place])
    return start + half if half >= 0 and place - start - half <= LONGEST_SPAN else -1


def _word_border(window: str, opens: str) -> int:
    """Return the last place between two words that is not inside a link, or 0."""
    place = max(window.rfind(" "), window.rfind("\n")) + 1
    span = span_over(opens, window, place)
    return place if span < 0 else span
