"""What is unfinished at the end of a paragraph of Markdown."""

from __future__ import annotations

import re

from workers.views.fences import code_spans, unclosed_span

_PAIRS = ("**", "~~")
_LINK = re.compile(r"!?\[(?:[^\[\]\\]|\\.)*\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"]*\")?\)")
_HALF_LINK = re.compile(r"!?\[(?:[^\[\]\\]|\\.)*(?:\](?:\([^)\n]*)?)?\Z")
_HALF_ANGLE = re.compile(r"<[!@#/a-zA-Z][^<>\s]*\Z|<\Z")


def unfinished(paragraph: str) -> int:
    """Return where an unfinished link, emphasis, code span or mention begins, or -1."""
    words = _without_code(paragraph)
    found = [unclosed_span(paragraph), _half_emphasis(words), _half_bracket(words)]
    places = [place for place in found if place >= 0]
    return min(places) if places else -1


def _without_code(paragraph: str) -> str:
    """Blank out code spans and escapes, so that what stands in them has no meaning; places stay."""
    for start, end in code_spans(paragraph):
        paragraph = paragraph[:start] + " " * (end - start) + paragraph[end:]
    return re.sub(r"\\.", "  ", paragraph)


def _half_emphasis(words: str) -> int:
    found = []
    for mark in _PAIRS:
        places = [each.start() for each in re.finditer(re.escape(mark), words)]
        if len(places) % 2:
            found.append(places[-1])
        elif words.endswith(mark[0]) and not words.endswith(mark):
            found.append(len(words) - 1)
    return min(found) if found else -1


def _half_bracket(words: str) -> int:
    words = _LINK.sub(lambda link: " " * len(link[0]), words)
    found = [half.start() for half in (_HALF_LINK.search(words), _HALF_ANGLE.search(words)) if half]
    return min(found) if found else -1
