"""An issue before there is one, and where it stands on its way into Jira."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from workers.records.base import Record
from workers.records.fields import FieldSpec, FieldValue
from workers.records.turns import Conversation, SlackFile


class Draft(Record):
    """An issue as it will be filed. Text is Markdown; field values are what a person reads."""

    id: str
    conversation: Conversation
    turn_ts: str
    """The message that asked for it; with a suffix if a form or an emoji did: what it asks for itself is its own."""
    asker_id: str
    asker_name: str = ""
    asker_email: str | None = None
    project: str
    issue_type: str
    summary: str
    description: str = ""
    priority: str | None = None
    labels: tuple[str, ...] = ()
    fields: dict[str, FieldValue] = Field(default_factory=dict)
    """By field id; summary, description, priority and labels stand above."""
    accounts: dict[str, str] = Field(default_factory=dict)
    """The Jira account of each person that stands among the fields by name."""
    mentions: dict[str, str] = Field(default_factory=dict)
    """The Jira account of each name that stands behind an `@` in its texts."""
    specs: tuple[FieldSpec, ...] = ()
    """The create screen of this project and type, in Jira's order."""
    notes: tuple[str, ...] = ()
    """What was left out or assumed, a sentence each, shown on the card."""
    permalink: str = ""
    files: tuple[SlackFile, ...] = ()
    """Of the conversation, to be attached once it is filed."""
    created_at: float
    version: int = 1
    """Grows with each edit."""
    edited_by: str = ""
    """The action that made this version."""


NOT_SENT = "It was not sent to Jira."
FilingState = Literal["new", "sending", "done", "rejected", "uncertain", "cancelled"]


class Filing(Record):
    """Where a draft stands on its way into Jira."""

    state: FilingState = "new"
    issue_key: str = ""
    issue_url: str = ""
    errors: tuple[str, ...] = ()
    """Why Jira rejected it, a sentence each; NOT_SENT comes first if it was never sent there."""
    pressed_by: str = ""
    uncertain_since: float = 0
    settled_at: float = 0
    """When it was filed or cancelled."""
    card_ts: str = ""
    card_shows: str = ""
    """A digest of what its card is known to say."""
    attached: tuple[str, ...] = ()
    """The names of the draft's files that are on the issue."""
    not_attached: dict[str, str] = Field(default_factory=dict)
    """The names of those that will not be, each with the second half of a sentence that says why."""
    joins: str = ""
    """The issue that the report is added to as a comment, in place of a new one."""
