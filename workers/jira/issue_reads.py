"""Issues as one person may see them in one place: searched, read whole, or only asked about."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from workers.errors import JiraRefused, ToolError
from workers.jira.connection import Connection
from workers.jira.deployment import Deployment
from workers.jira.issue_fields import ASKED, fields_of
from workers.jira.issue_past import events_of, files_of
from workers.jira.jql import IssueQuery, jql_of, ranked
from workers.jira.reader import Reader
from workers.jira.reading import (
    ISSUE_FIELDS,
    LINE_FIELDS,
    TEXT_FIELDS,
    comments_reader,
    has_customers,
    issue_reader,
    line_of,
    page_reader,
)
from workers.jira.sight import YES_SECONDS, Seen, Sight
from workers.jira.values import Comment, Issue, IssueLine, IssueLink, SearchPage
from workers.state.cache import Cache

RANKED_FROM = 50
"""So many recent hits are ranked by the keywords; Jira itself offers no order by relevance."""
NEWEST_COMMENTS = 5
MOST_PAGES = 5
"""So many pages are read in search of one that holds something that the person may see."""


class Gate(Protocol):
    """What is open to the bot at all, and where issues are seen."""

    def open_key(self, key: str) -> str: ...
    def open_project(self, project: str) -> str: ...
    def url_of(self, key: str) -> str: ...


@dataclass(frozen=True)
class IssueParts:
    """Which parts of an issue are read beside its facts and its links."""

    comments: int = NEWEST_COMMENTS
    """How many of its newest."""
    with_past: bool = False
    """Its history and files."""
    with_fields: bool = False
    """What else its fields hold."""


USUAL_PARTS = IssueParts()


@dataclass(frozen=True)
class IssueReads:
    """Every method takes the reader, and returns nothing that may not be shown to them where they are."""

    connection: Connection
    deployment: Deployment
    sight: Sight
    gate: Gate
    cache: Cache

    def search(self, query: IssueQuery, reader: Reader) -> SearchPage:
        """Return the issues that match and may be shown."""
        wanted = query.projects or reader.projects
        projects = tuple(self.gate.open_project(reader.open_project(project)) for project in wanted)
        if not projects:
            return SearchPage(())
        query = replace(query, projects=projects)
        page = self._page(query)
        if query.is_ranked:
            return SearchPage(self._first_seen(ranked(page.issues, query.keywords), query.limit, reader))
        seen = self._first_seen(page.issues, len(page.issues), reader)
        for _ in range(MOST_PAGES):
            if seen or page.cursor is None:
                break
            page = self._page(replace(query, cursor=page.cursor))
            seen = self._first_seen(page.issues, len(page.issues), reader)
        return SearchPage(seen, page.cursor)

    def issue(self, key: str, reader: Reader, parts: IssueParts = USUAL_PARTS) -> Issue:
        """Return one issue with the parts that are wanted, wherever it was moved."""
        key = self.gate.open_key(reader.open_key(key))
        issue = self._whole(key, reader, parts)
        self.check(issue, reader)
        self._note([issue.key], reader)
        return self._with_comments(replace(issue, links=self._seen_links(issue.links, reader)), parts.comments, reader)

    def _whole(self, key: str, reader: Reader, parts: IssueParts) -> Issue:
        take = issue_reader(url_of=self.gate.url_of, read_text=self.deployment.markdown, projects=reader.projects)

        def read(raw: Any) -> Issue:
            issue = take(raw)
            if parts.with_fields:
                issue = replace(issue, fields=fields_of(raw, self.deployment.markdown))
            # On a service desk a file may belong to an internal comment, and the history tells of both.
            if not parts.with_past or (has_customers(raw) and not reader.sees_internal):
                return issue
            return replace(issue, events=events_of(raw), files=files_of(raw))

        return self.connection.read("issue", f"issue/{key}", read, params=_params(parts))

    def _with_comments(self, issue: Issue, most: int, reader: Reader) -> Issue:
        take = comments_reader(self.deployment.markdown, customers_read=issue.has_customers)
        newest = {"orderBy": "-created", "maxResults": most, **self.deployment.comment_params}
        path = f"issue/{issue.id}/comment"
        try:
            comments, total = self.connection.read("comments", path, take, params=newest)
        except JiraRefused:
            return replace(issue, comments_total=None)
        comments = comments[:most]
        shown = self._seen_comments(issue, comments, reader)
        return replace(issue, comments=shown, comments_total=total - len(comments) + len(shown))

    def check(self, issue: Seen, reader: Reader) -> None:
        """Raise what the read of a missing issue raises: one that was moved to a closed project must not tell where."""
        if issue.project not in reader.projects or issue.key not in self.sight.seen(reader, [issue]):
            raise JiraRefused(404)

    def visible_keys(self, keys: Collection[str], reader: Reader) -> frozenset[str]:
        """Return those of the keys whose issues may be shown; raises JiraUnavailable if Jira does not say."""
        mine = [key for key in keys if key.rpartition("-")[0] in reader.projects]
        shown = {key for key in mine if self.cache.get(_shown_name(key, reader))}
        rest = tuple(key for key in mine if key not in shown)
        lines = self._lines(rest, reader) if rest else {}
        seen = self.sight.seen(reader, list(lines.values()))
        found = {key for key, line in lines.items() if line.key in seen}
        self._note(found, reader)
        return frozenset(shown | found)

    def _note(self, keys: Iterable[str], reader: Reader) -> None:
        """Remember for minutes what was shown: the turns that read it are used for the same person's next question."""
        for key in keys:
            self.cache.put(_shown_name(key, reader), True, YES_SECONDS)

    def _lines(self, keys: tuple[str, ...], reader: Reader) -> dict[str, IssueLine]:
        """Return what is there by the key that was asked for: by one search, and one by one what it does not know."""
        query = IssueQuery(keys=keys, projects=reader.projects, status="any", sort="created", limit=len(keys))
        try:
            lines = {line.key: line for line in self._page(query).issues if line.key in keys}
        except JiraRefused:
            # One of them is gone, and Jira refuses the whole question.
            lines = {}
        for key in keys:
            if key not in lines:
                with contextlib.suppress(JiraRefused, ToolError):
                    lines[key] = self._line(key)
        return lines

    def _line(self, key: str) -> IssueLine:
        params = {"fields": ",".join(LINE_FIELDS)}
        return self.connection.read("issue", f"issue/{self.gate.open_key(key)}", line_of, params=params)

    def _page(self, query: IssueQuery) -> SearchPage:
        """Return one page as our own account sees it, of the query's projects only."""
        size, kind = max(RANKED_FROM, query.limit) if query.is_ranked else query.limit, self.deployment
        fields, read_text = (TEXT_FIELDS, kind.markdown) if query.with_text else (LINE_FIELDS, None)
        body = kind.search(jql_of(query), fields, size, cursor=query.cursor)
        take = page_reader(query.projects, kind.cursor, read_text)
        return self.connection.read("search", kind.search_path, take, body=body)

    def _first_seen(self, issues: Sequence[IssueLine], limit: int, reader: Reader) -> tuple[IssueLine, ...]:
        """Return the first issues that may be shown; about those behind them Jira need not be asked."""
        found: list[IssueLine] = []
        for start in range(0, len(issues), limit or 1):
            some = issues[start : start + limit]
            seen = self.sight.seen(reader, some)
            found += [issue for issue in some if issue.key in seen]
            if len(found) >= limit:
                break
        self._note((issue.key for issue in found[:limit]), reader)
        return tuple(found[:limit])

    def _seen_links(self, links: tuple[IssueLink, ...], reader: Reader) -> tuple[IssueLink, ...]:
        """Return the links to issues that may be shown, too."""
        seen = self.visible_keys(dict.fromkeys(link.key for link in links), reader) if links else frozenset()
        return tuple(link for link in links if link.key in seen)

    def _seen_comments(self, issue: Issue, comments: tuple[Comment, ...], reader: Reader) -> tuple[Comment, ...]:
        """Return the comments that may be shown: internal ones only to those who see the issue by Jira's own word."""
        has_internal = any(each.is_internal for each in comments)
        internal = has_internal and reader.sees_internal and self.sight.knows(reader, issue)
        return tuple(each for each in comments if not each.is_limited and (internal or not each.is_internal))


def _params(parts: IssueParts) -> dict[str, str]:
    """Return what Jira is asked for, so that these parts are among its answer; comments are read apart."""
    named = [ASKED] if parts.with_fields else [*ISSUE_FIELDS, *(["attachment"] if parts.with_past else [])]
    expand = [*(["changelog"] if parts.with_past else []), *(["names", "schema"] if parts.with_fields else [])]
    return {"fields": ",".join(named)} | ({"expand": ",".join(expand)} if expand else {})


def _shown_name(key: str, reader: Reader) -> str:
    return f"{reader.team_id}:jira:shown:{hashlib.sha256(repr((reader, key)).encode()).hexdigest()[:24]}"
