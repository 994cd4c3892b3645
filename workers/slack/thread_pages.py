"""The messages of a thread as Slack holds them, page after page."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from workers.records import Conversation
from workers.slack.api import SlackApi, Sleep

PAGE = 200
MAX_PAGES = 10


def thread_messages(
    api: SlackApi,
    conversation: Conversation,
    *,
    oldest: str,
    latest: str | None = None,
    inclusive: bool | None = None,
    sleep: Sleep = time.sleep,
) -> Iterator[Mapping[str, Any]]:
    """Yield the messages of a thread with their marks, oldest first; raises what a call raises."""
    cursor = ""
    for _ in range(MAX_PAGES):
        answer = api.call(
            "conversations.replies",
            channel=conversation.channel_id,
            ts=conversation.thread_ts,
            oldest=oldest,
            latest=latest,
            inclusive=inclusive,
            include_all_metadata=True,
            limit=PAGE,
            cursor=cursor or None,
            sleep=sleep,
        )
        yield from answer.get("messages", ())
        cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
        if not cursor:
            return
