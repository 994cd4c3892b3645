"""The model's cache is paid for an hour where people come back after a pause, and for five minutes elsewhere."""

from __future__ import annotations

import redis

from workers.state.cache import Cache
from workers.state.pauses import Pauses

MINUTE = 60.0


def test_a_workspace_that_comes_back_after_a_pause_is_known_for_it(redis_client: redis.Redis) -> None:
    pauses = Pauses(Cache(redis_client))

    asked = [pauses.note("T1", minute * MINUTE) for minute in (0.0, 1.0, 5.0, 25.0, 26.0)]

    assert asked == [False, False, False, True, True]
    assert not pauses.note("T2", 26 * MINUTE)


def test_a_pause_that_no_cache_bridges_says_nothing(redis_client: redis.Redis) -> None:
    pauses = Pauses(Cache(redis_client))

    assert [pauses.note("T1", minute * MINUTE) for minute in (0.0, 61.0)] == [False, False]
