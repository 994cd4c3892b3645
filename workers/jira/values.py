"""What the gateway returns: small frozen values in our own words, none of Jira's raw shapes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class IssueLine:
    """What a search shows of an issue."""

    key: str
    summary: str
    type: str = ""
    status: str = ""
    priority: str = ""
    assignee: str = ""
    updated: datetime | None = None
    id: str = ""
    project: str = ""
    is_restricted: bool = False
    """It has a security level."""
    description: str = ""
    """Markdown; empty unless it was asked for."""


@dataclass(frozen=True)
class SearchPage:
    """Issues that were found; `cursor` asks for the next ones, None if there are none."""

    issues: tuple[IssueLine, ...]
    cursor: str | None = None


@dataclass(frozen=True)
class Comment:
    author: str
    created: datetime | None
    text: str
    """Markdown."""
    is_internal: bool = False
    """True if customers of a service project must not see it."""
    is_limited: bool = False
    """True if only a group or a role may see it: who is in it cannot be told."""


@dataclass(frozen=True)
class IssueLink:
    """Another issue, and how it is related: `blocks`, `is duplicated by`, `parent`."""

    relation: str
    key: str
    summary: str = ""
    status: str = ""


@dataclass(frozen=True)
class IssueEvent:
    """What somebody changed at one moment, a line for each field."""

    author: str
    created: datetime | None
    changes: tuple[str, ...]


@dataclass(frozen=True)
class IssueFile:
    """A file on an issue."""

    name: str
    size: int = 0
    author: str = ""
    created: datetime | None = None


@dataclass(frozen=True)
class Issue:
    """One issue as a person reads it."""

    key: str
    id: str
    project: str
    url: str
    type: str
    status: str
    summary: str
    priority: str = ""
    resolution: str = ""
    assignee: str = ""
    reporter: str = ""
    description: str = ""
    """Markdown."""
    created: datetime | None = None
    updated: datetime | None = None
    labels: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    comments: tuple[Comment, ...] = ()
    """The newest, newest first."""
    comments_total: int | None = 0
    """None if Jira does not show them."""
    links: tuple[IssueLink, ...] = ()
    is_restricted: bool = False
    """It has a security level."""
    has_customers: bool = True
    """Customers may read what is public in it."""
    events: tuple[IssueEvent, ...] = ()
    """Newest first; read only when they are asked for, as the files are."""
    files: tuple[IssueFile, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    """Name and value of what is told nowhere else; read only when it is asked for."""


@dataclass(frozen=True)
class IssueType:
    id: str
    name: str
    description: str = ""
    is_subtask: bool = False


@dataclass(frozen=True)
class CreatedIssue:
    key: str
    id: str
    url: str


@dataclass(frozen=True)
class Person:
    """A Jira account."""

    account_id: str
    name: str
    email: str = ""
