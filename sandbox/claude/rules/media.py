"""Rules of images and documents: known types, whole base64, bytes that are what they claim."""

from __future__ import annotations

import base64
import binascii
import struct
from typing import Any

from sandbox.claude.errors import ApiError, invalid
from sandbox.claude.rules.shapes import need, one_of
from sandbox.claude.scripts import Block

LONGEST_SIDE = 8000
_STARTS = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
}


def check_image(block: Block, where: str) -> None:
    """Check the source of an image block."""
    source = need(block, "source", dict, f"{where}.image.")
    where = f"{where}.image.source"
    one_of(source.get("type"), ("base64", "file", "url"), f"{where}.type")
    if source["type"] != "base64":
        need(source, "file_id" if source["type"] == "file" else "url", str, f"{where}.")
        return
    one_of(source.get("media_type"), _STARTS, f"{where}.base64.media_type")
    raw = _decoded(source, f"{where}.base64")
    if not raw.startswith(_STARTS[source["media_type"]]):
        raise invalid(f"{where}.base64.data: The image was specified using the {source['media_type']} media type, but"
                      " does not appear to be such an image")  # fmt: skip
    # No PNG has these depths and colours: it is damaged within.
    if raw.startswith(b"\x89PNG") and raw[24:26] == b"\xff\xff":
        raise invalid("Could not process image")
    if max(sides(block)) > LONGEST_SIDE:
        message = f"{where}.base64.data: At least one of the image dimensions exceed max allowed size: 8000 pixels"
        raise ApiError(400, message, error_code="image_dimensions_too_large")


def sides(block: Block) -> tuple[int, int]:
    """Return width and height of an image block, zeros where they are not told."""
    source = block["source"]
    return _sides(base64.b64decode(source["data"])) if source["type"] == "base64" else (0, 0)


def _sides(raw: bytes) -> tuple[int, int]:
    """Return width and height of a PNG or GIF; zeros for formats whose head does not tell."""
    if raw.startswith(b"\x89PNG") and len(raw) >= 24:
        width, height = struct.unpack(">II", raw[16:24])
    elif raw.startswith(b"GIF8") and len(raw) >= 10:
        width, height = struct.unpack("<HH", raw[6:10])
    else:
        width, height = 0, 0
    return width, height


def check_document(block: Block, where: str) -> None:
    """Check the source of a document block."""
    source = need(block, "source", dict, f"{where}.document.")
    where = f"{where}.document.source"
    one_of(source.get("type"), ("base64", "content", "file", "text", "url"), f"{where}.type")
    if source["type"] == "text":
        one_of(source.get("media_type"), ("text/plain",), f"{where}.text.media_type")
        need(source, "data", str, f"{where}.text.")
    elif source["type"] == "base64":
        one_of(source.get("media_type"), ("application/pdf",), f"{where}.base64.media_type")
        raw = _decoded(source, f"{where}.base64")
        if not raw.startswith(b"%PDF-") or b"%%EOF" not in raw:
            raise invalid(f"{where}.base64.data: The PDF specified was not valid.")
        if b"/Encrypt" in raw:
            raise invalid(f"{where}.base64.data: The PDF specified is password protected.")


def _decoded(source: dict[str, Any], where: str) -> bytes:
    data = need(source, "data", str, f"{where}.")
    try:
        raw = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise invalid(f"{where}.data: invalid base64 data") from None
    if not raw:
        raise invalid(f"{where}.data: the data may not be empty")
    return raw
