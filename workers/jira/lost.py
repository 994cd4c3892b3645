"""Finds an issue whose create lost its answer, by the sign that its draft put on it."""

from __future__ import annotations

from typing import Any

from workers.errors import JiraRefused
from workers.jira.connection import Connection
from workers.jira.deployment import Deployment
from workers.jira.jql import marked_jql, own_recent_jql
from workers.jira.payload import PROPERTY
from workers.jira.reading import created_of, marked_reader, project_of

PAGE_SIZE = 100
LOOK_BACK_DAYS = 2
LOOK_SECONDS = (3.05, 8)
"""To connect, and for bytes: who looks for a lost issue is waited for by a person, and looks again anyway."""
MOST_PROPERTIES = 20
"""Where a search does not show properties, so many of the newest issues are asked for theirs, one by one."""

Found = list[tuple[str, str]]


class LostIssues:
    """Looks by label, then among what the bot created lately; an empty result proves nothing, since search lags."""

    def __init__(self, connection: Connection, deployment: Deployment) -> None:
        self._connection, self._deployment = connection, deployment

    def find(self, project: str, marker: str) -> Found:
        """Return (key, id) of the issues with this sign, oldest first."""
        found = self._search(marked_jql(project, marker), project, marker)
        found = found or self._recent(project, marker)
        return sorted(found, key=lambda issue: int(issue[1]))

    def _search(self, jql: str, project: str, marker: str) -> Found:
        body = self._deployment.search(jql, ["project", "labels"], PAGE_SIZE, properties=[PROPERTY])
        return self._read(body, marked_reader(project, PROPERTY, marker))

    def _recent(self, project: str, marker: str) -> Found:
        jql = own_recent_jql(project, LOOK_BACK_DAYS)
        if self._deployment.searches_properties:
            return self._search(jql, project, marker)
        body = self._deployment.search(jql, ["project"], MOST_PROPERTIES)
        recent = self._read(
            body, lambda raw: [created_of(each) for each in raw["issues"] if project_of(each) == project]
        )
        return [issue for issue in recent if self._marker_on(issue[1]) == marker]

    def _read(self, body: dict[str, Any], take: Any) -> Found:
        path = self._deployment.search_path
        found: Found = self._connection.read("find_by_label", path, take, body=body, timeout=LOOK_SECONDS)
        return found

    def _marker_on(self, issue_id: str) -> str:
        path = f"issue/{issue_id}/properties/{PROPERTY}"
        try:
            return self._connection.read("find_by_label", path, _marker_of, timeout=LOOK_SECONDS)
        except JiraRefused:
            return ""


def _marker_of(raw: Any) -> str:
    value = raw.get("value")
    return str(value.get("marker") or "") if isinstance(value, dict) else ""
