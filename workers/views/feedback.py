"""The two thumbs under an answer; a click carries the ts of what was asked and the verdict."""

from __future__ import annotations

from typing import Any

FEEDBACK = "feedback"
GOOD, BAD = "good", "bad"


def feedback_buttons(turn_ts: str) -> dict[str, Any]:
    """Return the block with both buttons; only the value says which of them was pressed."""
    return {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": FEEDBACK,
                "positive_button": _button("Good answer", f"{turn_ts} {GOOD}"),
                "negative_button": _button("Bad answer", f"{turn_ts} {BAD}"),
            }
        ],
    }


def _button(label: str, value: str) -> dict[str, Any]:
    text = {"type": "plain_text", "text": label}
    return {"text": text, "accessibility_label": label, "value": value}
