"""The fixtures of everything that speaks to Slack."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from sandbox.server import Running
from sandbox.slack import SlackStandIn
from tests.unit.workers.slack.world import World


@pytest.fixture
def standin() -> SlackStandIn:
    return SlackStandIn()


@pytest.fixture
def world(standin: SlackStandIn, redis_client: redis.Redis) -> Iterator[World]:
    served = Running(standin.make_app)
    yield World(served.url, standin, redis_client)
    served.stop()
