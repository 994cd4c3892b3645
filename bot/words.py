"""The words of a person's message: without the bot's mention, with what was forwarded along; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from workers.views.message_text import readable_text

USER_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
LONGEST_FORWARDED = 20_000


def words_of(message: Mapping[str, Any], bot_user_id: str) -> str:
    """Return what a message says; link previews that Slack hangs on it later are no words of its own."""
    if message.get("bot_id"):
        # What another program hangs on its message is its message: an alert says most of it there.
        return without_mention(readable_text(message), bot_user_id)
    own = without_mention(message.get("text") or "", bot_user_id)
    forwarded = [_forwarded(each) for each in message.get("attachments") or () if not own or each.get("is_share")]
    return "\n\n".join(part for part in (own, *forwarded) if part)


def mentions(text: str, user_id: str) -> bool:
    """Return whether the text names this user anywhere."""
    return user_id in USER_MENTION.findall(text)


def without_mention(text: str, user_id: str) -> str:
    """Return the text without any mention of this user; all other markup stays as Slack wrote it."""
    return re.sub(rf"[ \t]?<@{re.escape(user_id)}(?:\|[^>]*)?>", "", text).strip()


def _forwarded(attachment: Mapping[str, Any]) -> str:
    """Return what an attached message says, with its author."""
    text = str(attachment.get("text") or attachment.get("fallback") or "").strip()[:LONGEST_FORWARDED]
    author = str(attachment.get("author_name") or "").strip()
    return f"{author} wrote:\n{text}" if text and author else text
