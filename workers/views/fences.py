"""Where the code is in Markdown text: fences by line, code spans within a paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Marks and info are bounded, so that a fence closed and reopened always fits into a message.
_OPENING = re.compile(
    r"(?P<lead>[ \t>]{0,40}(?:(?:[-*+]|\d{1,4}[.)])[ \t]{1,4})?)(?P<marks>`{3,20}|~{3,20})(?P<info>.*)"
)
_INFO_LIMIT = 60
CLOSE_ROOM = 64
"""More than the longest closing line."""


@dataclass(frozen=True, slots=True)
class Fence:
    """An open code fence."""

    lead: str
    """What stands before each of its lines: the indent of a list, the mark of a quote."""
    marks: str
    info: str

    @property
    def closing(self) -> str:
        return self.lead + self.marks

    @property
    def reopening(self) -> str:
        """The line that opens it again; outside its list a deep indent would make it text."""
        lead = self.lead if self.lead.strip() else self.lead[:3]
        return f"{lead}{self.marks}{self.info}\n"

    def is_closed_by(self, line: str) -> bool:
        """Return whether this line ends it."""
        words = line.strip(" \t>\r\n")
        return len(words) >= len(self.marks) and not words.strip(self.marks[0])

    def may_be_closed_by(self, beginning: str) -> bool:
        """Return whether a line that begins so may still become the end of it."""
        return not beginning.strip(" \t>").strip(self.marks[0])

    def holds(self, line: str) -> bool:
        """Return whether this line is certainly inside it: less indented, a list or quote may have ended."""
        return line.startswith(self.lead) or not line.strip()


def opened_by(line: str) -> Fence | None:
    """Return the fence that this line opens."""
    found = _OPENING.fullmatch(line.rstrip("\r\n"))
    if not found or (found["marks"][0] == "`" and "`" in found["info"]):
        return None
    lead = re.sub(r"[^ \t>]", " ", found["lead"])
    info = found["info"].strip()
    return Fence(lead, found["marks"], info if len(info) <= _INFO_LIMIT else "")


def scan(text: str) -> Iterator[tuple[str, Fence | None, Fence | None]]:
    """Yield each line with the fence that is open before it and the one that is open after it."""
    fence: Fence | None = None
    for line in lines(text):
        before = fence
        if fence is None:
            fence = opened_by(line)
        elif fence.is_closed_by(line):
            fence = None
        yield line, before, fence


def lines(text: str) -> list[str]:
    """Return the lines with their newlines; nothing but a newline ends one."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def open_fence(text: str) -> Fence | None:
    """Return the fence that is still open at the end of the text."""
    fence = None
    for _, _, after in scan(text):
        fence = after
    return fence


def code_spans(paragraph: str) -> list[tuple[int, int]]:
    """Return where code spans begin and end; an unclosed one is none."""
    spans, place = [], 0
    while (start := _next_backtick(paragraph, place)) >= 0:
        run = _run(paragraph, start)
        end = _closing_run(paragraph, start + run, run)
        if end >= 0:
            spans.append((start, end))
            place = end
        else:
            place = start + run
    return spans


def unclosed_span(paragraph: str) -> int:
    """Return where a code span begins that does not end, or -1."""
    spans = dict(code_spans(paragraph))
    place = 0
    while (start := _next_backtick(paragraph, place)) >= 0:
        if start not in spans:
            return start
        place = spans[start]
    return -1


def _next_backtick(text: str, place: int) -> int:
    """Return the next backtick that is not escaped."""
    while (found := text.find("`", place)) >= 0:
        backslashes = found - len(text[:found].rstrip("\\"))
        if backslashes % 2 == 0:
            return found
        place = found + 1
    return -1


def _run(text: str, start: int) -> int:
    return len(text) - start - len(text[start:].lstrip("`"))


def _closing_run(text: str, place: int, length: int) -> int:
    for found in re.finditer(r"`+", text[place:]):
        if len(found[0]) == length:
            return place + found.end()
    return -1
