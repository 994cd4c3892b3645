"""Sentences of bulk jobs that people read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CANCELLED = "Cancelled. What was looked at until then is not shown."
NOTHING_OPEN = "What I looked at may no longer be shown here: its projects are not open in this channel any more."
GAVE_UP = "I could not finish this: something did not work for too long. Nothing in Jira was changed. Please ask again."


def notice(text: str) -> tuple[list[dict[str, Any]], str]:
    """Return a message that is nothing but a sentence."""
    return [{"type": "section", "text": {"type": "mrkdwn", "text": text}}], text


def plural(number: int, word: str) -> str:
    """Return a number with its word: `1 issue`, `1,000 issues`."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def money(usd: float) -> str:
    """Return dollars as people read them, small amounts too."""
    if usd >= 0.1:
        return f"${usd:.2f}"
    return f"${usd:.4f}" if usd >= 0.0001 else "less than $0.0001"


def cost_line(usd: float) -> str:
    """Say what a job cost, and why it was cheap."""
    return f"Cost: {money(usd)}, half the usual price, because it was done in a batch."


def problem_lines(problems: Mapping[str, int], word: str) -> list[str]:
    """Say what could not be done, and why."""
    return [f"{plural(number, word)} could not be done: {why}." for why, number in problems.items()]
