"""What a file becomes for Claude: an image, a document or text, or a sentence that says why it cannot be shown."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import IO, Any

from workers.files.media import PDF, is_whole, media_type, sides
from workers.files.pdf import is_protected, pages_of
from workers.files.text import SAMPLE, encoding_of, excerpt
from workers.records import SlackFile

Block = dict[str, Any]

# Media stay in the history and go out with every later request of the thread, which may hold 32 MB in all: a turn
# brings at most 8 MB (as base64), and history keeps at most 16 (see replay).
MOST_MEDIA = 8_000_000
# Claude takes no single picture over 5 MB, as base64 (from memory: no page that was read says so).
MOST_OF_ONE_IMAGE = 5_200_000
# Beyond 20 images in a request Claude takes none with a side over 2000 pixels, also among those sent long ago.
MOST_IMAGES = 20
LONGEST_SIDE = 8_000
# Claude takes 600 pages a request, and each costs some 2,000 tokens.
MOST_PAGES = 100
MOST_DOCUMENTS = 5
MOST_TEXT_OF_ONE = 30_000
MOST_TEXT = 90_000
LEAST_TEXT = 1_000
MOST_BYTES = 20_000_000
"""Of a file larger than this nothing is read: the end of a log that long is not what a person wants to discuss."""

TOO_MUCH = "there is no more room for pictures and documents in this message; send it in a new one"
NO_MORE_IMAGES = f"I can look at {MOST_IMAGES} pictures in one thread, and that many are here already"
NO_MORE_DOCUMENTS = f"I can read {MOST_DOCUMENTS} PDFs in one thread, and that many are here already"
TOO_WIDE = f"one side of the picture is longer than {LONGEST_SIDE:,} pixels"
TOO_MANY_PAGES = f"it has more than {MOST_PAGES} pages"
DAMAGED = "the file is damaged or was not uploaded completely"
PROTECTED = "the PDF is protected by a password"
EMPTY = "the file is empty"
UNKNOWN = "I can read pictures (JPEG, PNG, GIF, WebP), PDFs and text files, and this is none of them"
NO_MORE_TEXT = "there is too much text in the files of this message; send the important part"


@dataclass(frozen=True)
class Room:
    """What may still be shown in a turn."""

    media: int = MOST_MEDIA
    images: int = MOST_IMAGES
    documents: int = MOST_DOCUMENTS
    text: int = MOST_TEXT


@dataclass(frozen=True)
class Shown:
    """What came of one file: its block, or why there is none."""

    block: Block | None = None
    problem: str = ""
    is_too_large: bool = False
    """It is a picture that could be shown if it were smaller."""
    is_smaller: bool = False
    """What is shown is Slack's smaller picture of it."""


@dataclass(frozen=True)
class ReadFile:
    """A file of a conversation with who shared it and what Claude is shown of it."""

    file: SlackFile
    by: str
    shown: Shown


def room_after(messages: Iterable[dict[str, Any]]) -> Room:
    """Return the room of a new turn behind what a thread has sent already."""
    kinds = [block["type"] for message in messages for block in media_of(message)]
    return Room(
        images=max(MOST_IMAGES - kinds.count("image"), 0), documents=max(MOST_DOCUMENTS - kinds.count("document"), 0)
    )


def media_of(message: dict[str, Any]) -> list[Block]:
    """Return the images and documents of a message."""
    content = message["content"]
    return [] if isinstance(content, str) else [block for block in content if block["type"] in ("image", "document")]


def show(name: str, content: IO[bytes], size: int, room: Room) -> tuple[Shown, Room]:
    """Return what Claude is shown of a file, and the room that is left."""
    content.seek(0)
    head = content.read(SAMPLE)
    if not head:
        return Shown(problem=EMPTY), room
    kind = media_type(head)
    if not kind:
        return _text(content, size, room)
    most = MOST_MEDIA if kind == PDF else MOST_OF_ONE_IMAGE
    if _base64_size(size) > min(most, room.media):
        problem = TOO_MUCH if _base64_size(size) <= most else too_large(most * 3 // 4)
        return Shown(problem=problem, is_too_large=kind != PDF), room
    content.seek(0)
    data = content.read()
    return _document(name, data, room) if kind == PDF else _image(data, kind, room)


def too_large(most_bytes: int) -> str:
    """Say that a file is larger than what can be read."""
    return f"it is larger than {most_bytes / 1_000_000:.1f} MB".replace(".0 MB", " MB")


def _image(data: bytes, kind: str, room: Room) -> tuple[Shown, Room]:
    size = sides(data, kind)
    if room.images <= 0:
        return Shown(problem=NO_MORE_IMAGES), room
    if size is None or min(size) < 1 or not is_whole(data, kind):
        return Shown(problem=DAMAGED), room
    if max(size) > LONGEST_SIDE:
        return Shown(problem=TOO_WIDE, is_too_large=True), room
    block = {"type": "image", "source": _source(data, kind)}
    return Shown(block), replace(room, images=room.images - 1, media=room.media - _base64_size(len(data)))


def _document(name: str, data: bytes, room: Room) -> tuple[Shown, Room]:
    problem = _problem_of_pdf(data, room)
    if problem:
        return Shown(problem=problem), room
    block = {"type": "document", "source": _source(data, PDF), "title": name[:200] or "PDF"}
    return Shown(block), replace(room, documents=room.documents - 1, media=room.media - _base64_size(len(data)))


def _problem_of_pdf(data: bytes, room: Room) -> str:
    if room.documents <= 0:
        return NO_MORE_DOCUMENTS
    if b"%%EOF" not in data[-4096:]:
        return DAMAGED
    if is_protected(data):
        return PROTECTED
    return TOO_MANY_PAGES if pages_of(data) > MOST_PAGES else ""


def _text(content: IO[bytes], size: int, room: Room) -> tuple[Shown, Room]:
    content.seek(0)
    encoding = encoding_of(content.read(SAMPLE))
    if encoding is None:
        return Shown(problem=UNKNOWN), room
    if room.text < LEAST_TEXT:
        return Shown(problem=NO_MORE_TEXT), room
    words = excerpt(content, size, encoding, min(MOST_TEXT_OF_ONE, room.text))
    if not words.strip():
        return Shown(problem=EMPTY), room
    return Shown({"type": "text", "text": words}), replace(room, text=max(room.text - len(words), 0))


def _source(data: bytes, kind: str) -> dict[str, str]:
    return {"type": "base64", "media_type": kind, "data": base64.b64encode(data).decode()}


def _base64_size(size: int) -> int:
    return -(-size // 3) * 4
