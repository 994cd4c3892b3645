"""Small views that say one thing: a form that is on its way, or why there is none."""

from __future__ import annotations

from typing import Any

LOADING = "One moment…"


def notice_modal(title: str, text: str, *, external_id: str = "", callback_id: str = "notice") -> dict[str, Any]:
    """Return a modal with a sentence and nothing to send; `callback_id` is that of the form whose place it keeps."""
    view: dict[str, Any] = {
        "type": "modal",
        "callback_id": callback_id,
        "title": {"type": "plain_text", "text": title},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}}],
    }
    return {**view, "external_id": external_id} if external_id else view
