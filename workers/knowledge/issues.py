"""Resolved Jira issues as a source: what the problem was, and what was said to its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from workers.knowledge.passages import passages_of
from workers.knowledge.values import Document, Listed, Section, Text, Unreadable


class Resolved(Protocol):
    """A resolved issue, as Jira's side gives it."""

    @property
    def key(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def resolution(self) -> str: ...
    @property
    def comments(self) -> Sequence[str]:
        """Return the last ones that everybody who sees the issue may read, oldest first."""
        ...


class Jira(Protocol):
    """Where resolved issues are read."""

    def keys(self, days: int) -> Iterator[tuple[str, datetime | None]]:
        """Yield those that changed within so many days, with when they did."""
        ...

    def read(self, key: str) -> Resolved | None:
        """Return one, None if it is resolved no more or gone."""
        ...


class ResolvedIssues:
    """The resolved issues of all open projects."""

    name, prefix = "Jira's resolved issues", "jira:"

    def __init__(self, jira: Jira, days: int) -> None:
        self._jira, self._days = jira, days

    def listed(self) -> Iterator[Listed]:
        """Yield all that were resolved and changed lately; raises what the gateway raises."""
        for key, changed in self._jira.keys(self._days):
            yield Listed(f"{self.prefix}{key}", changed.isoformat() if changed else "?")

    def read(self, ids: list[str]) -> Iterator[tuple[str, Document | Unreadable | None]]:
        """Yield each issue; raises what the gateway raises."""
        for document_id in ids:
            issue = self._jira.read(document_id.removeprefix(self.prefix))
            yield document_id, self._document(document_id, issue) if issue else None

    def _document(self, document_id: str, issue: Resolved) -> Document:
        solved = "\n\n".join(
            filter(None, (f"Resolution: {issue.resolution}" if issue.resolution else "", *issue.comments))
        )
        sections = (Section((), issue.description), Section(("How it was resolved",), solved))
        title = f"{issue.key}: {issue.summary}"
        kept = tuple(section for section in sections if section.text.strip()) or (Section((), issue.summary),)
        return Document(
            id=document_id,
            source=self.name,
            title=title,
            address=issue.url,
            issue_key=issue.key,
            passages=passages_of(Text(title, kept)),
        )
