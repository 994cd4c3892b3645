"""Finds a message of ours by its metadata, after a post whose answer was lost."""

from __future__ import annotations

import time
from typing import Any

from workers.records import Conversation
from workers.slack.api import SlackApi, Sleep

REPLY_EVENT = "supportbot_reply"
CARD_EVENT = "supportbot_card"
PAGE = 200
MAX_PAGES = 10


def metadata(event_type: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Return the mark by which `find_message` knows a message again."""
    return {"event_type": event_type, "event_payload": payload}


def find_message(
    api: SlackApi,
    conversation: Conversation,
    mark: dict[str, Any],
    *,
    oldest: str,
    sleep: Sleep = time.sleep,
) -> str:
    """Return the ts of the message in this thread that carries the mark, or an empty string."""
    cursor = ""
    for _ in range(MAX_PAGES):
        answer = api.call(
            "conversations.replies",
            channel=conversation.channel_id,
            ts=conversation.thread_ts,
            oldest=oldest,
            inclusive=True,
            include_all_metadata=True,
            limit=PAGE,
            cursor=cursor or None,
            sleep=sleep,
        )
        for message in answer.get("messages", ()):
            if _carries(message.get("metadata"), mark):
                return str(message["ts"])
        cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
        if not cursor:
            break
    return ""


def _carries(found: Any, mark: dict[str, Any]) -> bool:
    if not isinstance(found, dict) or found.get("event_type") != mark["event_type"]:
        return False
    payload = found.get("event_payload") or {}
    return all(str(payload.get(name)) == str(value) for name, value in mark["event_payload"].items())
