"""What a Slack event asks of the bot: a pure decision. No client, no state, nothing is sent from here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from bot.identity import Identity
from bot.words import mentions, words_of
from workers.jobs import Conversation, SlackFile, TurnRequest
from workers.views.message_text import readable_text

TurnKind = Literal["mention", "direct", "follow_up"]

# Everything else is an edit, a deletion, a join, a topic, a reminder or another bot.
SUBTYPES_OF_PEOPLE = frozenset({None, "file_share", "thread_broadcast"})
SLACK_ITSELF = frozenset({"USLACK", "USLACKBOT"})
# Whoever writes this first speaks to that person or group, not to the bot.
ADDRESSES_SOMEONE = re.compile(r"\s*<(?:@[UW]|!subteam\^|!here|!channel|!everyone)")


def turn_from_event(body: Mapping[str, Any], identity: Identity, received_at: float) -> TurnRequest | None:
    """Return the turn that this event asks for, or None if nobody asks the bot for anything."""
    event = body["event"]
    is_bot = _is_of_a_bot(event)
    if not _is_a_new_message(event, identity) or (is_bot and not _is_allowed(event, identity)):
        return None
    text = event.get("text") or ""
    # What a program hangs on its message is its message: an alert calls us there as well.
    kind = _kind(event, readable_text(event) if is_bot else text, identity.bot_user_id)
    # Of a bot only what calls us by name: all else it writes anyway.
    if kind is None or (is_bot and kind != "mention"):
        return None
    files = tuple(SlackFile.from_slack(raw) for raw in event.get("files") or () if raw.get("mode") != "tombstone")
    words = words_of(event, identity.bot_user_id)
    if not (words or files or mentions(text, identity.bot_user_id)):
        return None
    return TurnRequest(
        conversation=Conversation(
            team_id=identity.team_id,
            channel_id=event["channel"],
            thread_ts=event.get("thread_ts") or event["ts"],
        ),
        ts=event["ts"],
        event_id=body.get("event_id", ""),
        kind=kind,
        user_id=event.get("user") or event["bot_id"],
        user_team_id=event.get("user_team") or event.get("team") or identity.team_id,
        text=words,
        files=files,
        received_at=received_at,
        is_bot=is_bot,
        # A message that was read in a channel's history does not tell.
        is_shared=body.get("is_ext_shared_channel"),
    )


def is_for_someone_else(text: str) -> bool:
    """Return whether a message that does not mention the bot begins by naming somebody else."""
    return bool(ADDRESSES_SOMEONE.match(text))


def _is_a_new_message(event: Mapping[str, Any], identity: Identity) -> bool:
    """Slack itself, and whatever happens to messages that were there before, ask for nothing."""
    user = event.get("user") or event.get("bot_id")
    return (
        event.get("type") in ("app_mention", "message")
        and event.get("subtype") in (*SUBTYPES_OF_PEOPLE, "bot_message")
        and not (event.get("hidden") or event.get("edited"))
        and bool(user)
        and user not in SLACK_ITSELF
        and user != identity.bot_user_id
    )


def _is_of_a_bot(event: Mapping[str, Any]) -> bool:
    return bool(event.get("bot_id")) or event.get("subtype") == "bot_message"


def _is_allowed(event: Mapping[str, Any], identity: Identity) -> bool:
    """Return whether the operator lets this bot ask; never ourselves."""
    names = {event.get("user"), event.get("bot_id")}
    return not names & {identity.bot_user_id, identity.bot_id} and bool(names & identity.allowed_bots)


def _kind(event: Mapping[str, Any], text: str, bot_user_id: str) -> TurnKind | None:
    """Say why the bot should answer; both events of a mention give the same, whichever comes first."""
    if is_direct(event):
        return "direct"
    if event["type"] == "app_mention" or mentions(text, bot_user_id):
        return "mention"
    is_in_thread = event.get("thread_ts") not in (None, event["ts"])
    return "follow_up" if is_in_thread and not is_for_someone_else(text) else None


def is_direct(event: Mapping[str, Any]) -> bool:
    """Return whether an event lies in a direct message.

    `app_mention` carries no channel type; the ids of direct message channels start with D.
    """
    kind = event.get("channel_type")
    return kind in ("im", "app_home") if kind else str(event["channel"]).startswith("D")
