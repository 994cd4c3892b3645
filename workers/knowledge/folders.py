"""A folder of files as a source: what changed is told by its contents, since machines disagree on times."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from workers.knowledge.files import SUFFIXES, read_file
from workers.knowledge.passages import passages_of
from workers.knowledge.values import Document, Listed, SourceAway, Unreadable

MOST_FILES = 20_000
MOST_BYTES = 20_000_000
TOO_LARGE = f"it is larger than {MOST_BYTES // 1_000_000} MB"


class Folder:
    """All documents below a folder; hidden files, links out of it and other kinds of files are left out."""

    _known: dict[Path, tuple[tuple[int, int], str]] = {}  # noqa: RUF012  one memory for the process
    _lock = threading.Lock()

    def __init__(self, entry: str) -> None:
        """`entry`: a path, or a path with the web address under which its files are seen: `path=https://address/`."""
        path, _, address = entry.partition("=")
        self._root = Path(path.strip()).expanduser().resolve()
        self._address = address.strip().rstrip("/")

    @property
    def name(self) -> str:
        return str(self._root)

    @property
    def prefix(self) -> str:
        # An id never holds a path of the machine; the address is part of it, for a changed one changes all documents.
        return f"file:{hashlib.sha256(f'{self._root}={self._address}'.encode()).hexdigest()[:12]}:"

    def listed(self) -> Iterator[Listed]:
        """Yield all files with what tells their contents; raises SourceAway if the folder is not there."""
        if not self._root.is_dir():
            raise SourceAway("the folder is not there on this machine")
        for count, path in enumerate(self._paths()):
            if count >= MOST_FILES:
                return
            yield Listed(self.prefix + path.relative_to(self._root).as_posix(), self._version(path))

    def read(self, ids: list[str]) -> Iterator[tuple[str, Document | Unreadable | None]]:
        """Yield each document, or why it cannot be read."""
        for document_id in ids:
            relative = document_id.removeprefix(self.prefix)
            try:
                yield document_id, self._document(document_id, self._root / relative, relative)
            except Unreadable as error:
                yield document_id, error
            except FileNotFoundError:
                yield document_id, None
            except OSError as error:
                yield document_id, Unreadable(error.strerror or "it cannot be opened")

    def _document(self, document_id: str, path: Path, relative: str) -> Document:
        if path.stat().st_size > MOST_BYTES:
            raise Unreadable(TOO_LARGE)
        text = read_file(path.read_bytes(), path.stem.replace("_", " ").replace("-", " "), path.suffix.lower())
        address = f"{self._address}/{quote(relative)}" if self._address else relative
        passages = passages_of(text)
        return Document(id=document_id, source=self.name, title=text.title, address=address, passages=passages)

    def _paths(self) -> Iterator[Path]:
        for place, folders, files in os.walk(self._root):
            folders[:] = sorted(folder for folder in folders if not folder.startswith("."))
            for file in sorted(files):
                path = Path(place) / file
                if path.suffix.lower() in SUFFIXES and not file.startswith(".") and self._is_inside(path):
                    yield path

    def _is_inside(self, path: Path) -> bool:
        return not path.is_symlink() or path.resolve().is_relative_to(self._root)

    def _version(self, path: Path) -> str:
        """Return the digest of a file's contents; a file that looks as it did is not read for it."""
        try:
            state = path.stat()
            looks = (state.st_mtime_ns, state.st_size)
            with self._lock:
                known = self._known.get(path)
            if known and known[0] == looks:
                return known[1]
            large = f"large:{state.st_size}"
            digest = large if state.st_size > MOST_BYTES else hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        except OSError as error:
            return f"unreadable:{error.errno}"
        with self._lock:
            self._known[path] = (looks, digest)
        return digest
