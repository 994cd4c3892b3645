"""Which channel a person had open lately, as Slack tells apps with an agent."""

from __future__ import annotations

from workers.state.cache import Cache

KEPT_SECONDS = 900


class Looking:
    """By team and person; forgotten soon."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def note(self, team_id: str, user_id: str, channel_id: str) -> None:
        """Remember a channel, or with an empty one that nothing is looked at."""
        if channel_id:
            self._cache.put(_name(team_id, user_id), channel_id, KEPT_SECONDS)
        else:
            self._cache.drop(_name(team_id, user_id))

    def of(self, team_id: str, user_id: str) -> str:
        """Return the channel, empty if none is known."""
        return str(self._cache.get(_name(team_id, user_id)) or "")


def _name(team_id: str, user_id: str) -> str:
    return f"{team_id}:looking:{user_id}"
