"""Events that could not be taken: Slack may bring one again only after minutes, so that it is looked for before."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass
class Refusals:
    """Remembers since when events were refused, until the looking for them is ordered."""

    _since: float | None = None

    def note(self) -> None:
        """Note that an event is refused now."""
        if self._since is None:
            self._since = time.monotonic()

    def take(self) -> float | None:
        """Return how many seconds ago the first one was refused, and forget it; None if none was."""
        since, self._since = self._since, None
        return None if since is None else time.monotonic() - since

    def give_back(self, seconds_ago: float) -> None:
        """Remember again what was taken, because nothing came of it."""
        self._since = time.monotonic() - seconds_ago
