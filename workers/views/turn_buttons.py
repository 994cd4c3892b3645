"""The buttons of a turn: stop it while it runs, try again after it failed. The value is the ts of what was asked."""

from __future__ import annotations

from typing import Any, Literal

TurnButton = Literal["stop", "retry"]

TURN_STOP = "turn_stop"
TURN_RETRY = "turn_retry"
_BUTTONS: dict[TurnButton, tuple[str, str]] = {"stop": (TURN_STOP, "Stop"), "retry": (TURN_RETRY, "Try again")}


def turn_buttons(button: TurnButton, turn_ts: str) -> dict[str, Any]:
    """Return the actions block with one button of a turn."""
    action_id, label = _BUTTONS[button]
    text = {"type": "plain_text", "text": label}
    return {
        "type": "actions",
        "elements": [{"type": "button", "action_id": action_id, "text": text, "value": turn_ts}],
    }
