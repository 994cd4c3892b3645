"""How long a reply waits between two writes, so that all open replies share what a minute has."""

from __future__ import annotations

from workers.state.limiter import Grant

MIN_PACE_SECONDS = 1.0
"""The shortest time between two writes of one reply."""
STREAM_SECONDS = 20.0
"""For so long the streams that are open now are expected to grow."""


def edit_pace(grant: Grant, limit: int, headroom: int) -> float:
    """Return the pause between updates; while most of a minute is free, the shortest.

    Every open reply holds a place in the very budget of its updates.
    """
    if grant.room > limit // 2:
        return MIN_PACE_SECONDS
    shared = max(1, limit - headroom - grant.holders)
    return max(MIN_PACE_SECONDS, 60.0 * max(1, grant.holders) / shared)


def stream_pace(grant: Grant, limit: int, headroom: int) -> float:
    """Return the pause between appends: what is left of the minute lasts for a while, with so many streams open.

    Never longer than the pause at which that many streams can go on for ever.
    """
    open_streams = max(1, grant.holders)
    forever = 60.0 * open_streams / (limit - headroom)
    soon = STREAM_SECONDS * open_streams / max(1, grant.room - headroom)
    return max(MIN_PACE_SECONDS, min(forever, soon))
