"""Resolved issues as knowledge: which there are, and of each what it was and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workers.errors import JiraRefused
from workers.jira.connection import Connection
from workers.jira.deployment import Deployment
from workers.jira.jql import resolved_jql
from workers.jira.reading import comments_reader, has_customers, moment, project_of
from workers.jira.values import Comment

LIST_SIZE = 100
MOST_ISSUES = 2_000
NEWEST_COMMENTS, SHOWN_COMMENTS, LONGEST_COMMENT = 10, 3, 1_500
FIELDS = "summary,description,resolution,status,project"


@dataclass(frozen=True)
class ResolvedIssue:
    """What is worth finding again."""

    key: str
    url: str
    summary: str
    description: str
    resolution: str
    comments: tuple[str, ...] = ()
    """The last ones, oldest first, without those that only some may read."""


@dataclass(frozen=True)
class Resolved:
    """Raises JiraUnavailable, JiraRefused or Misconfigured; only issues of open projects."""

    connection: Connection
    deployment: Deployment
    projects: Sequence[str]
    url_of: Callable[[str], str]

    def keys(self, days: int) -> Iterator[tuple[str, datetime | None]]:
        """Yield the resolved issues that changed within so many days, the newest first, with when they changed."""
        kind, cursor, count = self.deployment, None, 0
        while True:
            jql = resolved_jql(self.projects, days)
            body = kind.search(jql, ("updated", "project"), LIST_SIZE, cursor=cursor)
            found, cursor = self.connection.read("resolved", kind.search_path, self._page, body=body)
            yield from found
            count += len(found)
            if cursor is None or count >= MOST_ISSUES:
                return

    def read(self, key: str) -> ResolvedIssue | None:
        """Return one issue, None if it is open again, elsewhere or gone."""

        def take(raw: Any) -> tuple[tuple[str, str, str, str, str] | None, bool]:
            return self._issue(raw), has_customers(raw)

        try:
            issue, customers_read = self.connection.read("issue", f"issue/{key}", take, params={"fields": FIELDS})
        except JiraRefused as error:
            if error.status in (403, 404):
                return None
            raise
        if issue is None:
            return None
        newest = {"orderBy": "-created", "maxResults": NEWEST_COMMENTS, **self.deployment.comment_params}
        read = comments_reader(self.deployment.markdown, customers_read=customers_read)
        comments = self.connection.read("comments", f"issue/{key}/comment", _last_said(read), params=newest)
        return ResolvedIssue(*issue, comments)

    def _page(self, raw: Any) -> tuple[list[tuple[str, datetime | None]], str | None]:
        rows = [
            (str(each["key"]), moment((each.get("fields") or {}).get("updated")))
            for each in raw["issues"]
            if project_of(each) in self.projects
        ]
        return rows, self.deployment.cursor(raw)

    def _issue(self, raw: Any) -> tuple[str, str, str, str, str] | None:
        fields, key = raw["fields"], str(raw["key"])
        category = (((fields.get("status") or {}).get("statusCategory")) or {}).get("key")
        if category != "done" or project_of(raw) not in self.projects:
            return None
        resolution = str((fields.get("resolution") or {}).get("name") or "")
        text = self.deployment.markdown(fields.get("description"))
        return key, self.url_of(key), str(fields.get("summary") or ""), text, resolution


def _last_said(read: Callable[[Any], tuple[tuple[Comment, ...], int]]) -> Callable[[Any], tuple[str, ...]]:
    """Return a reader of the last comments that everybody who sees the issue may read: none for a role or a group."""

    def take(raw: Any) -> tuple[str, ...]:
        found = [each for each in read(raw)[0] if not each.is_limited]
        said = [each for each in found if not each.is_internal and each.text.strip()][:SHOWN_COMMENTS]
        return tuple(f"{each.author}: {each.text[:LONGEST_COMMENT]}" for each in reversed(said))

    return take
