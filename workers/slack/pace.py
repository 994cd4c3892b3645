"""How long a reply waits between two writes, so that all open replies share what a minute has."""

from __future__ import annotations

from workers.state.limiter import Grant

MIN_PACE_SECONDS = 1.0
"""The shortest time between two writes of one reply."""
GROWING_SECONDS = 10.0
"""For so long the replies that are open now are expected to grow: what is left of the minute is to last that long."""


def edit_pace(grant: Grant, limit: int, headroom: int) -> float:
    """Return the pause between updates; every open reply holds a place in the very budget of its updates."""
    return _pace(grant, limit - headroom - grant.holders)


def stream_pace(grant: Grant, limit: int, headroom: int) -> float:
    """Return the pause between appends; what open streams hold is in the budget of their stops."""
    return _pace(grant, limit - headroom)


def _pace(grant: Grant, shared: int) -> float:
    """Return a pause that is never longer than the one at which all that are open can go on for ever."""
    are_open = max(1, grant.holders)
    for_now = GROWING_SECONDS * are_open / max(1, grant.room)
    for_ever = 60.0 * are_open / max(1, shared)
    return max(MIN_PACE_SECONDS, min(for_now, for_ever))
