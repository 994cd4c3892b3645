"""Pure: Jira's raw answers become our values; what is optional may be missing, anything else raises."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from workers.jira.screen import field_id, options_of, specs_of
from workers.jira.values import Comment, Issue, IssueLine, IssueLink, IssueType, Person, SearchPage
from workers.records import FieldOption, FieldSpec

Raw = dict[str, Any]
ReadText = Callable[[Any], str]

T = TypeVar("T")

INTERNAL_PROPERTY = "sd.public.comment"
WITHOUT_CUSTOMERS = frozenset({"software", "business", "product_discovery"})
"""Jira's words for the kinds of projects whose readers are members."""

LINE_FIELDS = ("summary", "issuetype", "status", "priority", "assignee", "updated", "project", "security")
TEXT_FIELDS = (*LINE_FIELDS, "description")
ISSUE_FIELDS = (
    *LINE_FIELDS, "description", "reporter", "created", "resolution", "labels", "components", "issuelinks", "parent",
    "subtasks",
)  # fmt: skip


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list; `size` counts what Jira sent, `total` what it has."""

    rows: tuple[T, ...]
    size: int
    total: int


def project_of(raw: Raw) -> str:
    """Return the key of the project that the issue lies in now, which the key that was asked for need not tell."""
    project = _object(_object(raw.get("fields")).get("project"))
    return _text(project.get("key")) or _text(raw.get("key")).rpartition("-")[0]


def has_customers(raw: Raw) -> bool:
    """Return whether customers may read what is public in an issue's project; true if Jira does not say its kind."""
    project = _object(_object(raw.get("fields")).get("project"))
    return project.get("projectTypeKey") not in WITHOUT_CUSTOMERS


def line_of(raw: Raw) -> IssueLine:
    """Return what a search shows of an issue."""
    fields = _object(raw.get("fields"))
    return IssueLine(
        key=str(raw["key"]),
        summary=_text(fields.get("summary")),
        type=_name(fields.get("issuetype")),
        status=_name(fields.get("status")),
        priority=_name(fields.get("priority")),
        assignee=_name(fields.get("assignee")),
        updated=moment(fields.get("updated")),
        id=_text(raw.get("id")),
        project=project_of(raw),
        is_restricted=bool(fields.get("security")),
    )


def page_reader(
    projects: Container[str], cursor_of: Callable[[Raw], str | None], read_text: ReadText | None = None
) -> Callable[[Any], SearchPage]:
    """Return a reader of search results that drops issues outside these projects; with `read_text` of their texts."""

    def line(raw: Raw) -> IssueLine:
        found = line_of(raw)
        if read_text is None:
            return found
        return replace(found, description=read_text(_object(raw.get("fields")).get("description")))

    def read(raw: Any) -> SearchPage:
        lines = [line(each) for each in raw["issues"] if project_of(each) in projects]
        return SearchPage(tuple(lines), cursor_of(raw))

    return read


def marked_reader(project: str, name: str, marker: str) -> Callable[[Any], list[tuple[str, str]]]:
    """Return a reader of (key, id) of the issues of a project that carry a marker, as label or in a property."""

    def is_marked(raw: Raw) -> bool:
        fields, sign = _object(raw.get("fields")), _object(_object(raw.get("properties")).get(name))
        return project_of(raw) == project and (marker in _array(fields.get("labels")) or sign.get("marker") == marker)

    return lambda raw: [created_of(each) for each in raw["issues"] if is_marked(each)]


def issue_reader(
    *, url_of: Callable[[str], str], read_text: ReadText, projects: Container[str]
) -> Callable[[Any], Issue]:
    """Return a reader of one issue, without comments; related issues of other projects are left out."""

    def read(raw: Any) -> Issue:
        fields = _object(raw.get("fields"))
        line = line_of(raw)
        return Issue(
            key=line.key,
            id=str(raw["id"]),
            project=project_of(raw),
            url=url_of(line.key),
            type=line.type,
            status=line.status,
            summary=line.summary,
            priority=line.priority,
            resolution=_name(fields.get("resolution")),
            assignee=line.assignee,
            reporter=_name(fields.get("reporter")),
            description=read_text(fields.get("description")),
            created=moment(fields.get("created")),
            updated=line.updated,
            labels=tuple(map(str, _array(fields.get("labels")))),
            components=tuple(map(_name, _array(fields.get("components")))),
            links=tuple(link for link in _links(fields) if link.key.rpartition("-")[0] in projects),
            is_restricted=line.is_restricted,
            has_customers=has_customers(raw),
        )

    return read


def comments_reader(read_text: ReadText, *, customers_read: bool) -> Callable[[Any], tuple[tuple[Comment, ...], int]]:
    """Return a reader of a page of comments, newest first, and of how many there are.

    Where customers may read along, a comment of which Jira does not say whether they do is internal.
    """

    def read(raw: Any) -> tuple[tuple[Comment, ...], int]:
        # Old servers know no order.
        rows = sorted(raw["comments"], key=lambda each: str(each.get("created") or ""), reverse=True)
        found = tuple(_comment(each, read_text, customers_read=customers_read) for each in rows)
        return found, int(raw.get("total") or 0)

    return read


