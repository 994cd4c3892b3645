"""The question before something is sent once more whose answer was lost."""

from __future__ import annotations

from typing import Any


def asked_twice(button: dict[str, Any], warning: str) -> dict[str, Any]:
    """Return a button that Slack asks about before it counts as pressed."""
    words = {"title": "Send it once more?", "text": warning, "confirm": "Send again", "deny": "Wait"}
    return button | {"confirm": {part: {"type": "plain_text", "text": text} for part, text in words.items()}}
