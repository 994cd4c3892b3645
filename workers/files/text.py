"""Text of a file: told from other bytes, decoded whatever its encoding, cut in the middle where it is long."""

from __future__ import annotations

import codecs
from typing import IO

SAMPLE = 8_192
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What text files hold beside words: tab, line feed, form feed, carriage return, and the escape of colours.
_USUAL_CONTROLS = frozenset(b"\t\n\x0b\x0c\r\x1b\x08")
MOST_CONTROLS = 0.02


def encoding_of(head: bytes) -> str | None:
    """Return the encoding of text by its first bytes, or None if they are no text."""
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if marked:
        return marked
    if b"\0" in head:
        return None
    controls = sum(byte < 0x20 and byte not in _USUAL_CONTROLS for byte in head)
    if controls > MOST_CONTROLS * len(head):
        return None
    try:
        # The sample may end within a character, which an incremental decoder forgives.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def excerpt(content: IO[bytes], size: int, encoding: str, most: int) -> str:
    """Return all of a text, or its beginning and twice as much of its end: in a log the end tells what broke."""
    width = 2 if encoding.startswith("utf-16") else 1
    # Four bytes are the most that one character takes.
    if size <= most * 4:
        content.seek(0)
        return _middle_left_out(_decoded(content.read(), encoding), most)
    span = most * width
    content.seek(0)
    head = _decoded(content.read(span), encoding)
    start = size - 2 * span
    content.seek(start - start % width)
    tail = _decoded(content.read(), encoding.removesuffix("-sig"))
    return _joined(head[: most // 3], tail[-(most - most // 3) :], size)


def _middle_left_out(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    head = most // 3
    return _joined(text[:head], text[len(text) - (most - head) :], len(text))


def _joined(head: str, tail: str, size: int) -> str:
    """Leave the middle out at line borders where lines are not endless."""
    head = head[: head.rfind("\n") + 1] or head
    tail = tail[tail.find("\n") + 1 :] or tail
    left_out = max(size - len(head) - len(tail), 0)
    return f"{head}\n[… about {left_out:,} characters left out …]\n{tail}"


def _decoded(data: bytes, encoding: str) -> str:
    text = data.decode(encoding, errors="replace")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\0", "")
