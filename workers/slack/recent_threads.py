"""Reads what was talked about in a channel lately, thread by thread, with what the limits leave to others to spare."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workers.errors import ReplyGone
from workers.slack.api import SlackApi
from workers.slack.lookup import CARD_EVENT, OWN_EVENTS, REPLY_EVENT
from workers.slack.people import People
from workers.views.message_text import readable_text

PAGE = 15
"""Each message of a page may be a thread, which is a call of its own."""
MOST_REPLIES = 100
MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|([^<>\n]*))?>")
SUBTYPES = (None, "file_share", "thread_broadcast", "bot_message", "me_message")


@dataclass(frozen=True)
class Talk:
    """One thread, or a message that nobody answered."""

    ts: str
    text: str
    replies: int


def recent_talks(
    api: SlackApi, people: People, channel_id: str, *, oldest: float, cursor: str
) -> tuple[list[Talk], str]:
    """Return some of a channel's talks since then, newest first, and where the next ones are."""
    page = api.call(
        "conversations.history",
        priority=False,
        channel=channel_id,
        oldest=f"{oldest:.6f}",
        include_all_metadata=True,
        limit=PAGE,
        cursor=cursor or None,
    )
    talks = [_talk(api, people, channel_id, each) for each in page.get("messages", ()) if _says_something(each)]
    next_cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
    return [talk for talk in talks if talk.text.strip()], next_cursor


def _talk(api: SlackApi, people: People, channel_id: str, root: Mapping[str, Any]) -> Talk:
    messages = list(_thread(api, channel_id, str(root["ts"]))) if root.get("reply_count") else [root]
    said = [each for each in messages if _says_something(each)]
    lines = [f"{_name(each, people, api.team_id)}: {_words(each, people, api.team_id)}" for each in said]
    return Talk(str(root["ts"]), "\n".join(lines), max(len(said) - 1, 0))


def _thread(api: SlackApi, channel_id: str, ts: str) -> Iterator[Mapping[str, Any]]:
    try:
        asked: dict[str, Any] = {"channel": channel_id, "ts": ts, "limit": MOST_REPLIES, "include_all_metadata": True}
        yield from api.call("conversations.replies", priority=False, **asked).get("messages", ())
    except ReplyGone:
        return  # Deleted in the meantime.


def _says_something(message: Mapping[str, Any]) -> bool:
    """Return whether people said something, or the bot in an answer: its cards and digests are no talk."""
    event_type = str((message.get("metadata") or {}).get("event_type", ""))
    is_own = event_type.startswith(OWN_EVENTS) and event_type != REPLY_EVENT
    return message.get("subtype") in SUBTYPES and not is_own and event_type != CARD_EVENT


def _words(message: Mapping[str, Any], people: People, team_id: str) -> str:
    """Return what a message says with people by their names; further lines are set in, so that none names a speaker."""

    def name_of(match: re.Match[str]) -> str:
        return f"@{match[2] or people.person(team_id, match[1]).shown_name}"

    return MENTION.sub(name_of, readable_text(message)).replace("\n", "\n  ")


def _name(message: Mapping[str, Any], people: People, team_id: str) -> str:
    user_id = str(message.get("user") or "")
    if message.get("bot_id") or not user_id:
        profile = message.get("bot_profile") or {}
        return f"{message.get('username') or profile.get('name') or 'bot'} (bot)"
    return people.person(team_id, user_id).shown_name
