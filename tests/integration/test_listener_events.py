"""A message becomes mail, once, and is acknowledged after that: over the socket and over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.faults import Fault
from sandbox.redis_server import RedisServer
from sandbox.server import Running
from sandbox.slack import SlackStandIn
from tests.integration.listener_harness import SECRET, RunningListener, settings_for, wait_for
from workers.records import Conversation, TurnRequest
from workers.state.connection import connect
from workers.state.mailbox import Mailboxes

pytestmark = pytest.mark.integration


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path / "redis", appendonly=True) as server:
        yield server


@pytest.fixture
def boxes(redis_server: RedisServer) -> Mailboxes:
    return Mailboxes(connect(redis_server.url), ttl_seconds=3_600)


@pytest.fixture
def slack() -> Iterator[SlackStandIn]:
    stand_in = SlackStandIn()
    stand_in.slack.deliveries.redelivery_seconds = (0.5, 0.5, 1.0, 2.0)
    server = Running(stand_in.make_app)
    stand_in.workspace.base_url = server.url
    yield stand_in
    server.stop()


@pytest.fixture(params=["socket", "http"])
def listener(
    request: pytest.FixtureRequest, slack: SlackStandIn, redis_server: RedisServer
) -> Iterator[RunningListener]:
    settings = settings_for(slack.workspace.base_url, redis_server.url, mode=request.param)
    running = RunningListener(settings)
    wait_for(running.is_ready)
    if request.param == "http":
        slack.deliver_to(f"{running.url}/slack/events", SECRET)
    yield running
    running.stop()


def mail(boxes: Mailboxes, conversation: Conversation) -> list[TurnRequest]:
    """Take everything out of a mailbox."""
    found = []
    while claim := boxes.claim(conversation.box):
        found.append(TurnRequest.model_validate(claim.body))
        boxes.commit(claim)
    return found


def conversation_of(slack: SlackStandIn, channel: str, ts: str) -> Conversation:
    place = slack.workspace.channel(channel)
    return Conversation(team_id=slack.workspace.team_id, channel_id=place.id, thread_ts=ts)


def settled(slack: SlackStandIn) -> bool:
    """Whether everything that was brought to the app has been acknowledged."""
    return bool(slack.deliveries) and slack.events_under_way == 0


def test_a_mention_lies_in_the_mailbox_once_though_it_arrives_twice(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    ts = slack.say("general", "ada", f"{slack.mention} the export hangs")
    wait_for(lambda: settled(slack))
    assert len([d for d in slack.deliveries if d.event.get("ts") == ts]) == 2
    assert all(delivery.is_acked and delivery.attempts == 1 for delivery in slack.deliveries)
    (request,) = mail(boxes, conversation_of(slack, "general", ts))
    assert (request.kind, request.text) == ("mention", "the export hangs")
    assert listener.door.is_reachable()
