"""Whether a service is down, known to all processes: who meets an outage spares the others their waits."""

from __future__ import annotations

from dataclasses import dataclass

import redis

MOST_FAILURES, WITHIN_SECONDS = 5, 30
"""So many failures without an answer between them are an outage."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 6.0, 60.0
"""Doubled each time that the service is still down after it."""
PROBE_SECONDS = 35
"""How long the one call that tries it may take before another may."""
PROBE_WAIT_SECONDS = 1.0
FORGOTTEN_SECONDS = 600


@dataclass(frozen=True)
class Weather:
    """How the service looks to one call, before it is made."""

    wait_seconds: float = 0.0
    """Until it may be made, 0 for now."""
    is_fair: bool = True
    """Nobody has met a failure lately: an answer is nothing new."""


class Outages:
    """Counts failures of one service; after a run of them nobody calls for a while, then one does for all.

    It never fails its caller: if Redis does not answer, every call is made.
    """

    def __init__(self, client: redis.Redis, name: str) -> None:
        self._redis = client
        self._down, self._failures, self._trips, self._probe = (
            f"sb:wall:{name}:{part}" for part in ("down", "failures", "trips", "probe")
        )

    def weather(self) -> Weather:
        """Return whether a call may be made now; of those who ask after a pause one may, to try it."""
        try:
            pipe = self._redis.pipeline(transaction=False)
            pipe.pttl(self._down)
            pipe.get(self._trips)
            pipe.get(self._failures)
            left, trips, failures = pipe.execute()
            if left > 0:
                return Weather(left / 1000, is_fair=False)
            if trips and not self._redis.set(self._probe, b"1", ex=PROBE_SECONDS, nx=True):
                return Weather(PROBE_WAIT_SECONDS, is_fair=False)
        except (redis.RedisError, OSError):
            return Weather()
        return Weather(is_fair=not trips and not failures)

    def failed(self) -> None:
        """Note that the service gave no answer, or none that tells anything but that it is down."""
        try:
            pipe = self._redis.pipeline(transaction=True)
            pipe.set(self._failures, 0, ex=WITHIN_SECONDS, nx=True)
            pipe.incr(self._failures)
            pipe.get(self._trips)
            _, failures, trips = pipe.execute()
            if trips or failures >= MOST_FAILURES:
                self._close(int(trips or 0))
        except (redis.RedisError, OSError):
            return

    def answered(self, before: Weather) -> None:
        """Note that the service answered a call: everybody may go on."""
        if before.is_fair:
            return
        try:
            self._redis.delete(self._down, self._failures, self._trips, self._probe)
        except (redis.RedisError, OSError):
            return

    def _close(self, trips: int) -> None:
        seconds = min(FIRST_PAUSE_SECONDS * 2 ** min(trips, 10), LONGEST_PAUSE_SECONDS)
        # Calls that were on their way when it closed fail, too: they make the pause no longer.
        if self._redis.set(self._down, b"1", px=int(seconds * 1000), nx=True):
            self._redis.set(self._trips, trips + 1, ex=FORGOTTEN_SECONDS)
            self._redis.delete(self._failures, self._probe)
