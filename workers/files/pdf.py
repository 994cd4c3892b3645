"""As much of a PDF as decides whether Claude can take it: how many pages, and whether a password guards it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_PACKED = re.compile(rb"/Type\s*/ObjStm")
_STREAM = re.compile(rb"stream\r?\n")
# A packed list of objects is small; anything larger is made to fill memory.
MOST_UNPACKED = 8_000_000


def pages_of(data: bytes) -> int:
    """Return how many pages a PDF has, 0 if that cannot be told."""
    return len(_PAGE.findall(data)) + sum(len(_PAGE.findall(objects)) for objects in _unpacked(data))


def is_protected(data: bytes) -> bool:
    """Return whether the PDF is encrypted."""
    return b"/Encrypt" in data


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
