"""Reads issues by the page, for jobs that look at many of them: untriaged ones, or those of a question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workers.jira.connection import Connection
from workers.jira.deployment import Deployment
from workers.jira.jql import IssueQuery, jql_of, quoted
from workers.jira.reader import Reader
from workers.jira.reading import ISSUE_FIELDS, issue_reader, project_of
from workers.jira.sight import Sight
from workers.jira.values import Issue

PAGE_SIZE = 100
OWN_LABELS = "supportbot"


@dataclass(frozen=True)
class IssuesPage:
    """Some issues; `cursor` asks for the next ones, empty if there are none."""

    issues: tuple[Issue, ...]
    cursor: str = ""


@dataclass(frozen=True)
class Untriaged:
    """Which open issues nobody has triaged yet: any of what is set makes one so."""

    projects: tuple[str, ...]
    created_within_days: int = 30
    priorities: tuple[str, ...] = ()
    """What an issue has that nobody gave a priority; one without any counts, too."""
    wants_priority: bool = True
    wants_component: bool = True
    label: str = "untriaged"


@dataclass(frozen=True)
class ManyIssues:
    """Of the given projects only. A person reads what they may see.

    What has no reader has no security level; of what is shown of it Jira is asked afterwards (`Sight.seen`).
    """

    connection: Connection
    deployment: Deployment
    sight: Sight
    url_of: Callable[[str], str]

    def untriaged(self, rule: Untriaged, *, cursor: str = "") -> IssuesPage:
        """Return a page of what the rule finds, newest first."""
        return _unrestricted(self._page(untriaged_jql(rule), rule.projects, cursor))

    def newest(self, projects: Sequence[str], *, cursor: str = "") -> IssuesPage:
        """Return a page of the newest issues, done ones too."""
        return _unrestricted(self._page(f"project in ({_list(projects)}) ORDER BY created DESC", projects, cursor))

    def matching(self, query: IssueQuery, reader: Reader, *, cursor: str = "") -> IssuesPage:
        """Return a page of what a structured query finds and this person may see."""
        projects = tuple(map(reader.open_project, query.projects or reader.projects))
        if not projects:
            return IssuesPage(())
        page = self._page(jql_of(replace(query, projects=projects)), projects, cursor)
        seen = self.sight.seen(reader, page.issues)
        return replace(page, issues=tuple(issue for issue in page.issues if issue.key in seen))

    def labels_in_use(self, project: str) -> tuple[str, ...]:
        """Return the labels of a project's newest issues, the most used first; not those that say who filed them."""

        def take(raw: Any) -> Counter[str]:
            rows = [each["fields"] for each in raw["issues"] if project_of(each) == project]
            return Counter(label for row in rows if not row.get("security") for label in row.get("labels") or ())

        jql = f"project in ({_list((project,))}) ORDER BY created DESC"
        body = self.deployment.search(jql, ("labels", "project", "security"), PAGE_SIZE)
        used = self.connection.read("search", self.deployment.search_path, take, body=body)
        return tuple(label for label, _ in used.most_common() if not label.startswith(OWN_LABELS))

    def _page(self, jql: str, projects: Collection[str], cursor: str) -> IssuesPage:
        read = issue_reader(url_of=self.url_of, read_text=self.deployment.markdown, projects=projects)

        def take(raw: Any) -> IssuesPage:
            shown = [each for each in raw["issues"] if project_of(each) in projects]
            # Whether those that they are linked to may be shown was not asked.
            issues = (replace(read(each), links=()) for each in shown)
            return IssuesPage(tuple(issues), self.deployment.cursor(raw) or "")

        body = self.deployment.search(jql, ISSUE_FIELDS, PAGE_SIZE, cursor=cursor or None)
        return self.connection.read("search", self.deployment.search_path, take, body=body)


def untriaged_jql(rule: Untriaged) -> str:
    """Return the rule as JQL, every value quoted."""
    signs = []
    if rule.wants_priority:
        signs.append("priority is EMPTY")
        signs += [f"priority = {quoted(name)}" for name in rule.priorities]
    if rule.wants_component:
        signs.append("component is EMPTY")
    if rule.label:
        signs.append(f"labels = {quoted(rule.label)}")
    return (
        f"project in ({_list(rule.projects)}) AND statusCategory != Done"
        f" AND created >= -{int(rule.created_within_days)}d AND ({' OR '.join(signs)}) ORDER BY created DESC"
    )


def _list(values: Sequence[str]) -> str:
    return ", ".join(map(quoted, values))


def _unrestricted(page: IssuesPage) -> IssuesPage:
    return replace(page, issues=tuple(issue for issue in page.issues if not issue.is_restricted))