def issue_types_page(raw: Any) -> Page[IssueType]:
    """Read one page of a project's issue types."""
    rows = _rows(raw, ("issueTypes", "values"))
    types = (
        IssueType(str(row["id"]), str(row["name"]), _text(row.get("description")), bool(row.get("subtask")))
        for row in rows
    )
    return Page(tuple(types), len(rows), int(raw.get("total") or 0))


def screen_page(raw: Any) -> Page[FieldSpec]:
    """Read one page of a create screen's fields."""
    rows = _rows(raw, ("fields", "results", "values"))
    return Page(specs_of(rows), len(rows), int(raw.get("total") or 0))


def options_page(field: str) -> Callable[[Any], Page[str]]:
    """Return a reader of one page of a create screen that takes the names of one field's values."""

    def read(raw: Any) -> Page[str]:
        rows = _rows(raw, ("fields", "results", "values"))
        names = [option.name for row in rows if field_id(row) == field for option in options_of(row)]
        return Page(tuple(names), len(rows), int(raw.get("total") or 0))

    return read


def sprints_of(raw: Any) -> list[FieldOption]:
    """Read the sprints of a board."""
    return [FieldOption(id=str(row["id"]), name=str(row["name"])) for row in raw["values"]]


def person_of(raw: Any) -> Person:
    """Read an account; its e-mail is empty if its owner hides it."""
    return Person(
        str(raw.get("accountId") or raw["name"]), _text(raw.get("displayName")), _text(raw.get("emailAddress"))
    )


def people_of(raw: Any) -> list[Person]:
    """Read the active accounts of a list."""
    return [person_of(each) for each in raw if each.get("active", True)]


def granted_of(raw: Any) -> frozenset[str]:
    """Read the names of the permissions that are granted."""
    return frozenset(name for name, about in raw["permissions"].items() if about.get("havePermission"))


def browsable_of(raw: Any) -> frozenset[int]:
    """Read the ids of the issues that a person may browse."""
    grants = [each for each in raw["projectPermissions"] if each.get("permission") == "BROWSE_PROJECTS"]
    return frozenset(int(number) for each in grants for number in each.get("issues") or ())


def is_open_scheme(raw: Any) -> bool:
    """Read whether a permission scheme lets anyone, or anyone who is logged in, browse."""
    holders = [
        _object(each.get("holder")) for each in raw["permissions"] if each.get("permission") == "BROWSE_PROJECTS"
    ]
    return any(
        holder.get("type") == "anyone" or (holder.get("type") == "applicationRole" and not holder.get("parameter"))
        for holder in holders
    )


def created_of(raw: Any) -> tuple[str, str]:
    """Read key and id of an issue; both must be there."""
    key, number = str(raw["key"]), str(raw["id"])
    if "-" not in key or not number.isdigit():
        raise ValueError("an issue has a key and an id")
    return key, number


def _rows(raw: Any, names: tuple[str, ...]) -> list[Raw]:
    """Return the rows of a page, which Jira's kinds and versions call by one of these names; some know fields by id."""
    found: Any = next((raw[name] for name in names if isinstance(raw.get(name), list | dict)), [])
    return [{"fieldId": name, **row} for name, row in found.items()] if isinstance(found, dict) else found


def moment(value: Any) -> datetime | None:
    """Return a point in time as Jira writes it, None for anything else."""
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _comment(raw: Raw, read_text: ReadText, *, customers_read: bool) -> Comment:
    is_told = isinstance(raw.get("jsdPublic"), bool) or isinstance(raw.get("properties"), list)
    return Comment(
        author=_name(raw.get("author")),
        created=moment(raw.get("created")),
        text=read_text(raw.get("body")),
        is_internal=raw.get("jsdPublic") is False
        or _is_internal(raw.get("properties"))
        or (customers_read and not is_told),
        is_limited=bool(raw.get("visibility")),
    )


def _is_internal(properties: Any) -> bool:
    """Return what Data Center's service projects note on a comment."""
    values = [_object(each.get("value")) for each in _array(properties) if each.get("key") == INTERNAL_PROPERTY]
    return any(value.get("internal") in (True, "true") for value in values)


def _links(fields: Raw) -> Iterator[IssueLink]:
    parent = _object(fields.get("parent"))
    if parent:
        yield _link("parent", parent)
    for raw in _array(fields.get("subtasks")):
        yield _link("subtask", raw)
    for raw in _array(fields.get("issuelinks")):
        kind = _object(raw.get("type"))
        for end, words in (("inwardIssue", "inward"), ("outwardIssue", "outward")):
            if isinstance(raw.get(end), dict):
                yield _link(_text(kind.get(words)) or "relates to", raw[end])


def _link(relation: str, raw: Raw) -> IssueLink:
    fields = _object(raw.get("fields"))
    return IssueLink(relation, _text(raw.get("key")), _text(fields.get("summary")), _name(fields.get("status")))


def _object(value: Any) -> Raw:
    return value if isinstance(value, dict) else {}


def _array(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _name(value: Any) -> str:
    found = _object(value)
    return _text(found.get("displayName") or found.get("name"))
