"""Jira's rate limits, off until switched on: bursts per endpoint, and writes per issue."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil

PER_ISSUE = ((2.0, 20), (30.0, 100))
"""(seconds, writes) windows of one issue."""


@dataclass(frozen=True)
class Refusal:
    """A 429's headers."""

    reason: str
    limit: int
    wait_seconds: float
    reset_at: float

    def headers(self) -> dict[str, str]:
        reset = datetime.fromtimestamp(self.reset_at, UTC)
        return {
            "Retry-After": str(max(ceil(self.wait_seconds), 1)),
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": f"{reset:%Y-%m-%dT%H:%MZ}",
            "RateLimit-Reason": self.reason,
        }


class Limits:
    """Counts calls in sliding windows; `burst_per_second` 0 and `per_issue` False are off."""

    def __init__(self) -> None:
        self.burst_per_second = 0
        self.per_issue = False
        self._calls: dict[str, deque[float]] = defaultdict(deque)
        self._last: tuple[int, int] | None = None

    def admit(self, operation: str, issue: str | None, now: float) -> Refusal | None:
        """Count a call, or say why it must wait; refused calls are not counted."""
        windows: list[tuple[str, float, int, str]] = []
        if self.burst_per_second:
            windows.append((operation, 1.0, self.burst_per_second, "jira-burst-based"))
        if self.per_issue and issue:
            windows += [(issue, seconds, most, "jira-per-issue-on-write") for seconds, most in PER_ISSUE]
        for key, seconds, most, reason in windows:
            recent = [at for at in self._calls[key] if at > now - seconds]
            if len(recent) >= most:
                free_at = recent[-most] + seconds
                return Refusal(reason, most, free_at - now, free_at)
        for key in {window[0] for window in windows}:
            self._calls[key].append(now)
        self._last = (windows[0][2], self._left(windows[0], now)) if windows else None
        return None

    def _left(self, window: tuple[str, float, int, str], now: float) -> int:
        key, seconds, most, _ = window
        return most - sum(1 for at in self._calls[key] if at > now - seconds)

    def headers(self) -> dict[str, str]:
        """Return what an admitted call's answer tells about the limit."""
        if self._last is None:
            return {}
        limit, left = self._last
        headers = {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(left)}
        if left < limit * 0.2:
            headers["X-RateLimit-NearLimit"] = "true"
        return headers
