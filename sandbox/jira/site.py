"""The state of one Jira site: people, projects, issues, who may see what, and what the search index knows."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, Literal

from sandbox.jira.events import Event, Listener
from sandbox.jira.wire import API, NO_ISSUE, ORIGIN, JiraError


class Clock:
    """The site's time, which a test can move on."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._frozen: float | None = None

    def now(self) -> float:
        return (time.time() if self._frozen is None else self._frozen) + self._ahead

    def freeze(self) -> None:
        """Stand still from now on; only `advance` moves time."""
        self._frozen = time.time()

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass at once."""
        self._ahead += seconds


def timestamp(seconds: float) -> str:
    """Write a time as Jira does: `2026-11-22T10:46:00.000+0000`."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


@dataclass(frozen=True)
class User:
    account_id: str
    display_name: str
    email: str
    email_hidden: bool = False
    active: bool = True
    account_type: str = "atlassian"
    is_admin: bool = False
    browses_users: bool = True
    """Has the global permission *Browse users and groups*; without it every search for people finds nobody."""
    found_by_hidden_email: bool = False
    """A search finds this person by the address, and does not show it."""
    administers: frozenset[str] = frozenset()
    """Keys of projects whose configuration this person may read without being an administrator of Jira."""

    @property
    def name(self) -> str:
        """What Data Center calls the person."""
        return self.email.partition("@")[0]

    @property
    def key(self) -> str:
        """Data Center's own id of the person, which outlives a change of the name."""
        return f"JIRAUSER{int(self.account_id[-4:], 16)}"


@dataclass(frozen=True)
class Status:
    id: str
    name: str
    category: str
    """`new`, `indeterminate` or `done`."""


TRANSITIONS = (("11", "Reopen", "To Do"), ("21", "Start progress", "In Progress"), ("31", "Done", "Done"))
"""(id, name, target) of the usual workflow: every status can be reached from every other."""


@dataclass(frozen=True)
class IssueType:
    id: str
    name: str
    description: str
    screen: tuple[str, ...]
    """Ids of the fields on the create and edit screens, in order."""
    required: frozenset[str] = frozenset()
    """Ids of required fields beyond those that every issue needs."""
    is_subtask: bool = False
    transition_fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    """Ids of the fields that a move asks for, by its name; all of them are required."""


@dataclass(frozen=True)
class Project:
    id: str
    key: str
    name: str
    lead: str
    types: tuple[IssueType, ...]
    components: tuple[tuple[str, str], ...] = ()
    """(id, name) pairs."""
    versions: tuple[tuple[str, str], ...] = ()
    members: frozenset[str] | None = None
    """Account ids that may browse and write; None is everybody with an account."""
    readers: frozenset[str] = frozenset()
    """Account ids that may browse, not write."""
    kind: Literal["software", "service_desk"] = "software"
    """Customers read what is public in a service desk."""
    transitions: tuple[tuple[str, str, str], ...] = TRANSITIONS

    def seen_by(self, user: User) -> bool:
        return self.members is None or user.account_id in self.members | self.readers

    def written_by(self, user: User) -> bool:
        return self.seen_by(user) and user.account_id not in self.readers

    def type_of(self, id_or_name: str) -> IssueType | None:
        return next((each for each in self.types if id_or_name in (each.id, each.name)), None)


@dataclass
class Issue:
    """One issue; `fields`, `comments` and `remote_links` hold Jira's wire shapes."""

    id: str
    key: str
    project: Project
    type: IssueType
    fields: dict[str, Any]
    properties: dict[str, Any] = field(default_factory=dict)
    remote_links: list[dict[str, Any]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)
    watchers: list[str] = field(default_factory=list)
    attachments: dict[str, bytes] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    viewers: frozenset[str] | None = None
    """Account ids inside the issue's security level; None is no level."""
    indexed: dict[str, Any] | None = None
    """What search knows of the issue; None is nothing yet."""
    pending: list[tuple[float, dict[str, Any]]] = field(default_factory=list)


