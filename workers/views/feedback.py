"""The two thumbs under an answer, and what is asked after thumbs down; a click carries the ts of what was asked."""

from __future__ import annotations

from typing import Any

FEEDBACK = "feedback"
FEEDBACK_REASON, FEEDBACK_WORDS = "feedback_reason", "feedback_words"
GOOD, BAD = "good", "bad"
REASONS = {"wrong": "It is wrong", "incomplete": "Something is missing", "unclear": "Too long or unclear"}
QUESTION = "Sorry about that. What was wrong with it? Only the people who run me will see it."
THANKS = "Thank you, that helps."
LONGEST_WORDS = 1_000


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


def question_blocks(turn_ts: str) -> list[dict[str, Any]]:
    """Return what the person alone is asked after thumbs down."""
    buttons = [_reason(FEEDBACK_REASON, label, f"{turn_ts} {reason}", reason) for reason, label in REASONS.items()]
    buttons.append(_reason(FEEDBACK_WORDS, "Say it in words…", turn_ts, "words"))
    text = {"type": "mrkdwn", "text": QUESTION}
    return [{"type": "section", "text": text}, {"type": "actions", "elements": buttons}]


def words_modal(private_metadata: str) -> dict[str, Any]:
    """Return the form in which a person says what was wrong."""
    element = {"type": "plain_text_input", "action_id": "value", "multiline": True, "max_length": LONGEST_WORDS}
    label = {"type": "plain_text", "text": "What was wrong with the answer?"}
    return {
        "type": "modal",
        "callback_id": FEEDBACK_WORDS,
        "title": {"type": "plain_text", "text": "Feedback"},
        "submit": {"type": "plain_text", "text": "Send"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "private_metadata": private_metadata,
        "blocks": [{"type": "input", "block_id": "words", "label": label, "element": element}],
    }


def _reason(action_id: str, label: str, value: str, name: str) -> dict[str, Any]:
    # Slack wants each action id of a block once.
    text = {"type": "plain_text", "text": label}
    identity = action_id if action_id == FEEDBACK_WORDS else f"{action_id}_{name}"
    return {"type": "button", "action_id": identity, "text": text, "value": value}
