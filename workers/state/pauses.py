"""Whether a workspace comes back after a pause, which decides for how long the model's cache is paid.

To keep a prompt for an hour costs more than for five minutes, and pays off only where somebody asks again in between.
So the first pause is paid for by reading anew, and from then on the hour is.
"""

from __future__ import annotations

from workers.state.cache import Cache

SHORT_SECONDS, LONG_SECONDS = 300, 3_600
KNOWN_SECONDS = 7 * 86_400


class Pauses:
    """By team."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def note(self, team_id: str, now: float) -> bool:
        """Note that the model is asked, and return whether pauses that an hour bridges are known of late."""
        asked, known = f"{team_id}:asked", f"{team_id}:pauses"
        last = self._cache.get(asked)
        self._cache.put(asked, now, LONG_SECONDS)
        if isinstance(last, float) and SHORT_SECONDS < now - last < LONG_SECONDS:
            self._cache.put(known, True, KNOWN_SECONDS)
            return True
        return bool(self._cache.get(known))
