"""What Slack holds of an answer."""

from __future__ import annotations

from typing import Literal

from workers.records.base import Record


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
