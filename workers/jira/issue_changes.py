"""Changes of issues that exist: what must be known to propose them, whether they are there already, and the writes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from workers.errors import JiraRefused, JiraUnavailable, ToolError
from workers.jira.change_reading import (
    LinkType,
    Target,
    Transition,
    commented_reader,
    kind_of_project,
    link_types_of,
    linked_reader,
    status_of,
    target_of,
    transitions_of,
)
from workers.jira.connection import Connection
from workers.jira.deployment import NOBODY, Closing, Deployment
from workers.jira.payload import PROPERTY, sent_back, wire_value
from workers.jira.reader import Reader
from workers.jira.reading import WITHOUT_CUSTOMERS, screen_page
from workers.jira.shown import shown
from workers.jira.sight import Sight
from workers.proposals import Comment, Link, Move, Update
from workers.records import FieldSpec, FieldValue
from workers.state.cache import Cache
from workers.state.jira_budgets import issue_budgets
from workers.state.limiter import Limiter, Wait

HOUR_SECONDS = 3_600
PAGE_SIZE = 100
SPACING_SECONDS = 5.0
"""A write waits so long for its turn on a busy issue; after that it is told when to come again."""
INTERNAL = {"key": "sd.public.comment", "value": {"internal": True}}
"""What keeps a comment from the customers of a service desk."""


class Gate(Protocol):
    """Which issues and projects are open, and where they are seen."""

    def open_key(self, key: str) -> str: ...
    def open_project(self, project: str) -> str: ...
    def link_of(self, key: str) -> str | None: ...
    def url_of(self, key: str) -> str: ...


@dataclass(frozen=True)
class IssueChanges:
    """Raises what the gateway raises; nothing of a closed project is read or written."""

    connection: Connection
    deployment: Deployment
    cache: Cache
    gate: Gate
    sight: Sight
    limiter: Limiter | None = None

    # What a proposal needs

    def target(self, key: str, reader: Reader) -> Target:
        """Return what must be known of an issue before something about it is proposed, if its reader may see it.

        The other reads of an issue here belong to a change of it: this one comes first.
        """
        key = self.gate.open_key(reader.open_key(key))
        fields = {"fields": "summary,status,project,issuetype,security"}
        found = self.connection.read("issue", f"issue/{key}", target_of, params=fields)
        # One that was moved to a closed project must not tell where.
        if found.project not in reader.projects or found.key not in self.sight.seen(reader, [found]):
            raise JiraRefused(404)
        self.gate.open_project(found.project)
        return found

    def is_service_desk(self, target: Target) -> bool:
        """Return whether customers may read what is public there; true if Jira does not say."""
        if target.project_kind:
            return target.project_kind not in WITHOUT_CUSTOMERS
        return self.is_service_desk_project(target.project)

    def is_service_desk_project(self, project: str) -> bool:
        """Return whether customers may read what is public in a project; true if Jira does not say."""
        return self._project_kind(project) not in WITHOUT_CUSTOMERS

    def transitions(self, key: str) -> tuple[Transition, ...]:
        """Return the ways on from where an issue stands."""
        path = f"issue/{self.gate.open_key(key)}/transitions"
        return self.connection.read("transitions", path, transitions_of, params={"expand": "transitions.fields"})

    def edit_screen(self, key: str) -> tuple[FieldSpec, ...]:
        """Return the fields of an issue that may be changed."""
        path = f"issue/{self.gate.open_key(key)}/editmeta"
        return self.connection.read("edit_screen", path, lambda raw: screen_page({"total": 0, **raw}).rows)

    def values(
        self, key: str, specs: Collection[FieldSpec], accounts: Mapping[str, str] = NOBODY
    ) -> dict[str, FieldValue]:
        """Return what these fields of an issue hold, in words; `accounts` says whom the names of people stand for."""
        names = {"fields": ",".join(spec.id for spec in specs)}

        def take(raw: Any) -> dict[str, FieldValue]:
            held = raw["fields"]
            return {spec.id: shown(spec, held.get(spec.id), self.deployment.markdown, accounts) for spec in specs}

        return self.connection.read("issue", f"issue/{self.gate.open_key(key)}", take, params=names)

    def link_types(self) -> tuple[LinkType, ...]:
        """Return the ways in which issues can be linked; read once an hour."""

        def read() -> list[dict[str, Any]]:
            return [asdict(each) for each in self.connection.read("link_types", "issueLinkType", link_types_of)]

        return tuple(LinkType(**row) for row in self._cached("jira:link_types", read))

    def as_read_back(self, spec: FieldSpec, value: FieldValue, mentions: Mapping[str, str]) -> FieldValue:
        """Return a text as it will read once it has gone through Jira; other values as they are."""
        if spec.kind != "paragraph" or not value:
            return value
        return self.deployment.markdown(self._wire(spec, value, {}, mentions))

    # Whether it is there

    def has_comment(self, key: str, change_id: str) -> bool:
        """Return whether the comment of a change is among the newest."""
        path = f"issue/{self.gate.open_key(key)}/comment"
        params = {"orderBy": "-created", "maxResults": PAGE_SIZE, "expand": "properties"}
        return self.connection.read("find_comment", path, commented_reader(PROPERTY, change_id), params=params)

    def status(self, key: str) -> str:
        path = f"issue/{self.gate.open_key(key)}"
        return self.connection.read("issue", path, status_of, params={"fields": "status"})

    def is_linked(self, link: Link) -> bool:
        path = f"issue/{self.gate.open_key(link.key)}"
        take = linked_reader(link.type_name, link.other, is_inward=link.is_inward)
        return self.connection.read("issue", path, take, params={"fields": "issuelinks"})

    # Writing

    def comment(self, change: Comment) -> None:
        """Add a comment by one POST that is never repeated; raises as `JiraGateway.create` does.

        Customers read it only if a person said so, wherever the issue was moved since it was proposed.
        """
        key = self.gate.open_key(change.key)
        is_internal = change.is_internal or (not change.is_for_customers and self._is_read_by_customers(key))
        closing = Closing(change.said_by, change.said_at and "Slack", change.said_at) if change.said_by else None
        properties = [{"key": PROPERTY, "value": {"change": change.id}}]
        body = {
            "body": self.deployment.rich_text(change.body, self.gate.link_of, closing, change.mentions),
            "properties": [*properties, *([INTERNAL] if is_internal else [])],
        }
        self.space(key)
        self.connection.write_once("comment", f"issue/{key}/comment", body, lambda raw: (key, str(raw["id"])))

    def update(self, change: Update) -> None:
        """Change fields; what holds the value already may be sent again."""
        key = self.gate.open_key(change.key)
        fields: dict[str, Any] = {}
        operations: dict[str, list[dict[str, Any]]] = {}
        for field in change.fields:
            if field.add or field.remove:
                added = [{"add": word} for word in field.add]
                operations[field.spec.id] = [*added, *({"remove": word} for word in field.remove)]
            else:
                fields[field.spec.id] = self._wire(field.spec, field.new, change.accounts, change.mentions)
        body = {name: part for name, part in (("fields", fields), ("update", operations)) if part}
        self.space(key)
        self.connection.write("update", "PUT", f"issue/{key}", body)

    def move(self, change: Move, transition_id: str, kept: Collection[FieldSpec] = ()) -> None:
        """Take one way on; one that was taken is not there any more.

        What the issue holds of `kept` is sent along as it is: Jira wants it on the way, though it stays.
        """
        key = self.gate.open_key(change.key)
        fields = self._kept(key, kept) if kept else {}
        fields |= {
            field.spec.id: self._wire(field.spec, field.new, change.accounts, change.mentions)
            for field in change.fields
        }
        if change.resolution:
            fields["resolution"] = {"name": change.resolution}
        body: dict[str, Any] = {"transition": {"id": transition_id}}
        if fields:
            body["fields"] = fields
        self.space(key)
        self.connection.write("transition", "POST", f"issue/{key}/transitions", body)

    def link(self, link: Link) -> None:
        """Link two issues; Jira takes the same link only once."""
        near, far = self.gate.open_key(link.key), self.gate.open_key(link.other)
        source, target = (far, near) if link.is_inward else (near, far)
        body = {"type": {"name": link.type_name}, "inwardIssue": {"key": source}, "outwardIssue": {"key": target}}
        self.space(near)
        self.connection.write("link", "POST", "issueLink", body)

    def watch(self, key: str, account_id: str) -> None:
        """Have somebody told of what happens to an issue; who watches it already goes on."""
        key = self.gate.open_key(key)
        self.space(key)
        # The whole body is the account: its id, or its name on Data Center.
        self.connection.write("watch", "POST", f"issue/{key}/watchers", account_id)

    def space(self, key: str) -> None:
        """Wait for this issue's next write; raises JiraUnavailable with the wait that is left if it is long."""
        if self.limiter is None:
            return
        answer = self.limiter.acquire(issue_budgets(key), priority=True, max_wait_seconds=SPACING_SECONDS)
        if isinstance(answer, Wait):
            raise JiraUnavailable(
                "one issue takes no more writes just now", retry_after_seconds=answer.seconds, is_busy=True
            )

    def _kept(self, key: str, specs: Collection[FieldSpec]) -> dict[str, Any]:
        """Return what an issue holds in these fields, as Jira takes it."""

        def take(raw: Any) -> dict[str, Any]:
            held = {spec.id: sent_back(spec, raw["fields"].get(spec.id), self.deployment) for spec in specs}
            return {name: value for name, value in held.items() if value is not None}

        params = {"fields": ",".join(spec.id for spec in specs)}
        return self.connection.read("issue", f"issue/{key}", take, params=params)

    def _wire(
        self, spec: FieldSpec, value: FieldValue, accounts: Mapping[str, str], mentions: Mapping[str, str]
    ) -> Any:
        if not value:
            return [] if spec.schema_type == "array" else None
        wire = wire_value(spec, value, accounts, self.deployment, self.gate.link_of, mentions)
        if wire is None:
            raise ToolError(f"{spec.name} can't take this value.")
        return wire

    def _is_read_by_customers(self, key: str) -> bool:
        """Return whether customers may read what is public on an issue, where it is now."""
        found = self.connection.read("issue", f"issue/{key}", target_of, params={"fields": "project"})
        try:
            self.gate.open_project(found.project)
        except ToolError:
            # One that was moved to a closed project must not tell where.
            raise JiraRefused(404) from None
        return self.is_service_desk(found)

    def _project_kind(self, project: str) -> str:
        def read() -> list[str]:
            try:
                return [self.connection.read("project", f"project/{project}", kind_of_project)]
            except JiraRefused:
                return [""]

        return str(self._cached(f"jira:project_kind:{project}", read)[0])

    def _cached(self, name: str, read: Callable[[], list[Any]]) -> list[Any]:
        known = self.cache.get(name)
        if isinstance(known, list) and known:
            return known
        rows = read()
        self.cache.put(name, rows, HOUR_SECONDS)
        return rows
