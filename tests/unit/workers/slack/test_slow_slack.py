"""A Slack that takes its time holds up neither the model's words nor its thoughts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.workers.slack.world import World
from workers.slack.reply import Reply

pytestmark = pytest.mark.integration

CALL_SECONDS = 2.0


@pytest.fixture
def slow_reply(world: World) -> Reply:
    """An answer in a workspace where time passes with every call."""
    place = replace(world.place(), clock=lambda: world.now + CALL_SECONDS * len(world.standin.calls))
    return Reply(place, world.journal)


def test_words_that_came_during_a_slow_call_are_taken_in_before_the_next(world: World, slow_reply: Reply) -> None:
    for number in range(20):
        slow_reply.append(f"word{number} ")

    assert len(world.standin.calls) == 1
    world.now += 1.0
    slow_reply.append("and so on")
    assert world.texts()[0].endswith("and so on")
    assert len(world.standin.calls) == 2


def test_thoughts_that_came_during_a_slow_call_are_taken_in_before_the_next(world: World, slow_reply: Reply) -> None:
    for number in range(20):
        slow_reply.status(f"is thinking: {number}")

    assert len(world.standin.calls) == 1
