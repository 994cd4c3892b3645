"""What a running call has used, kept where a worker that takes over finds it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from workers.claude.purse import Bill
from workers.errors import StateUnavailable
from workers.rounds import RunningCall, Usage

SECONDS = 1.0
"""So much of what is said may be missing after a kill; each note is a write."""

Keep = Callable[[RunningCall], None]


class Tally:
    """Of one call; who can note nothing goes on, since the answer matters more."""

    def __init__(self, bill: Bill, keep: Keep) -> None:
        self._bill, self._keep, self._next = bill, keep, 0.0

    def begin(self, prompt_tokens: int) -> None:
        """Note that a prompt is about to be sent, of at most so many tokens: it is paid from then on."""
        self._bill.ask(Usage(input_tokens=prompt_tokens))
        self._note(self._bill.running())

    def tick(self) -> None:
        """Note what was used, as soon as the model has counted its prompt and then once a second."""
        if self._bill.usage.tokens and time.monotonic() >= self._next:
            self._next = time.monotonic() + SECONDS
            self._note(self._bill.running())

    def _note(self, call: RunningCall) -> None:
        try:
            self._keep(call)
        except StateUnavailable:
            self._next = math.inf  # Each try would hold the stream up for seconds.
