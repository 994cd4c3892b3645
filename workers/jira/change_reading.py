"""Pure: what Jira tells of an issue that is to be changed, in our own words; what is optional may be missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workers.jira.reading import project_of
from workers.jira.screen import specs_of
from workers.records import FieldSpec

Raw = dict[str, Any]
RESOLUTION = "resolution"


@dataclass(frozen=True)
class Target:
    """An issue that is to be changed."""

    key: str
    summary: str
    status: str
    type: str
    project: str
    project_kind: str
    """Jira's own word, such as `software` or `service_desk`; empty if it was not told."""
    id: str = ""
    is_restricted: bool = False
    """It has a security level."""


@dataclass(frozen=True)
class Transition:
    """One way on from where an issue stands."""

    id: str
    name: str
    to: str
    fields: tuple[FieldSpec, ...] = ()

    @property
    def words(self) -> str:
        return self.to if self.name.casefold() == self.to.casefold() else f"{self.to} (by {self.name!r})"

    @property
    def wants(self) -> tuple[FieldSpec, ...]:
        """The fields without which it is not taken, beside a resolution."""
        return tuple(spec for spec in self.fields if spec.required and not spec.has_default and spec.id != RESOLUTION)

    def field(self, field_id: str) -> FieldSpec | None:
        return next((spec for spec in self.fields if spec.id == field_id), None)


@dataclass(frozen=True)
class LinkType:
    """One way in which issues can be linked: `name`, and what one end says of the other."""

    name: str
    inward: str
    outward: str


def target_of(raw: Any) -> Target:
    fields = raw["fields"]
    project = fields.get("project") or {}
    return Target(
        key=str(raw["key"]),
        summary=str(fields.get("summary") or ""),
        status=status_of(raw),
        type=str((fields.get("issuetype") or {}).get("name") or ""),
        project=project_of(raw),
        project_kind=str(project.get("projectTypeKey") or ""),
        id=str(raw.get("id") or ""),
        is_restricted=bool(fields.get("security")),
    )


def status_of(raw: Any) -> str:
    """Read the name of the status that an issue has."""
    return str((raw["fields"].get("status") or {}).get("name") or "")


def kind_of_project(raw: Any) -> str:
    return str(raw.get("projectTypeKey") or "")


def transitions_of(raw: Any) -> tuple[Transition, ...]:
    """Read the ways on, each with the fields of its screen."""
    return tuple(
        Transition(
            id=str(row["id"]),
            name=str(row.get("name") or ""),
            to=str((row.get("to") or {}).get("name") or row.get("name") or ""),
            fields=specs_of([{"fieldId": name, **about} for name, about in (row.get("fields") or {}).items()]),
        )
        for row in raw["transitions"]
    )


def link_types_of(raw: Any) -> tuple[LinkType, ...]:
    return tuple(
        LinkType(str(row["name"]), str(row.get("inward") or row["name"]), str(row.get("outward") or row["name"]))
        for row in raw["issueLinkTypes"]
    )


def commented_reader(name: str, change_id: str) -> Callable[[Any], bool]:
    """Return a reader of comments that tells whether one of them is that of a change, by its property."""

    def is_there(comment: Raw) -> bool:
        signs = {each.get("key"): each.get("value") for each in comment.get("properties") or ()}
        value = signs.get(name)
        return isinstance(value, dict) and value.get("change") == change_id

    return lambda raw: any(is_there(each) for each in raw["comments"])


def linked_reader(type_name: str, other: str, *, is_inward: bool) -> Callable[[Any], bool]:
    """Return a reader of an issue that tells whether it is linked to another one in this way."""
    end = "inwardIssue" if is_inward else "outwardIssue"

    def is_it(link: Raw) -> bool:
        kind = link.get("type") or {}
        is_same = str(kind.get("name") or "").casefold() == type_name.casefold()
        ends = [end] if kind.get("inward") != kind.get("outward") else ["inwardIssue", "outwardIssue"]
        return is_same and any((link.get(each) or {}).get("key") == other for each in ends)

    return lambda raw: any(is_it(each) for each in raw["fields"].get("issuelinks") or ())
