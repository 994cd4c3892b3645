"""What is handed over, stored and shown: plain frozen values, no client and no decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """Base of all stored values; unknown keys of a newer version are ignored, not refused."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Conversation(Record):
    """One Slack thread, or one top-level message of a DM with its thread."""

    team_id: str
    channel_id: str
    thread_ts: str

    @property
    def box(self) -> str:
        """The name of its mailbox."""
        return f"turn:{self.team_id}:{self.channel_id}:{self.thread_ts}"

    @property
    def is_direct(self) -> bool:
        """True if only one person reads it."""
        return self.channel_id.startswith("D")

    @classmethod
    def of_box(cls, box: str) -> Conversation:
        """Return the conversation whose mailbox has this name."""
        _, team_id, channel_id, thread_ts = box.split(":")
        return cls(team_id=team_id, channel_id=channel_id, thread_ts=thread_ts)


# Slack's own smaller pictures of a picture, by their longer side.
_PREVIEWS = ("thumb_1024", "thumb_960", "thumb_800", "thumb_720")


class SlackFile(Record):
    """A file on a message; `url` is Slack's `url_private_download`, only for Slack's own hosts."""

    id: str
    name: str = ""
    mimetype: str = ""
    size: int = 0
    url: str | None = None
    preview: str | None = None
    """Where Slack keeps a smaller picture of it."""
    is_external: bool = False
    """It lies with another service; Slack knows only its address there."""

    @classmethod
    def from_slack(cls, raw: Mapping[str, Any]) -> SlackFile:
        """Read a file of a message; Slack Connect sends nothing but the id, and what lies elsewhere has no address."""
        is_external = bool(raw.get("is_external")) or raw.get("mode") == "external"
        return cls(
            id=str(raw["id"]),
            name=str(raw.get("name") or raw.get("title") or ""),
            mimetype=str(raw.get("mimetype") or ""),
            size=int(raw.get("size") or 0),
            url=None if is_external else raw.get("url_private_download") or raw.get("url_private"),
            preview=None if is_external else next((raw[name] for name in _PREVIEWS if raw.get(name)), None),
            is_external=is_external,
        )


class TurnRequest(Record):
    """One message that asks the bot for an answer."""

    conversation: Conversation
    ts: str
    """The message's own ts; with the conversation it names the turn."""
    event_id: str
    kind: Literal["mention", "direct", "follow_up"]
    user_id: str
    user_team_id: str
    """The asker's workspace: another than the conversation's for Slack Connect people."""
    text: str
    """As written, with Slack's own markup and without the bot's mention."""
    files: tuple[SlackFile, ...] = ()
    received_at: float
    """Unix seconds when the listener had it."""
    edited_ts: str = ""
    """When somebody changed its words, empty for as they were written first."""
    reply_ts: str = ""
    """The message to answer in, when a failed turn is tried again."""
    tries: int = 0
    """How often a person had it tried again."""
    is_bot: bool = False
    """Another bot asks, one that the operator allows."""
    is_shared: bool | None = False
    """People of another organisation read this channel, too; None if that was not told: then Slack is asked."""

    @property
    def opens_thread(self) -> bool:
        """True if nothing can have been written above it."""
        return self.ts == self.conversation.thread_ts


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
ChangeActionKind = Literal["action_confirm", "action_cancel", "action_check", "action_force", "action_look"]
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
    values: dict[str, Any] = {}
    """A modal's fields by id, or a command's words."""
    response_url: str = ""

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


FieldKind = Literal[
    "text",
    "paragraph",
    "number",
    "date",
    "datetime",
    "select",
    "multi_select",
    "user",
    "labels",
    "url",
    "other",
]


class FieldOption(Record):
    id: str
    name: str


class FieldSpec(Record):
    """One field of a create screen, as a person or the model may fill it."""

    id: str
    name: str
    kind: FieldKind
    required: bool = False
    has_default: bool = False
    options: tuple[FieldOption, ...] = ()
    """At most 100; `options_total` says how many Jira has."""
    options_total: int = 0
    schema_type: str = ""
    """Jira's own `schema.type`, such as `array`, `option`, `priority`."""
    items_type: str = ""
    custom_type: str = ""


FieldValue = str | tuple[str, ...]


class Draft(Record):
    """An issue as it will be filed. Text is Markdown; field values are what a person reads."""

    id: str
    conversation: Conversation
    turn_ts: str
    """The message that asked for it."""
    asker_id: str
    asker_name: str = ""
    asker_email: str | None = None
    project: str
    issue_type: str
    summary: str
    description: str = ""
    priority: str | None = None
    labels: tuple[str, ...] = ()
    fields: dict[str, FieldValue] = {}
    """By field id; summary, description, priority and labels stand above."""
    accounts: dict[str, str] = {}
    """The Jira account of each person that stands among the fields by name."""
    mentions: dict[str, str] = {}
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
    not_attached: dict[str, str] = {}
    """The names of those that will not be, each with the second half of a sentence that says why."""
    joins: str = ""
    """The issue that the report is added to as a comment, in place of a new one."""


class ReplySegment(Record):
    """One Slack message of a reply."""

    kind: Literal["stream", "edit"] = "edit"
    """A `stream` may still be open: it must be ended before it can be edited."""
    ts: str = ""
    """Empty while it is not known whether Slack took the message."""
    confirmed: str = ""
    """The text that Slack holds for certain."""
    intended: str = ""
    """The text that was last sent."""
    started_at: float = 0
    """When its stream was begun, in Unix seconds."""
    covers: int = 0
    """How much of the whole text it took, if its end was chosen while it was streamed and must not move."""
    is_whole: bool = False
    """Slack holds all of its text, and nothing below it says that more is to come."""
    has_session: bool = False
    """The session of the thread may show that the bot works."""
