"""A click, a form or a command, of every kind that there is."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from workers.records.base import Record

DraftActionKind = Literal[
    "draft_create",
    "draft_edit",
    "draft_cancel",
    "filing_check",
    "filing_force",
    "filing_look",
    "filing_confirmed",
    "filing_later",
]
WayInKind = Literal[
    "command", "settings_open", "settings_save", "form_open", "form_change", "reaction", "home_open", "look_up"
]
ChangeActionKind = Literal[
    "action_confirm", "action_cancel", "action_check", "action_force", "action_look", "action_later"
]
DuplicateActionKind = Literal["duplicate_use", "duplicate_ignore"]
BulkActionKind = Literal["bulk_begin", "bulk_apply", "bulk_apply_all", "bulk_link", "bulk_more", "bulk_cancel"]
OwnActionKind = Literal["turn_retry", "compact"]
ActionKind = Literal[
    DraftActionKind,
    DuplicateActionKind,
    ChangeActionKind,
    WayInKind,
    BulkActionKind,
    OwnActionKind,
    "shortcut_submit",
]

DRAFT_VERSION = "draft_version"
"""Among the values of a `draft_edit`: the version of the draft that the person saw."""

CHANGES_VERSION = "changes_version"
"""Among the values of an `action_confirm`: the version of the changes that the person saw."""

FORM = "form_id"
"""Among the values of a `shortcut_submit`: the name under which the form was opened."""


class Action(Record):
    """A click, a modal's submission or a command: done once, beside the turns, in order for one subject."""

    id: str
    """What Slack gives each click or submission; a repeated delivery has the same one."""
    kind: ActionKind
    team_id: str
    subject: str
    """What it acts on, such as `draft:<id>` or `user:<id>`; actions on one subject run in order."""
    user_id: str
    channel_id: str = ""
    thread_ts: str = ""
    message_ts: str = ""
    """The message that carries the button."""
    values: dict[str, Any] = Field(default_factory=dict)
    """A modal's fields by id, or a command's words."""
    response_url: str = ""

    @property
    def certain_thread(self) -> str | None:
        """The thread that there is for sure: a first message may have no reply, and no thread, yet.

        Slack takes a message for one person in a thread that is none, and shows it to nobody.
        """
        return self.thread_ts if self.thread_ts not in ("", self.message_ts) else None

    @property
    def clicked_at(self) -> float:
        """When Slack took a click, in Unix seconds; infinity for a form, which is checked when it is sent."""
        try:
            return float(self.id.partition("-")[0])
        except ValueError:
            return float("inf")

    @property
    def box(self) -> str:
        """The name of the mailbox of its subject."""
        return f"act:{self.team_id}:{self.subject}"
