"""Pure: Jira's raw issues become our values, whatever of them is missing."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from datetime import datetime
from typing import Any

from workers.jira.values import Comment, Issue, IssueLine, IssueLink, IssueType, Person

Raw = dict[str, Any]
ReadText = Callable[[Any], str]

LINE_FIELDS = ("summary", "issuetype", "status", "priority", "assignee", "updated", "project")
ISSUE_FIELDS = (
    *LINE_FIELDS, "description", "reporter", "created", "resolution", "labels", "components", "issuelinks", "parent",
    "subtasks",
)  # fmt: skip


def project_of(raw: Raw) -> str:
    """Return the key of the project that the issue lies in now; a moved issue still answers to its old key."""
    return _text(_object(_object(raw.get("fields")).get("project")).get("key"))


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
    )


def issue_of(raw: Raw, comments: Raw, *, url: str, read_text: ReadText, projects: Container[str]) -> Issue:
    """Return an issue as a person reads it; related issues of other projects are left out."""
    fields = _object(raw.get("fields"))
    line = line_of(raw)
    return Issue(
        key=line.key,
        id=str(raw["id"]),
        project=project_of(raw),
        url=url,
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
        comments=tuple(_comment(each, read_text) for each in _array(comments.get("comments"))),
        comments_total=int(comments.get("total") or 0),
        links=tuple(link for link in _links(fields) if link.key.rpartition("-")[0] in projects),
    )


def issue_types_of(rows: list[Raw]) -> tuple[IssueType, ...]:
    """Return the types of a project, in Jira's order."""
    return tuple(
        IssueType(str(row["id"]), str(row["name"]), _text(row.get("description")), bool(row.get("subtask")))
        for row in rows
    )


def person_of(raw: Raw) -> Person:
    """Return an account; its e-mail is empty if its owner hides it."""
    return Person(str(raw["accountId"]), _text(raw.get("displayName")), _text(raw.get("emailAddress")))


def moment(value: Any) -> datetime | None:
    """Return a point in time as Jira writes it, None for anything else."""
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _comment(raw: Raw, read_text: ReadText) -> Comment:
    return Comment(
        author=_name(raw.get("author")),
        created=moment(raw.get("created")),
        text=read_text(raw.get("body")),
        is_internal=raw.get("jsdPublic") is False,
    )


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
