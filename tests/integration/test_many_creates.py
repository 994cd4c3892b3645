"""Many drafts and a Jira that loses answers and finds nothing for a minute: each is filed once or asked about."""

from __future__ import annotations

import pytest
import redis

from bench.creates import run

pytestmark = pytest.mark.integration


def test_none_is_filed_twice_and_none_is_lost(redis_client: redis.Redis) -> None:
    counts = run(redis_client, 60)

    assert counts.is_right, counts
    assert counts.lost_answers == 6
    assert counts.posts == 60
