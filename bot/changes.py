"""What became of a message that was there before: a pure decision. New words, or its deletion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.events import is_direct
from bot.identity import Identity
from bot.words import mentions, words_of
from workers.jobs import Conversation, NewWords

Message = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """A person changed or deleted a message; `words` is None for a deletion."""

    conversation: Conversation
    ts: str
    words: str | None
    edited_ts: str = ""
    """When it was changed, empty if Slack does not say."""
    is_asked: bool = False
    """Its new words ask the bot, whatever became of the old ones."""
    is_placed: bool = True
    """False where Slack does not say in which thread it stood: `conversation` is right only for the first of one."""

    @property
    def new_words(self) -> NewWords | None:
        """What it says now, or None for a deletion."""
        if self.words is None:
            return None
        return NewWords(self.ts, self.words, self.edited_ts, is_asked=self.is_asked)


def change_from_event(event: Mapping[str, Any], identity: Identity) -> Change | None:
    """Return what this event changes, or None: for other events, for bots, and for words that stay the same."""
    kind = event.get("subtype")
    if kind not in ("message_changed", "message_deleted"):
        return None
    before, after = event.get("previous_message") or {}, event.get("message") or {}
    if kind == "message_deleted" and not (before or after):
        # So it stands on https://docs.slack.dev/reference/events/message/message_deleted.
        gone = {"ts": str(event["deleted_ts"])}
        return Change(_place(event, gone, identity), gone["ts"], None, is_placed=False)
    if not _is_of_a_person(before or after, identity):
        return None
    # The root of a thread with replies is not taken away: a tombstone comes in its place.
    if kind == "message_deleted" or after.get("subtype") == "tombstone":
        gone = before or after
        return Change(_place(event, gone, identity), str(gone["ts"]), None)
    words = words_of(after, identity.bot_user_id)
    if before and words == words_of(before, identity.bot_user_id):
        return None  # A link preview, a reaction to a file, a new reply count.
    return Change(
        _place(event, after, identity),
        str(after["ts"]),
        words,
        edited_ts=str((after.get("edited") or {}).get("ts") or ""),
        is_asked=is_direct(event) or mentions(str(after.get("text") or ""), identity.bot_user_id),
    )


def _is_of_a_person(message: Message, identity: Identity) -> bool:
    user = message.get("user")
    return bool(user) and user != identity.bot_user_id and not message.get("bot_id")


def _place(event: Message, message: Message, identity: Identity) -> Conversation:
    thread_ts = message.get("thread_ts") or message["ts"]
    return Conversation(team_id=identity.team_id, channel_id=event["channel"], thread_ts=str(thread_ts))
