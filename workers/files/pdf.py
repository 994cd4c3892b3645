"""As much of a PDF as decides whether Claude can take it, and what it costs: pages, text, and whether it is guarded."""

from __future__ import annotations

import itertools
import re
import zlib
from collections.abc import Iterator

_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_PACKED = re.compile(rb"/Type\s*/ObjStm")
_STREAM = re.compile(rb"(?<![A-Za-z])stream\r?\n")
_END = b"endstream"
MOST_STREAMS = 20_000
"""A file that Claude takes has far fewer; more are there to keep a worker busy."""
# A packed list of objects is small; anything larger is made to fill memory.
MOST_UNPACKED = 8_000_000
# What describes a stream stands before it. Pictures and fonts show no letters.
_SAID_BEFORE = 1_000
_NO_TEXT = re.compile(rb"/Image|/Length1|/Length2|/FontFile|/ObjStm|/XRef|/ICCBased")
# One that does not end is passed over as a whole: else each of its letters would be looked at as a beginning.
_WORDS = re.compile(rb"\(((?:[^()\\]|\\.)*+)\)|\((?:[^()\\]|\\.)*+|<([0-9A-Fa-f\s]+)>", re.DOTALL)
MOST_TEXT_UNPACKED = 8_000_000


def pages_of(data: bytes) -> int:
    """Return how many pages a PDF has, 0 if that cannot be told."""
    return len(_PAGE.findall(data)) + sum(len(_PAGE.findall(objects)) for objects in _unpacked(data))


def letters_of(data: bytes) -> int:
    """Return how many bytes of text its pages show, rather too many than too few."""
    left, found = MOST_TEXT_UNPACKED, 0
    for number, (start, end) in enumerate(_streams(data)):
        if number == MOST_STREAMS or left <= 0:
            # It was made to fill memory or time: what is behind counts as text.
            return found + len(data) - start
        if _NO_TEXT.search(_described(data, start)):
            continue
        content = _content(data[start:end], left)
        left -= len(content)
        found += sum(len(plain) + len(coded) // 2 for plain, coded in _WORDS.findall(content))
    return found


def is_protected(data: bytes) -> bool:
    """Return whether the PDF is encrypted."""
    return b"/Encrypt" in data


def _streams(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield where each stream begins and ends; nothing is looked at twice, and one without an end is none."""
    start = _STREAM.search(data)
    while start and (end := data.find(_END, start.end())) >= 0:
        yield start.end(), end
        start = _STREAM.search(data, end + len(_END))


def _described(data: bytes, start: int) -> bytes:
    """Return what is said of the stream that begins here."""
    return data[max(start - _SAID_BEFORE, 0) : start].rpartition(b" obj")[2]


def _content(packed: bytes, most: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, most)
    except zlib.error:
        return packed[:most]


def _unpacked(data: bytes) -> Iterator[bytes]:
    """Yield the streams that hold objects, where newer PDFs keep their list of pages."""
    left = MOST_UNPACKED
    for start, end in itertools.islice(_streams(data), MOST_STREAMS):
        if left <= 0:
            return
        if not _PACKED.search(_described(data, start)):
            continue
        try:
            objects = zlib.decompressobj().decompress(data[start:end], left)
        except zlib.error:
            continue
        left -= len(objects)
        yield objects
