"""Files as Jira takes them: clean names, each once, and a body that is sent piece by piece."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any

LONGEST_NAME = 150
CHUNK = 65_536
UNNAMED = "file"

# What a path, a header or Windows would read as something else.
_UNCLEAN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]+')
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")


@dataclass(frozen=True)
class Attachment:
    """A file on an issue."""

    name: str
    size: int


def attachment_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names under which files are attached: harmless, and no two the same; the same for the same files."""
    given: list[str] = []
    for name in map(clean_name, names):
        path, number, free = PurePosixPath(name), 1, name
        while free.casefold() in (other.casefold() for other in given):
            number += 1
            free = f"{path.stem}-{number}{path.suffix}"
        given.append(free)
    return tuple(given)


def clean_name(name: str) -> str:
    """Return the last part of a name without what could be taken for a path, a header or a command."""
    last = re.split(r"[/\\]", name)[-1]
    words = " ".join(_UNCLEAN.sub("_", unicodedata.normalize("NFC", last)).split()).strip(". ")
    if len(words) > LONGEST_NAME:
        suffix = PurePosixPath(words).suffix[:20]
        words = words[: LONGEST_NAME - len(suffix)] + suffix
    return words or UNNAMED


def attachments_of(answer: Any) -> tuple[Attachment, ...]:
    """Read the files of an issue."""
    rows = answer["fields"].get("attachment") or ()
    return tuple(Attachment(str(row["filename"]), int(row.get("size") or 0)) for row in rows)


def limit_of(answer: Any) -> int:
    """Read how many bytes a file may have, 0 if this Jira takes none."""
    return int(answer.get("uploadLimit") or 0) if answer.get("enabled") else 0


class Multipart:
    """The body of an upload, read from a file while it is sent."""

    def __init__(self, name: str, media_type: str, content: IO[bytes], size: int) -> None:
        kind = media_type if _MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream"
        boundary = secrets.token_hex(16)
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{clean_name(name)}"\r\n'
            f"Content-Type: {kind}\r\n\r\n"
        )
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._size = size
        self._head, self._content, self._tail = head.encode(), content, f"\r\n--{boundary}--\r\n".encode()
        self._pieces = self._read()

    def __len__(self) -> int:
        return len(self._head) + self._size + len(self._tail)

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def read(self, _size: int = -1) -> bytes:
        """Return the next piece, whatever size is wished; empty at the end."""
        return next(self._pieces, b"")

    def _read(self) -> Iterator[bytes]:
        yield self._head
        self._content.seek(0)
        while piece := self._content.read(CHUNK):
            yield piece
        yield self._tail
