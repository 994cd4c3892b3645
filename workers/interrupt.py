"""The one interrupt of a running turn: stop, edit, hand-over, lost lease and deadline all come through here."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from workers.errors import Interrupted, InterruptReason


class Interrupt:
    """Stops one turn from outside its thread: closes what it waits for and makes `check` raise."""

    def __init__(self, *, deadline: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._deadline = deadline
        self._lock = threading.Lock()
        self._reason: InterruptReason | None = None
        self._told = threading.Event()
        self._hang_up: Callable[[], object] | None = None
        self._silence_seconds = 0.0
        self._last_event = 0.0
        self.was_silent = False
        """True if the last stream was closed because nothing came."""

    @property
    def reason(self) -> InterruptReason | None:
        return self._reason

    def trigger(self, reason: InterruptReason) -> None:
        """Stop the turn now; the first reason stays, but a lost lease overrules all."""
        with self._lock:
            if self._reason is None or reason == "fenced":
                self._reason = reason
            self._told.set()
            self._close()

    def check(self) -> None:
        """Raise Interrupted if the turn was told to stop."""
        if self._reason is not None:
            raise Interrupted(self._reason)

    def wait(self, seconds: float) -> None:
        """Sleep, unless and until the turn is told to stop: then raise Interrupted."""
        self._told.wait(seconds)
        self.check()

    @contextmanager
    def watching(self, hang_up: Callable[[], object], silence_seconds: float) -> Iterator[None]:
        """While inside, an interrupt or a silence of that length hangs up; raises Interrupted if it came before."""
        with self._lock:
            self._hang_up, self._silence_seconds = hang_up, silence_seconds
            self._last_event, self.was_silent = self._clock(), False
            if self._reason is not None:
                self._close()
        try:
            yield
        finally:
            with self._lock:
                self._hang_up = None

    def heard(self) -> None:
        """Note that something other than a ping came."""
        self._last_event = self._clock()

    def tick(self) -> None:
        """Look at the clock: called every second by the keeper."""
        now = self._clock()
        if now > self._deadline:
            self.trigger("deadline")
        with self._lock:
            if self._hang_up and now - self._last_event > self._silence_seconds:
                self.was_silent = True
                self._close()

    def _close(self) -> None:
        hang_up, self._hang_up = self._hang_up, None
        if hang_up:
            hang_up()
