"""What this package hands around: documents, their passages, and what a search finds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Protocol

from workers.errors import SupportBotError
from workers.records import Record


class Unreadable(SupportBotError):
    """A document cannot be read; the text says why, for an operator."""


class SourceAway(SupportBotError):
    """A source as a whole cannot be read now: what is known of it stays; the text says why."""


@dataclass(frozen=True)
class Section:
    """Text below one heading; `path` are the headings above it and its own, outermost first."""

    path: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Text:
    """A document as it was read."""

    title: str
    sections: tuple[Section, ...]


class Passage(Record):
    """A piece of a document that says something by itself."""

    heading: str = ""
    text: str


class Document(Record):
    """One document as it is kept: `id` is unique among all sources."""

    id: str
    source: str
    """The name of the folder, space or project that it comes from."""
    title: str
    address: str
    """A web address, or the name of a file where there is none."""
    issue_key: str = ""
    """Set for what comes from Jira: only who may see the issue may see this."""
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True)
class Listed:
    """A document that a source has now; another `version` means that it must be read again."""

    id: str
    version: str


class Source(Protocol):
    """Where documents come from. Both methods raise SupportBotError, such as SourceAway, if it does not answer."""

    @property
    def name(self) -> str:
        """Return what an operator calls it."""
        ...

    @property
    def prefix(self) -> str:
        """Return how the ids of its documents begin, and no others."""
        ...

    def listed(self) -> Iterator[Listed]:
        """Yield all that is there now."""
        ...

    def read(self, ids: list[str]) -> Iterator[tuple[str, Document | Unreadable | None]]:
        """Yield each of these documents, why it cannot be read, or None if it is there no more."""
        ...


@dataclass(frozen=True)
class Found:
    """A passage that fits a question."""

    document_id: str
    title: str
    """Of the document, with the headings above the passage."""
    address: str
    text: str
    issue_key: str = ""
    score: float = 0.0


Visible = Callable[[Collection[str]], Collection[str]]
"""Returns those of some issue keys that the one who asks may see."""
