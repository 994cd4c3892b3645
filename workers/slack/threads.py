"""What people wrote in a thread; the bot's own messages and what was answered already are left out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workers.errors import Misconfigured, ReplyGone, SlackRefused, Transient
from workers.logs import get_logger
from workers.records import Conversation, SlackFile
from workers.slack.api import SlackApi
from workers.slack.lookup import OWN_EVENTS
from workers.slack.people import People
from workers.slack.thread_pages import thread_messages
from workers.views.message_text import readable_text

MOST_MESSAGES = 100
"""Of a longer thread its first message and the newest are read."""
LINK_WAIT_SECONDS = 2.0

# What a message may be besides a plain one; joins, renames and the like say nothing.
SUBTYPES = (None, "file_share", "thread_broadcast", "bot_message", "me_message")

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """One message of a thread."""

    ts: str
    user_id: str
    """Empty for a bot that is no user."""
    name: str
    text: str
    files: tuple[SlackFile, ...] = ()
    is_bot: bool = False


def read_thread(
    api: SlackApi,
    people: People,
    conversation: Conversation,
    *,
    after_ts: str,
    before_ts: str,
    leave_out: Collection[str] = (),
    keep: str = "",
    read: Callable[[Mapping[str, Any]], str] = readable_text,
) -> tuple[ThreadMessage, ...]:
    """Return what was written after one message and before another, oldest first; raises what a call raises.

    Of very many the newest, and in any case the one that all the others answer and the one with the ts `keep`.
    `leave_out` names messages that are turns themselves, `read` returns the words of one.
    """
    kept_anyway: dict[str, Mapping[str, Any]] = {}
    kept: deque[Mapping[str, Any]] = deque(maxlen=MOST_MESSAGES)
    first, last = Decimal(after_ts), Decimal(before_ts)
    for message in thread_messages(api, conversation, oldest=after_ts, latest=before_ts):
        # The first page begins with the root, whatever times were asked for.
        if first < Decimal(message["ts"]) < last and message["ts"] not in leave_out and _says_something(message):
            if message["ts"] in (conversation.thread_ts, keep):
                kept_anyway[message["ts"]] = message
            else:
                kept.append(message)
    in_order = sorted([*kept_anyway.values(), *kept], key=lambda message: Decimal(message["ts"]))
    return tuple(_read(message, people, conversation.team_id, read(message)) for message in in_order)


def _says_something(message: Mapping[str, Any]) -> bool:
    event_type = str((message.get("metadata") or {}).get("event_type", ""))
    return message.get("subtype") in SUBTYPES and not event_type.startswith(OWN_EVENTS)


def _read(message: Mapping[str, Any], people: People, team_id: str, text: str) -> ThreadMessage:
    user_id, is_bot = str(message.get("user") or ""), bool(message.get("bot_id"))
    profile = message.get("bot_profile") or {}
    bot_name = str(message.get("username") or profile.get("name") or "a bot")
    return ThreadMessage(
        ts=message["ts"],
        user_id="" if is_bot else user_id,
        name=bot_name if is_bot or not user_id else people.person(team_id, user_id).shown_name,
        text=text,
        files=tuple(SlackFile.from_slack(each) for each in message.get("files") or () if _is_there(each)),
        is_bot=is_bot,
    )


def _is_there(file: Mapping[str, Any]) -> bool:
    return bool(file.get("id")) and file.get("mode") != "tombstone"


def permalink(api: SlackApi, channel: str, ts: str) -> str:
    """Return the link of a message, or an empty string: nothing fails for want of a link."""
    try:
        answer = api.call("chat.getPermalink", channel=channel, message_ts=ts, max_wait_seconds=LINK_WAIT_SECONDS)
    except ReplyGone:
        return ""
    except (Transient, SlackRefused, Misconfigured) as error:
        log.info("no_permalink", cause=type(error).__name__)
        return _made_link(api, channel, ts)
    return str(answer.get("permalink", ""))


def _made_link(api: SlackApi, channel: str, ts: str) -> str:
    """Return the link as Slack makes it, from the address of the workspace."""
    try:
        site = str(api.call("auth.test", max_wait_seconds=LINK_WAIT_SECONDS).get("url") or "")
    except (Transient, SlackRefused, Misconfigured):
        return ""
    return f"{site.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}" if site else ""
