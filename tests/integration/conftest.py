"""What tests of the listener stand on: Redis, a stand-in for Slack, and a listener that hears it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.redis_server import RedisServer
from sandbox.server import Running
from sandbox.slack import SlackStandIn
from tests.clients import connect
from tests.integration.listener_harness import SECRET, RunningListener, settings_for, wait_for
from workers.state.mailbox import Mailboxes


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path / "redis", appendonly=True) as server:
        yield server


@pytest.fixture
def boxes(own_redis: RedisServer) -> Mailboxes:
    return Mailboxes(connect(own_redis.url), ttl_seconds=3_600)


@pytest.fixture
def slack() -> Iterator[SlackStandIn]:
    stand_in = SlackStandIn()
    stand_in.slack.deliveries.redelivery_seconds = (0.5, 0.5, 1.0, 2.0)
    server = Running(stand_in.make_app)
    stand_in.workspace.base_url = server.url
    yield stand_in
    server.stop()


@pytest.fixture(params=["socket", "http"])
def listener(request: pytest.FixtureRequest, slack: SlackStandIn, own_redis: RedisServer) -> Iterator[RunningListener]:
    settings = settings_for(slack.workspace.base_url, own_redis.url, mode=request.param)
    running = RunningListener(settings)
    wait_for(running.is_ready)
    if request.param == "http":
        slack.deliver_to(f"{running.url}/slack/events", SECRET)
    yield running
    running.stop()
