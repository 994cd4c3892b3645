"""A project's issue types and create screens, page by page, or out of the one tree that older servers have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from workers.errors import JiraRefused, ScopeMissing
from workers.jira.connection import AGILE, Connection
from workers.jira.deployment import Deployment
from workers.jira.reading import Page, issue_types_page, sprints_of
from workers.jira.screen import is_sprint, with_options
from workers.jira.values import IssueType
from workers.records import FieldOption, FieldSpec

T = TypeVar("T")
TakePage = Callable[[Any], Page[T]]

PAGE_SIZE = 100
MOST_PAGES = 20
MOST_BOARDS = 5
WITH_FIELDS = "projects.issuetypes.fields"


class CreateMetadata:
    """What may be filed where, and with which fields; asks Jira every time."""

    def __init__(self, connection: Connection, deployment: Deployment) -> None:
        self._connection, self._tree_path = connection, deployment.metadata_tree_path

    def types(self, project: str) -> list[IssueType]:
        """Return the types that may be filed in a project."""
        path = f"issue/createmeta/{project}/issuetypes"
        return self._rows("issue_types", path, issue_types_page, {"projectKeys": project}, _types_in)

    def rows(self, project: str, type_id: str, take: TakePage[T]) -> list[T]:
        """Return what `take` makes of each field of a create screen."""
        path = f"issue/createmeta/{project}/issuetypes/{type_id}"
        tree = {"projectKeys": project, "issuetypeIds": type_id, "expand": WITH_FIELDS}
        return self._rows("create_screen", path, take, tree, _fields_in)

    def with_sprints(self, project: str, specs: list[FieldSpec]) -> list[FieldSpec]:
        """Return the fields with the sprints that are open for those that take one; Jira's create metadata has none."""
        if not any(is_sprint(spec) and not spec.options for spec in specs):
            return specs
        sprints = self._sprints(project)
        return [with_options(spec, sprints) if is_sprint(spec) and not spec.options else spec for spec in specs]

    def _sprints(self, project: str) -> tuple[FieldOption, ...]:
        """Return the running and coming sprints of a project's boards; none where Jira has no boards for us."""
        found: dict[str, FieldOption] = {}
        try:
            params = {"projectKeyOrId": project, "type": "scrum", "maxResults": MOST_BOARDS}
            boards = self._connection.read(
                "boards", f"{AGILE}board", lambda raw: [row["id"] for row in raw["values"]], params=params
            )
            for board in boards[:MOST_BOARDS]:
                path = f"{AGILE}board/{board}/sprint"
                sprints = self._connection.read("sprints", path, sprints_of, params={"state": "active,future"})
                found |= {sprint.id: sprint for sprint in sprints}
        except (JiraRefused, ScopeMissing):
            return tuple(found.values())
        return tuple(found.values())

    def _rows(
        self, operation: str, path: str, take: TakePage[T], tree: dict[str, str], find: Callable[[Any], Any]
    ) -> list[T]:
        try:
            return self._pages(operation, path, take)
        except JiraRefused as error:
            if self._tree_path is None or error.status not in (404, 405):
                raise
            return self._branch(operation, self._tree_path, take, tree, find, error)

    def _pages(self, operation: str, path: str, take: TakePage[T]) -> list[T]:
        rows: list[T] = []
        start = 0
        for _ in range(MOST_PAGES):
            page = self._connection.read(operation, path, take, params={"startAt": start, "maxResults": PAGE_SIZE})
            rows += page.rows
            start += page.size
            if not page.size or start >= page.total:
                break
        return rows

    def _branch(
        self,
        operation: str,
        path: str,
        take: TakePage[T],
        params: dict[str, str],
        find: Callable[[Any], Any],
        refused: JiraRefused,
    ) -> list[T]:
        """Read the tree; where it does not exist either, the first refusal holds."""
        try:
            found = self._connection.read(operation, path, find, params=params)
        except JiraRefused:
            raise refused from None
        if found is None:
            raise refused
        return [*take({"values": found}).rows]


def _types_in(raw: Any) -> Any:
    """Return the issue types of the one project that was asked for, None if it is not there."""
    return next((project["issuetypes"] for project in raw["projects"]), None)


def _fields_in(raw: Any) -> Any:
    """Return the fields, by id, of the one type that was asked for, None if it is not there."""
    return next((kind["fields"] for kind in _types_in(raw) or ()), None)
