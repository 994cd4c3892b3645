"""One message of a reply as the journal knows it: every change is stored before anything depends on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from workers.records import ReplySegment


class ReplyJournal(Protocol):
    """Where the segments of a reply are kept for whoever takes the turn over."""

    def save_segments(self, segments: Sequence[ReplySegment]) -> None:
        """Store them; raises Interrupted("fenced") when the turn is no longer ours."""

    def segments_of_heir(self) -> Sequence[ReplySegment]:
        """Return them as whoever has taken the turn over knows them."""


class Slot:
    """The record of one message, and whether Slack may have it without our knowing its ts."""

    def __init__(self, number: int, record: ReplySegment | None, save: Callable[[], None]) -> None:
        self.number, self._save = number, save
        self.record = record or ReplySegment()
        self.is_intended = record is not None
        # Somebody else wrote an intent and no ts: Slack may have the message.
        self.may_be_posted = record is not None and not record.ts
        self.lost_at = float("-inf")

    @property
    def is_stream(self) -> bool:
        """Return whether the message is a stream that may still be open."""
        return self.record.kind == "stream"

    def note(self, **changes: Any) -> None:
        """Store a change; raises Interrupted("fenced") when the turn is no longer ours."""
        self.record = self.record.model_copy(update=changes)
        self._save()

    def confirm(self, text: str) -> None:
        """Know that Slack holds this text; that much need not be stored at once."""
        self.record = self.record.model_copy(update={"confirmed": text})

    def posted(self, ts: str, text: str) -> None:
        """Store where the new message stands."""
        self.note(ts=ts, intended=text, confirmed=text)

    def lost(self, now: float) -> None:
        """A post went out and no answer came."""
        self.may_be_posted, self.lost_at = True, now
