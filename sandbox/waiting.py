"""Waiting for a condition with a deadline, never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

POLL_SECONDS = 0.02


class NotInTime(TimeoutError):
    """What was waited for did not come about."""


def wait_for(look: Callable[[], T | None], what: str, *, seconds: float, poll: float = POLL_SECONDS) -> T:
    """Return the first truthy value that `look` gives; raises NotInTime with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise NotInTime(f"{what} (waited {seconds:g} s)")
        time.sleep(poll)
