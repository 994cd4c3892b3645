"""By when a person must have an answer: one moment for all that is done between what they did and its ack."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# Slack waits 3 s for an ack; a refusal must reach it before that.
ANSWER_SECONDS = 2.5

_DEADLINE: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def answering() -> Iterator[None]:
    """Let everything that is awaited in here end at one moment, however many calls it makes one after the other."""
    token = _DEADLINE.set(asyncio.get_running_loop().time() + ANSWER_SECONDS)
    try:
        yield
    finally:
        _DEADLINE.reset(token)


def nobody_waits() -> None:
    """Say that what runs from here on follows an ack, whoever began it."""
    _DEADLINE.set(None)


def seconds_left(most: float) -> float:
    """Return how long a call may take, `most` where no person waits for it; 0 if it is too late to begin."""
    deadline = _DEADLINE.get()
    return most if deadline is None else max(0.0, min(most, deadline - asyncio.get_running_loop().time()))


def half_left(most: float) -> float:
    """Return how long something may take that is done without if it takes too long, so that what follows has time."""
    return seconds_left(2 * most) / 2
