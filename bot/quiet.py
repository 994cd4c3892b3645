"""How long Slack has sent nothing over HTTP, where no connection tells that the way from it is cut."""

from __future__ import annotations

import time
from collections.abc import Callable

QUIET_SECONDS = 900.0
"""After so long it is looked whether something was missed, as soon as anything comes again. A lively workspace sends
something every minute; in a small one there is little to look at."""


class Quiet:
    """Counts from the start, and from each request that Slack has signed."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._heard_at = clock()

    def heard(self) -> None:
        """Note that Slack reaches us."""
        self._heard_at = self._clock()

    @property
    def is_long(self) -> bool:
        """Return whether Slack may be unable to reach us."""
        return self._clock() - self._heard_at > QUIET_SECONDS
