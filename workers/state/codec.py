"""One codec for every stored body: a version byte, a key id, then zstd over JSON.

The key id is 0 (not encrypted). A later version can encrypt with a named key and still read what lies here now.
"""

from __future__ import annotations

import json
import threading
from typing import Any

import zstandard

VERSION = 1
PLAIN = 0
HEADER = bytes((VERSION, PLAIN))

_local = threading.local()


class UnknownFormatError(ValueError):
    """A body was written by a newer program than this one."""


def encode(value: Any) -> bytes:
    """Return the stored form of a JSON value."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return HEADER + _compressor().compress(text.encode())


def decode(data: bytes) -> Any:
    """Return the JSON value of a stored body; raises UnknownFormatError for a format of the future."""
    if data[:2] != HEADER:
        raise UnknownFormatError(f"version {data[0]}, key {data[1]}")
    return json.loads(_decompressor().decompress(data[2:]))


# zstandard's contexts are not thread-safe and costly to make: one of each a thread.
def _compressor() -> zstandard.ZstdCompressor:
    if not hasattr(_local, "compressor"):
        _local.compressor = zstandard.ZstdCompressor(level=3)
    compressor: zstandard.ZstdCompressor = _local.compressor
    return compressor


def _decompressor() -> zstandard.ZstdDecompressor:
    if not hasattr(_local, "decompressor"):
        _local.decompressor = zstandard.ZstdDecompressor()
    decompressor: zstandard.ZstdDecompressor = _local.decompressor
    return decompressor
