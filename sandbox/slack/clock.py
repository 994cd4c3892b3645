"""The stand-in's time: real time that a test can move forward."""

from __future__ import annotations

import time


class Clock:
    """Monotonic and wall time, and the rising timestamps that Slack names messages with."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._last_micros = 0

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass at once: streams, statuses and triggers grow older."""
        self._ahead += seconds

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead

    def wall(self) -> float:
        return time.time() + self._ahead

    def next_ts(self) -> str:
        """Return a timestamp that is later than every one before."""
        self._last_micros = max(int(self.wall() * 1_000_000), self._last_micros + 1)
        return f"{self._last_micros // 1_000_000}.{self._last_micros % 1_000_000:06d}"
