"""As much of a PDF as decides whether Claude can take it, and what it costs: pages, text, and whether it is guarded."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_PACKED = re.compile(rb"/Type\s*/ObjStm")
_STREAM = re.compile(rb"stream\r?\n")
# A packed list of objects is small; anything larger is made to fill memory.
MOST_UNPACKED = 8_000_000
# What describes a stream stands before it. Pictures and fonts show no letters.
_SAID_BEFORE = 400
_NO_TEXT = re.compile(rb"/Image|/Length1|/Length2|/FontFile|/ObjStm|/XRef|/ICCBased")
_WORDS = re.compile(rb"\(((?:[^()\\]|\\.)*)\)|<([0-9A-Fa-f\s]+)>", re.DOTALL)
MOST_TEXT_UNPACKED = 8_000_000


def pages_of(data: bytes) -> int:
    """Return how many pages a PDF has, 0 if that cannot be told."""
    return len(_PAGE.findall(data)) + sum(len(_PAGE.findall(objects)) for objects in _unpacked(data))


def letters_of(data: bytes) -> int:
    """Return how many bytes of text its pages show, rather too many than too few."""
    left, found = MOST_TEXT_UNPACKED, 0
    for start in _STREAM.finditer(data):
        if data[start.start() - 3 : start.start()] == b"end" or _NO_TEXT.search(_described(data, start.start())):
            continue
        if left <= 0:
            # It was made to fill memory: what is behind counts as text.
            return found + len(data) - start.end()
        content = _content(data, start.end(), left)
        left -= len(content)
        found += sum(len(plain) + len(coded) // 2 for plain, coded in _WORDS.findall(content))
    return found


def is_protected(data: bytes) -> bool:
    """Return whether the PDF is encrypted."""
    return b"/Encrypt" in data


def _described(data: bytes, end: int) -> bytes:
    """Return what is said of the stream that begins here."""
    return data[max(end - _SAID_BEFORE, 0) : end].rpartition(b" obj")[2]


def _content(data: bytes, start: int, most: int) -> bytes:
    end = data.find(b"endstream", start)
    packed = data[start : end if end >= 0 else len(data)]
    try:
        return zlib.decompressobj().decompress(packed, most)
    except zlib.error:
        return packed[:most]


def _unpacked(data: bytes) -> Iterator[bytes]:
    """Yield the streams that hold objects, where newer PDFs keep their list of pages."""
    left = MOST_UNPACKED
    for found in _PACKED.finditer(data):
        start = _STREAM.search(data, found.end(), found.end() + 1_000)
        if start is None or left <= 0:
            continue
        try:
            objects = zlib.decompressobj().decompress(data[start.end() :], left)
        except zlib.error:
            continue
        left -= len(objects)
        yield objects
