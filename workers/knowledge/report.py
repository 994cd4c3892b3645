"""How far the reading of the sources is, as it is kept and as people are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class SourceReport:
    """How far one source is."""

    name: str
    documents: int = 0
    unreadable: int = 0
    to_read: int = 0
    """How many documents the reading that runs has before it."""
    trouble: str = ""
    """Why the source as a whole could not be read the last time."""
    read_at: float = 0.0
    """When it was read to its end."""


@dataclass(frozen=True)
class Report:
    """How far the knowledge is, for operators and admins."""

    sources: tuple[SourceReport, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()
    """Some documents that cannot be read, each with the reason."""

    @classmethod
    def of(cls, stored: Any) -> Report | None:
        """Read a stored report; None if there is none, or one of a newer program."""
        try:
            sources = tuple(SourceReport(**row) for row in stored["sources"])
            return cls(sources, tuple((str(name), str(why)) for name, why in stored["problems"]))
        except (TypeError, KeyError, ValueError):
            return None


def shares(source: SourceReport) -> str:
    """Return what is known of one source, in a few words."""
    parts = ["1 document" if source.documents == 1 else f"{source.documents} documents"]
    parts += [f"{source.to_read} still to be read"] if source.to_read else []
    parts += [f"{source.unreadable} left out"] if source.unreadable else []
    return ", ".join(parts)


def summary(report: Report, now: float) -> str:
    """Return how far the knowledge is, in a line."""
    documents = sum(source.documents for source in report.sources)
    unreadable = sum(source.unreadable for source in report.sources)
    to_read = sum(source.to_read for source in report.sources)
    oldest = min((source.read_at for source in report.sources if source.read_at), default=0.0)
    sources = "1 source" if len(report.sources) == 1 else f"{len(report.sources)} sources"
    parts = [f"{'1 document' if documents == 1 else f'{documents} documents'} from {sources}"]
    parts += [f"{max(0, int((now - oldest) // 60))} min ago"] if oldest else []
    parts += [f"{to_read} still to be read"] if to_read else []
    parts += [f"{unreadable} could not be read"] if unreadable else []
    return ", ".join(parts)