class Site:
    """Everything the site holds; the routes read and change it, tests read it."""

    def __init__(
        self, users: Iterable[User], projects: Iterable[Project], deployment: Literal["cloud", "datacenter"] = "cloud"
    ) -> None:
        self.deployment = deployment
        self.has_createmeta_pages = True
        """False for servers before 8.4: create metadata comes as one tree."""
        self.clock = Clock()
        self.users = {user.account_id: user for user in users}
        self.projects = {project.key: project for project in projects}
        self.issues: dict[str, Issue] = {}
        self.index_delay_seconds = 0.0
        self.sprints: tuple[tuple[int, str], ...] = ((37, "Sprint 12"), (38, "Sprint 13"))
        """The running and coming sprints of the one board; none for a site without boards."""
        self.upload_limit = 20_000_000
        """How many bytes an attachment may have; 0 switches attachments off."""
        self.may_not_attach: set[str] = set()
        """Account ids without the permission to attach files."""
        self.listeners: list[Listener] = []
        self._ids = count(10001)
        self._numbers = {key: count(1) for key in self.projects}

    def new_id(self) -> str:
        return str(next(self._ids))

    def next_key(self, project: Project) -> str:
        return f"{project.key}-{next(self._numbers[project.key])}"

    def project(self, id_or_key: str, user: User) -> Project | None:
        """Return the project if the user may see it; keys match in any case."""
        for each in self.projects.values():
            if id_or_key.upper() == each.key or id_or_key == each.id:
                return each if each.seen_by(user) else None
        return None

    def may_see(self, issue: Issue, user: User) -> bool:
        return issue.project.seen_by(user) and (issue.viewers is None or user.account_id in issue.viewers)

    def issue(self, id_or_key: str, user: User) -> Issue:
        """Return the issue, or refuse with the 404 that does not tell why."""
        found = self.issues.get(id_or_key.upper()) or next(
            (each for each in self.issues.values() if each.id == id_or_key), None
        )
        if found is None or not self.may_see(found, user):
            raise JiraError(404, NO_ISSUE)
        return found

    def add(self, issue: Issue) -> None:
        """Take a new issue in; search finds it after the index delay."""
        self.issues[issue.key] = issue
        self.changed(issue)

    def changed(self, issue: Issue, *, touch: bool = True) -> None:
        """Note a change: `updated` moves, and search learns of it after the index delay."""
        now = self.clock.now()
        if touch:
            issue.fields["updated"] = timestamp(now)
        document = copy.deepcopy(issue.fields)
        document["comment"] = [each["body"] for each in issue.comments]
        issue.pending.append((now, document))

    def publish(self, event: Event) -> None:
        """Tell all listeners what happened."""
        for listener in self.listeners:
            listener(event)

    def document(self, issue: Issue, *, fresh: bool = False) -> dict[str, Any] | None:
        """Return what search knows of an issue now; `fresh` looks past the delay, as reconcileIssues does."""
        horizon = self.clock.now() - self.index_delay_seconds
        while issue.pending and issue.pending[0][0] <= horizon:
            issue.indexed = issue.pending.pop(0)[1]
        return issue.pending[-1][1] if fresh and issue.pending else issue.indexed

    @property
    def is_cloud(self) -> bool:
        return self.deployment == "cloud"

    def user_named(self, name: str) -> User | None:
        """Return the person whom Data Center knows by this name or key."""
        return next((user for user in self.users.values() if name in (user.name, user.key)), None)

    def users_matching(self, query: str) -> list[User]:
        """Return users with a word of the name, or a visible e-mail, that begins with `query`."""
        wanted = query.lower()
        return [user for user in self.users.values() if user.active and _matches(user, wanted)]


def _matches(user: User, wanted: str) -> bool:
    name = user.display_name.lower()
    is_known = not user.email_hidden or user.found_by_hidden_email
    starts = [name, *name.split(), *([user.email.lower()] if is_known else [])]
    return any(start.startswith(wanted) for start in starts)


def user_shape(user: User, *, full: bool = False) -> dict[str, Any]:
    """Return a user as Jira shows it to others; a hidden e-mail is left out."""
    avatar = f"{ORIGIN}/avatar/{user.account_id}"
    shape: dict[str, Any] = {
        "self": f"{API}/user?accountId={user.account_id}",
        "accountId": user.account_id,
        "accountType": user.account_type,
        "avatarUrls": {f"{size}x{size}": f"{avatar}?size={size}" for size in (16, 24, 32, 48)},
        "displayName": user.display_name,
        "active": user.active,
        "timeZone": "Etc/UTC",
    }
    if not user.email_hidden:
        shape["emailAddress"] = user.email
    if full:
        shape |= {"locale": "en_US", "groups": {"size": 1, "items": []}, "applicationRoles": {"size": 1, "items": []}}
        shape["expand"] = "groups,applicationRoles"
    return shape
