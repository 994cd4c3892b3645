"""Which messages of a channel or a thread were missed: a pure decision on what Slack's history shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.changes import Change, change_from_event
from bot.events import turn_from_event
from bot.identity import Identity
from workers.jobs import TurnRequest

Message = Mapping[str, Any]

# What is older is no longer waited for.
LONGEST_SECONDS = 3_600.0
REPLY_EVENT = "supportbot_reply"


@dataclass(frozen=True)
class Place:
    """A channel, or one thread of it."""

    channel_id: str
    is_direct: bool
    thread_ts: str = ""

    @property
    def name(self) -> str:
        return f"{self.channel_id}:{self.thread_ts}" if self.thread_ts else self.channel_id


def missed_turns(
    messages: Iterable[Message], place: Place, identity: Identity, *, since: float, now: float
) -> list[TurnRequest]:
    """Return what nobody answered of what people asked since then, oldest first.

    Whether a message was taken before is known to the mailbox; here only those are left out that show an answer.
    """
    shown = list(messages)
    answered = {turn for message in shown for turn in _answers(message, place, identity)}
    since = max(since, now - LONGEST_SECONDS)
    asked = (_turn(message, place, identity, now) for message in shown if float(message["ts"]) > since)
    turns = [turn for turn in asked if turn and turn.ts not in answered]
    return sorted(turns, key=lambda turn: float(turn.ts))


def missed_edits(messages: Iterable[Message], place: Place, identity: Identity, *, since: float) -> list[Change]:
    """Return what was changed since then as it reads now; one that was heard of changes nothing a second time."""
    edited = (message for message in messages if float(_edited_ts(message) or 0) > since)
    events = ({"subtype": "message_changed", "message": message} | _channel(place) for message in edited)
    return [change for event in events if (change := change_from_event(event, identity))]


def active_threads(messages: Iterable[Message], place: Place, *, since: float) -> list[Place]:
    """Return the threads under these messages in which somebody wrote since then."""
    return [
        Place(place.channel_id, place.is_direct, message["ts"])
        for message in messages
        if message.get("reply_count") and float(message.get("latest_reply") or "inf") > since
    ]


def _turn(message: Message, place: Place, identity: Identity, now: float) -> TurnRequest | None:
    """Read a message of the history as the event that it once was; of one that was edited, as it reads now."""
    event = {name: value for name, value in message.items() if name != "edited"}
    turn = turn_from_event({"event": event | _channel(place)}, identity, now)
    # An earlier change may still come after this.
    return turn.model_copy(update={"edited_ts": _edited_ts(message)}) if turn else None


def _channel(place: Place) -> dict[str, Any]:
    return {"channel": place.channel_id, "channel_type": "im" if place.is_direct else "channel"}


def _edited_ts(message: Message) -> str:
    return str((message.get("edited") or {}).get("ts") or "")


def _answers(message: Message, place: Place, identity: Identity) -> list[str]:
    """Return which turns a message answers; a root under which we wrote is left to the look into its thread.

    There it shows whether that was the answer to the root, or to what was asked below it.
    """
    if not place.thread_ts and identity.bot_user_id in (message.get("reply_users") or ()):
        return [str(message["ts"])]
    metadata = message.get("metadata") or {}
    if message.get("user") != identity.bot_user_id or metadata.get("event_type") != REPLY_EVENT:
        return []
    return [str((metadata.get("event_payload") or {}).get("turn", ""))]
