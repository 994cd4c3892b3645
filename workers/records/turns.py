"""A conversation, what people put into it, and a message that asks for an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from workers.records.base import Record


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
    replies: tuple[str, ...] = ()
    """The messages that a failed turn left, whose place the next try takes."""
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
