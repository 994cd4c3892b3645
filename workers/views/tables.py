"""Keeps the tables of a Markdown text within what one table of Slack's may have, as the text grows."""

from __future__ import annotations

import re

from workers.views.fences import scan
from workers.views.limits import TABLE_COLUMNS, TABLE_ROWS

_DELIMITER = re.compile(r"[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)*[ \t]*(?::?-+:?[ \t]*)?")
_FENCE = "```\n"


def fitting(text: str) -> str:
    """Return the text with a new head where a table grows too long, and as code where one is too wide.

    Nothing is left out, and what was made of whole lines stays what it is while more follow. Code that the end of
    the text leaves open is closed where it is shown.
    """
    if "|" not in text:
        return text
    done: list[str] = []
    tables = _Tables()
    for line, before, after in scan(text):
        is_code = before is not None or after is not None
        done.append(tables.code(line) if is_code else tables.line(line))
    return "".join(done)


def is_delimiter(line: str) -> bool:
    """Return whether this line makes the one above it the head of a table."""
    line = line.rstrip("\r\n")
    return "-" in line and "|" in line and bool(_DELIMITER.fullmatch(line))


def columns(line: str) -> int:
    """Return how many cells a row has."""
    bare = re.sub(r"\\.", "  ", line).strip()
    inner = bare.removeprefix("|")
    return inner.removesuffix("|").count("|") + 1


class _Tables:
    """Where in a table the next line stands."""

    def __init__(self) -> None:
        self._above = ""
        self._head = ""
        self._rows = 0
        self._is_wide = False

    def code(self, line: str) -> str:
        """Take a line of a code block, which ends a table."""
        return self._leave(line)

    def line(self, line: str) -> str:
        """Take a line and return what stands in its place."""
        if not line.strip():
            return self._leave(line)
        if self._is_wide:
            return line
        if _is_wide(line):
            # Also below another table, of which it can be no row: that would lose the cells it has too many.
            self._is_wide = True
            return _FENCE + line
        if self._head:
            return self._row(line)
        if is_delimiter(line) and columns(line) == columns(self._above) and "|" in self._above:
            self._head, self._rows = self._above + line, 1
        self._above = line
        return line

    def _row(self, line: str) -> str:
        self._rows += 1
        if self._rows <= TABLE_ROWS:
            return line
        self._rows = 2
        return f"\n{self._head}{line}"

    def _leave(self, line: str) -> str:
        closing = _FENCE if self._is_wide else ""
        self._above, self._head, self._rows, self._is_wide = "", "", 0, False
        return closing + line


def is_row(line: str) -> bool:
    """Return whether this is a row of a table, as models write them."""
    return line.lstrip(" \t").startswith("|")


def _is_wide(line: str) -> bool:
    return line.endswith("\n") and is_row(line) and columns(line) > TABLE_COLUMNS
