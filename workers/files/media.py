"""What bytes are, by their own signs: a name or a declared type may lie, and Claude refuses media that do."""

from __future__ import annotations

import struct
from collections.abc import Callable

PDF = "application/pdf"

_SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", PDF),
)
# Heads of frames that hold a picture's size: all SOFn but DHT, JPG and DAC, which share their range.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


def media_type(head: bytes) -> str:
    """Return the type of an image or PDF that Claude can look at, by its first bytes; empty for anything else."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for sign, kind in _SIGNS if head.startswith(sign)), "")


def sides(data: bytes, kind: str) -> tuple[int, int] | None:
    """Return the width and height of an image, or None if its head is damaged."""
    try:
        return _SIDES[kind](data)
    except (struct.error, IndexError):
        return None


def is_whole(data: bytes, kind: str) -> bool:
    """Return whether an image has its end: one that was cut off makes Claude refuse the whole request."""
    if kind == "image/webp":
        return len(data) >= 12 and len(data) >= struct.unpack("<I", data[4:8])[0] + 8
    # Cameras write clips and programs notes behind the end; before it stands a small preview with an end of its own.
    start = min(len(data) // 2, 65_536) if kind == "image/jpeg" else max(len(data) - 4_096, 0)
    return data.find(_ENDS[kind], start) >= 0


def _png(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def _gif(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack("<HH", data[6:10])
    return width, height


def _jpeg(data: bytes) -> tuple[int, int] | None:
    place = 2
    while place < len(data):
        mark = data[place + 1]
        if data[place] != 0xFF or mark == 0xD9:
            return None
        if mark == 0xFF:
            place += 1  # Padding between segments.
        elif mark in _ALONE:
            place += 2
        elif mark in _FRAMES:
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return width, height
        else:
            place += 2 + struct.unpack(">H", data[place + 2 : place + 4])[0]
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    form = data[12:16]
    if form == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
    elif form == b"VP8L":
        bits = struct.unpack("<I", data[21:25])[0]
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif form == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack("<HH", data[26:30]))
    else:
        return None
    return width, height


_SIDES: dict[str, Callable[[bytes], tuple[int, int] | None]] = {
    "image/png": _png,
    "image/gif": _gif,
    "image/jpeg": _jpeg,
    "image/webp": _webp,
}
_ENDS = {"image/png": b"IEND", "image/gif": b"\x3b", "image/jpeg": b"\xff\xd9"}
