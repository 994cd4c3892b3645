"""The title of a conversation in the person's list of them; best effort, nothing waits for it."""

from __future__ import annotations

from typing import Any

from workers.errors import SlackRefused, SupportBotError
from workers.logs import get_logger
from workers.records import Conversation
from workers.slack.api import SlackApi

LONGEST = 80
MAX_WAIT_SECONDS = 1.0

log = get_logger(__name__)


def name_conversation(api: SlackApi, conversation: Conversation, words: str, *, has_session: bool) -> None:
    """Name a conversation; where there is no session of an agent there is an older way of it."""
    words = " ".join(words.split())
    title = words if len(words) <= LONGEST else words[: LONGEST - 1].rstrip() + "…"
    if not title:
        return
    place: dict[str, Any] = {"channel_id": conversation.channel_id, "thread_ts": conversation.thread_ts, "title": title}
    try:
        if has_session and _is_renamed(api, place):
            return
        api.call("assistant.threads.setTitle", priority=False, max_wait_seconds=MAX_WAIT_SECONDS, **place)
    except SupportBotError as error:
        log.info("conversation_not_named", cause=type(error).__name__)


def _is_renamed(api: SlackApi, place: dict[str, Any]) -> bool:
    try:
        api.call("agents.sessions.rename", priority=False, max_wait_seconds=MAX_WAIT_SECONDS, **place)
    except SlackRefused:
        return False
    return True
