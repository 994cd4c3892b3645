"""Finds a message of ours after a post whose answer was lost: by its metadata, or a stream by what it is not."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from workers.records import Conversation
from workers.slack.api import SlackApi, Sleep
from workers.slack.place import Place
from workers.slack.thread_pages import PAGE, thread_messages

OWN_EVENTS = "supportbot_"
REPLY_EVENT = "supportbot_reply"
FORM_EVENT = "supportbot_form"
SETTINGS_EVENT = "supportbot_settings"
CARD_EVENT = "supportbot_card"
SKEW_SECONDS = 5.0
"""How far our clock may be ahead of Slack's."""


def metadata(event_type: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Return the mark by which `find_message` knows a message again."""
    return {"event_type": event_type, "event_payload": payload}


def find_message(
    api: SlackApi,
    conversation: Conversation,
    mark: dict[str, Any],
    *,
    oldest: str,
    besides: str = "",
    sleep: Sleep = time.sleep,
) -> str:
    """Return the ts of the message in this thread that carries the mark, `besides` one ts, or an empty string."""
    messages = thread_messages(api, conversation, oldest=oldest, inclusive=True, sleep=sleep)
    found = (str(each["ts"]) for each in messages if _carries(each.get("metadata"), mark))
    return next((ts for ts in found if ts != besides), "")


def find_in_channel(api: SlackApi, channel_id: str, mark: dict[str, Any], *, oldest: str) -> str:
    """Return the ts of the message at the top of a channel that carries the mark, or an empty string."""
    asked: dict[str, Any] = {"channel": channel_id, "oldest": oldest, "include_all_metadata": True, "limit": PAGE}
    messages = api.call("conversations.history", **asked).get("messages", ())
    return next((str(each["ts"]) for each in messages if _carries(each.get("metadata"), mark)), "")


def find_own_message(api: SlackApi, user_id: str, mark: dict[str, Any], *, oldest: str) -> tuple[str, str]:
    """Return channel and ts of the message to a person alone that carries the mark, or empty strings.

    Slack names the channel of a person's own messages only where something was written already.
    """
    asked: dict[str, Any] = {"user": user_id, "types": "im", "limit": PAGE}
    channels = api.call("users.conversations", **asked).get("channels", ())
    channel_id = next((str(each["id"]) for each in channels if each.get("user") == user_id), "")
    ts = find_in_channel(api, channel_id, mark, oldest=oldest) if channel_id else ""
    return (channel_id, ts) if ts else ("", "")


def find_stream(place: Place, *, since: float, known: Collection[str]) -> str:
    """Return the ts of a stream of ours whose start had no answer, or an empty string.

    A stream can be marked only when it ends. So it is the own message without a mark that nobody knows and that is
    younger than the intent to start it.
    """
    own = place.api.call("auth.test", sleep=place.sleep)
    oldest = max(Decimal(place.turn_ts), Decimal(f"{max(since - SKEW_SECONDS, 0):.6f}"))
    found = ""
    messages = thread_messages(place.api, place.conversation, oldest=f"{oldest:.6f}", inclusive=True, sleep=place.sleep)
    for message in messages:
        is_known = str(message["ts"]) in known or Decimal(message["ts"]) <= oldest
        if not is_known and _is_own(message, own) and not _is_marked(message):
            found = str(message["ts"])
    return found


def _is_own(message: Mapping[str, Any], own: Mapping[str, Any]) -> bool:
    bot_id, user_id = message.get("bot_id"), message.get("user")
    return bool(bot_id) and (bot_id == own.get("bot_id") or user_id == own.get("user_id"))


def _is_marked(message: Mapping[str, Any]) -> bool:
    return str((message.get("metadata") or {}).get("event_type", "")).startswith(OWN_EVENTS)


def _carries(found: Any, mark: dict[str, Any]) -> bool:
    if not isinstance(found, dict) or found.get("event_type") != mark["event_type"]:
        return False
    payload = found.get("event_payload") or {}
    return all(str(payload.get(name)) == str(value) for name, value in mark["event_payload"].items())
