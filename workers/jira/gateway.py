"""The only way to Jira: the allow-list of projects, caches and values; `Connection` sends and translates."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict
from typing import IO, Any, TypeVar

from workers.errors import ToolError
from workers.jira.attachments import Attachment, Multipart, attachments_of, limit_of
from workers.jira.connection import Connection
from workers.jira.create_metadata import CreateMetadata
from workers.jira.deployment import deployment_of
from workers.jira.directory import Directory
from workers.jira.issue_changes import IssueChanges
from workers.jira.issue_reads import USUAL_PARTS, IssueParts, IssueReads
from workers.jira.jql import IssueQuery
from workers.jira.logins import Actor, Logins, ServiceAccount
from workers.jira.lost import LostIssues
from workers.jira.many_issues import ManyIssues
from workers.jira.rate_limits import RateLimits
from workers.jira.reader import Reader, checked_key, checked_project
from workers.jira.reading import (
    granted_of,
    options_page,
    person_of,
    screen_page,
)
from workers.jira.resolved import Resolved
from workers.jira.sight import Sight
from workers.jira.values import CreatedIssue, Issue, IssueType, Person, SearchPage
from workers.records import FieldSpec
from workers.settings import WorkerSettings
from workers.state.cache import Cache
from workers.state.jira_cache import labels_name, options_name, screen_name, types_name
from workers.state.limiter import Limiter
from workers.state.metrics import Metrics
from workers.state.outages import Outages
from workers.state.walls import Walls

T = TypeVar("T")

HOUR_SECONDS = 3_600
MOST_LOGINS = 100
"""Of people whose connections are kept open by one process: the latest."""


class JiraGateway:
    """Jira as this program sees it; safe to share among threads, connected at first use.

    All methods raise JiraUnavailable, JiraRefused or Misconfigured, and ToolError for what the caller can correct.
    What a person or the model will read is read for a `Reader`, and holds only what that person may see in Jira and
    what may be shown where they are. What has no reader tells of no issue's content, or is for the program alone.
    `acting_as` gives the gateway with which something is read or written for one person.
    """

    def __init__(
        self,
        settings: WorkerSettings,
        cache: Cache,
        metrics: Metrics,
        limiter: Limiter | None = None,
        *,
        logins: Logins | None = None,
        actor: Actor | None = None,
    ) -> None:
        self._site_url, self._projects = settings.site_url, settings.jira_projects
        self.deployment = deployment_of(settings)
        limits = RateLimits(Walls(cache.redis), self.deployment)
        outages = Outages(cache.redis, "jira")
        self._logins: Logins = logins or ServiceAccount(settings, self.deployment)
        self._login, self._made_of = self._logins.of(actor), (settings, cache, metrics, limiter)
        self._of_people: OrderedDict[str, JiraGateway] = OrderedDict()
        self._lock = threading.Lock()
        self._connection = Connection(settings, self.deployment, metrics, limits, outages, self._login)
        self._metadata = CreateMetadata(self._connection, self.deployment)
        self._lost = LostIssues(self._connection, self.deployment)
        self._cache = cache
        self.directory = Directory(self._connection, self.deployment, cache, dict(settings.jira_accounts))
        self.resolved = Resolved(self._connection, self.deployment, self._projects, self.url_of)
        self.sight = Sight(
            self._connection,
            self.deployment,
            cache,
            open_projects=settings.jira_open_projects,
            account_of=lambda reader: self.directory.account_id(reader.email or "", slack_id=reader.user_id),
        )
        self.many = ManyIssues(self._connection, self.deployment, self.sight, self.url_of)
        self._issues = IssueReads(self._connection, self.deployment, self.sight, self, cache)
        self.changes = IssueChanges(self._connection, self.deployment, cache, self, self.sight, limiter)

    def acting_as(self, actor: Actor) -> JiraGateway:
        """Return Jira with this person's login; who has none of their own gets this very gateway."""
        login = self._logins.of(actor)
        if login == self._login:
            return self
        with self._lock:
            name = repr(login)
            found = self._of_people.get(name) or JiraGateway(*self._made_of, logins=self._logins, actor=actor)
            self._of_people[name] = found
            self._of_people.move_to_end(name)
            if len(self._of_people) > MOST_LOGINS:
                self._of_people.popitem(last=False)
        return found

    # Reading

    def search(self, query: IssueQuery, reader: Reader) -> SearchPage:
        """Return the issues that match and that this person may be shown here."""
        return self._reads(reader).search(query, reader)

    def issue(self, key: str, reader: Reader, parts: IssueParts = USUAL_PARTS) -> Issue:
        """Return one issue with what is wanted of it, wherever it was moved; as if missing if it may not be shown."""
        return self._reads(reader).issue(key, reader, parts)

    def visible_keys(self, keys: Collection[str], reader: Reader) -> frozenset[str]:
        """Return those of the keys whose issues this person may be shown here now."""
        return self._reads(reader).visible_keys(keys, reader)

    def issue_types(self, project: str, *, refresh: bool = False) -> tuple[IssueType, ...]:
        """Return the types that may be filed in a project; read once an hour."""
        project = self.open_project(project)

        def read() -> list[dict[str, Any]]:
            return [asdict(kind) for kind in self._metadata.types(project)]

        return tuple(IssueType(**kind) for kind in self._cached(types_name(project), read, refresh=refresh))

    def create_screen(self, project: str, issue_type: str, *, refresh: bool = False) -> tuple[FieldSpec, ...]:
        """Return the fields of a project's create screen for a type, given by name or id; read once an hour."""
        project = self.open_project(project)
        kind = self.issue_type(project, issue_type, refresh=refresh)

        def read() -> list[dict[str, Any]]:
            rows = self._metadata.rows(project, kind.id, screen_page)
            return [spec.model_dump(mode="json") for spec in self._metadata.with_sprints(project, rows)]

        known = self._cached(screen_name(project, kind.id), read, refresh=refresh)
        return tuple(FieldSpec.model_validate(spec) for spec in known)

    def with_sprints(self, project: str, specs: Iterable[FieldSpec]) -> tuple[FieldSpec, ...]:
        """Return the fields of a screen with the sprints that are open, for those that take one."""
        return tuple(self._metadata.with_sprints(self.open_project(project), list(specs)))

    def issue_type(self, project: str, name: str, *, refresh: bool = False) -> IssueType:
        """Return the type of this name or id, in any case; raises ToolError that lists the types."""
        types = self.issue_types(project, refresh=refresh)
        wanted = name.strip().casefold()
        found = next((each for each in types if wanted in (each.name.casefold(), each.id)), None)
        if found:
            return found
        if not refresh:
            return self.issue_type(project, name, refresh=True)  # It may have been added within the hour.
        offered = ", ".join(each.name for each in types) or "none: I may not create issues there"
        raise ToolError(f"Project {project} has no issue type {name!r}. Its types: {offered}.")

    def long_options(self, project: str, issue_type: str, field_id: str, *, refresh: bool = False) -> list[str]:
        """Return all values of a field that a form cannot list, by name; read once an hour."""
        project = self.open_project(project)
        kind = self.issue_type(project, issue_type)

        def read() -> list[str]:
            return self._metadata.rows(project, kind.id, options_page(field_id))

        return self._cached(options_name(project, kind.id, field_id), read, refresh=refresh)

    def labels_in_use(self, project: str) -> list[str]:
        """Return the labels of a project's newest issues, the most used first; read once an hour.

        Whose issues they are is not told: Jira itself offers all labels to everybody.
        """
        project = self.open_project(project)
        name = labels_name(project)
        return self._cached(name, lambda: list(self.many.labels_in_use(project)), refresh=False)

    def people(self, project: str, typed: str) -> list[tuple[str, str]]:
        """Return those who can be assigned in a project and whose name or address begins so: (value, name)."""
        return self.directory.offered(self.open_project(project), typed)

    def find_by_label(self, project: str, label: str) -> tuple[CreatedIssue, ...]:
        """Return the issues that were filed with this marker, oldest first: by label, else by what we created lately.

        Search lags behind writes: an empty result never proves that an issue does not exist.
        """
        found = self._lost.find(self.open_project(project), label)
        return tuple(CreatedIssue(key, number, self.url_of(key)) for key, number in found)

    # Writing

    def create(self, payload: dict[str, Any]) -> CreatedIssue:
        """File an issue by one POST that is never repeated.

        Raises JiraRefused (not filed, and why), JiraUnavailable (certainly not filed), FilingUncertain (nobody knows).
        """
        self.open_project(str(payload["fields"]["project"]["key"]))
        key, number = self._connection.write_once("create", "issue", payload)
        return CreatedIssue(key, number, self.url_of(key))

    def link_thread(self, key: str, *, global_id: str, url: str, title: str) -> None:
        """Link a Slack thread on an issue; again with the same `global_id` changes that link."""
        body = {
            "globalId": global_id[:255],
            "application": {"type": "com.slack", "name": "Slack"},
            "relationship": "discussed in",
            "object": {"url": url, "title": title[:255]},
        }
        self.changes.space(key)
        self._connection.write("link_thread", "POST", f"issue/{self.open_key(key)}/remotelink", body)

    def attachments(self, key: str) -> tuple[Attachment, ...]:
        """Return the files on an issue, those that were attached a moment ago among them."""
        path = f"issue/{self.open_key(key)}"
        return self._connection.read("attachments", path, attachments_of, params={"fields": "attachment"})

    def upload_limit(self) -> int:
        """Return how many bytes an attachment may have, 0 if attachments are switched off; read once an hour."""

        def read() -> list[dict[str, Any]]:
            return [{"bytes": self._connection.read("attachment_meta", "attachment/meta", limit_of)}]

        return int(self._cached("jira:upload_limit", read, refresh=False)[0]["bytes"])

    def attach(self, key: str, name: str, content: IO[bytes], size: int, *, media_type: str = "") -> None:
        """Put a file on an issue; after JiraUnavailable it may be there, so look before you send it again."""
        body = Multipart(name, media_type, content, size)
        self.changes.space(key)
        self._connection.upload("attach", f"issue/{self.open_key(key)}/attachments", body)

    # About the connection itself

    def who_am_i(self) -> Person:
        """Return the account that the bot works with."""
        return self._connection.read("myself", "myself", person_of)

    def permissions(self, project: str, names: Iterable[str]) -> frozenset[str]:
        """Return those of the named permissions that the bot has in a project."""
        params = {"projectKey": self.open_project(project), "permissions": ",".join(names)}
        return self._connection.read("permissions", "mypermissions", granted_of, params=params)

    def may_browse(self, project: str) -> bool:
        return "BROWSE_PROJECTS" in self.permissions(project, ["BROWSE_PROJECTS"])

    def may_create(self, project: str) -> bool:
        return "CREATE_ISSUES" in self.permissions(project, ["CREATE_ISSUES"])

    def url_of(self, key: str) -> str:
        """Return the address of an issue that people open."""
        return f"{self._site_url}/browse/{key}"

    def link_of(self, key: str) -> str | None:
        """Return the address of an issue of an open project, None for anything else that looks like a key."""
        return self.url_of(key) if key.rpartition("-")[0] in self._projects else None

    def cuts(self, markdown: str, mentions: Mapping[str, str]) -> bool:
        """Return whether a text is longer than Jira takes, so that its end is left out."""
        return self.deployment.cuts(markdown, self.link_of, mentions)

    def _reads(self, reader: Reader) -> IssueReads:
        return self.acting_as(reader.actor)._issues  # noqa: SLF001  another one of this class

    def _cached(self, name: str, read: Callable[[], list[T]], *, refresh: bool) -> list[T]:
        known = None if refresh else self._cache.get(name)
        if isinstance(known, list):
            return known
        rows = read()
        self._cache.put(name, rows, HOUR_SECONDS)
        return rows

    def open_project(self, project: str) -> str:
        """Return the project's key if the bot may work with it; raises ToolError that names those it may."""
        return checked_project(project, self._projects)

    def open_key(self, key: str) -> str:
        """Return an issue's key if its project is open to the bot; raises ToolError."""
        return checked_key(key, self._projects)
