"""Changes of issues that exist, as they are proposed, shown, confirmed and carried out: plain frozen values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from workers.records import Conversation, FieldSpec, FieldValue, FilingState, Record

NOTHING = "none"
"""How a field without a value is shown."""


class _Change(Record):
    """What all changes have: an id that a repeated call makes again, and the issue."""

    id: str
    key: str
    number: float = 0
    """Its place on the card: when it was proposed, in Unix seconds."""
    summary: str = ""
    url: str = ""
    note: str = ""
    """A sentence for the card, such as what was left out."""
    mentions: dict[str, str] = Field(default_factory=dict)
    """The Jira account of each name that stands behind an `@` in its texts."""


class Comment(_Change):
    """A comment to be added."""

    kind: Literal["comment"] = "comment"
    body: str
    """Markdown."""
    is_internal: bool = False
    """Customers of the service desk do not see it."""
    is_for_customers: bool = False
    """Customers of the service desk see it: said otherwise by a person."""
    said_by: str = ""
    """What its last line says of who asked for it; empty for no such line."""
    said_at: str = ""
    """The address of the conversation, for that line."""
    after: str = ""
    """The id of another change without which it must not be sent."""


class FieldChange(Record):
    """One field: what it holds, and what it shall hold; both as a person reads them."""

    spec: FieldSpec
    old: str = ""
    new: FieldValue = ""
    """Empty for a field that is to be emptied."""
    add: tuple[str, ...] = ()
    """Of a list: these are added, and the rest stays whatever it is."""
    remove: tuple[str, ...] = ()


class Update(_Change):
    """Fields to be changed."""

    kind: Literal["update"] = "update"
    fields: tuple[FieldChange, ...]
    accounts: dict[str, str] = Field(default_factory=dict)
    """The Jira account of each person that stands among the new values."""


class Move(_Change):
    """A status to be left for another."""

    kind: Literal["move"] = "move"
    from_status: str
    to_status: str
    way_id: str = ""
    """Jira's own id of the way that was shown: several may lead to one status, each with a screen of its own."""
    way: str = ""
    """Its name."""
    resolution: str = ""
    fields: tuple[FieldChange, ...] = ()
    """What the screen of this move asks for beside."""
    accounts: dict[str, str] = Field(default_factory=dict)


class Link(_Change):
    """Two issues to be linked: `key` … `relation` … `other`."""

    kind: Literal["link"] = "link"
    other: str
    other_summary: str = ""
    relation: str
    type_name: str
    is_inward: bool = False
    """The relation is the type's inward one: `is blocked by`."""


AnyChange = Comment | Update | Move | Link
Change = Annotated[AnyChange, Field(discriminator="kind")]
CHANGE: TypeAdapter[AnyChange] = TypeAdapter(Change)


class Outcome(Record):
    """What came of one change."""

    state: Literal["waiting", "done", "refused", "uncertain"] = "waiting"
    reason: str = ""
    """Why it was refused, in sentences."""


class Proposal(Record):
    """The changes that one turn wants, on one card."""

    id: str
    conversation: Conversation
    turn_ts: str
    """The message that asked for them."""
    asker_id: str
    asker_name: str = ""
    created_at: float
    changes: tuple[Change, ...] = ()
    version: int = 0
    """Grows with each change that is added or brought up to date."""
    state: FilingState = "new"
    outcomes: dict[str, Outcome] = Field(default_factory=dict)
    pressed_by: str = ""
    uncertain_since: float = 0
    settled_at: float = 0
    card_ts: str = ""
    card_shows: str = ""
    waits_version: int = -1
    """The version that was confirmed while Jira did not take it: it is made by itself later."""

    @property
    def is_queued(self) -> bool:
        """It is made by itself once Jira takes it, as it stands."""
        return self.state == "new" and self.waits_version == self.version

    def outcome(self, change_id: str) -> Outcome:
        """Return what came of a change so far."""
        return self.outcomes.get(change_id, Outcome())

    def open_changes(self) -> Iterator[AnyChange]:
        """Yield what is still to be done."""
        return (change for change in self.changes if self.outcome(change.id).state != "done")
