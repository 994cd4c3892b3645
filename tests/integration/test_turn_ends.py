"""A turn that ends badly ends once, with the right words, whatever Slack says to them and whoever edits meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from sandbox.claude.scripts import reply
from sandbox.faults import Fault
from tests.integration.turn_world import TurnWorld, turn_world
from workers.views import failures

pytestmark = pytest.mark.integration

FOR_GOOD = "slack_connect_file_link_sharing_blocked"


@pytest.fixture
def world(redis_url: str, redis_client: redis.Redis) -> Iterator[TurnWorld]:
    with turn_world(redis_url, redis_client) as made:
        yield made


def refuse(world: TurnWorld, times: int) -> None:
    """Have Slack refuse for good what the bot posts, so many times."""
    world.slack.faults.add(Fault(operation="chat.postMessage", kind="error", error=FOR_GOOD, times=times))


def test_an_answer_that_slack_never_takes_does_not_keep_the_thread(world: TurnWorld) -> None:
    world.world.claude.script(reply("See the file."), when="roof", forever=True)
    request = world.ask("is the roof tight?")
    refuse(world, -1)

    for _ in range(3):
        world.note(request, not_before="0")
        world.run(request)

    assert not world.is_waiting(request)
    assert world.said(request) == []
    assert not world.slack.workspace.status_of(request.conversation.channel_id, request.ts)


def test_what_slack_refuses_is_left_out_and_the_failure_is_said_alone(world: TurnWorld) -> None:
    world.world.claude.script(reply("See the file."), when="roof", forever=True)
    request = world.ask("is the roof tight?")
    world.note(request, id=request.ts, attempts="2")
    # The growing answer, its end, and the sentence behind it.
    refuse(world, 3)

    world.run(request)

    assert world.said(request) == [failures.UNEXPECTED]
    assert world.has_button(request)
    assert not world.is_waiting(request)
