"""What is remembered of Slack's refusals, against a real server."""

from __future__ import annotations

import pytest
import redis

from sandbox.waiting import wait_for
from tests.clients import connect
from workers.state.refusals_seen import RefusalsSeen

pytestmark = pytest.mark.integration


def test_a_refusal_is_remembered_for_its_time_and_under_its_name(redis_client: redis.Redis) -> None:
    seen = RefusalsSeen(redis_client)
    seen.remember("T1:stream", 0.05)
    seen.remember("T1:stream:C1", 60)
    assert seen.any_of("T1:tasks", "T1:stream:C1")
    assert not seen.any_of("T2:stream", "T1:stream:C2")
    wait_for(lambda: not seen.any_of("T1:stream"), "the refusal to be forgotten", seconds=5)


def test_what_cannot_be_looked_up_counts_as_not_refused() -> None:
    seen = RefusalsSeen(connect("redis://127.0.0.1:1/0"))
    seen.remember("T1:stream", 60)
    assert not seen.any_of("T1:stream")
