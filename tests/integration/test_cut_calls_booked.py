"""A call of the model that was cut before it had counted its prompt is paid for; one that it never got is not."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from sandbox.faults import Fault
from sandbox.waiting import wait_for
from tests.integration.bulk_world import ADA, BulkWorld, bulk_world
from workers.claude.client import Ears, Prompt
from workers.errors import ClaudeUnavailable, Interrupted
from workers.interrupt import Interrupt
from workers.payer import Payer
from workers.rounds import Round
from workers.state.accounts import Figures, utc_now, workspace_account

MODEL = "claude-sonnet-5-5"
NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def world(redis_url: str, redis_client: redis.Redis) -> Iterator[BulkWorld]:
    with bulk_world(redis_url, redis_client, with_seeds=False) as made:
        yield made


def _prompt(world: BulkWorld) -> Prompt:
    system = ({"type": "text", "text": "You help people. " * 100},)
    messages = [{"role": "user", "content": [{"type": "text", "text": "Is the VPN down?"}]}]
    return Prompt(system, (), messages, Payer(world.team_id, ADA), MODEL)


def _ask(world: BulkWorld, interrupt: Interrupt) -> Round:
    ears = Ears(lambda _: None, lambda _: None, lambda _: None)
    return world.bulk.claude.stream_round(_prompt(world), ears, interrupt)


def _booked(world: BulkWorld) -> Figures:
    return world.worker.accounts.figures(world.team_id, workspace_account(utc_now()))[0]


def _is_held(world: BulkWorld) -> bool:
    return any(world.worker.redis.zcard(key) for key in world.worker.redis.scan_iter("sb:usage:*:held"))


def test_an_answer_that_is_stopped_before_it_begins_is_paid_for(world: BulkWorld) -> None:
    world.claude.faults.add(Fault(operation="messages", kind="hang", seconds=60))
    interrupt = Interrupt(deadline=float("inf"))
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(_ask, world, interrupt)
        wait_for(lambda: world.claude.message_requests, "the request", seconds=30)
        interrupt.trigger("stopped")
        assert isinstance(asked.exception(30), Interrupted)

    assert _booked(world).usage.input_tokens == _prompt(world).tokens_at_most()
    assert not _is_held(world)


def test_an_answer_whose_connection_is_lost_before_it_begins_is_paid_for(world: BulkWorld) -> None:
    world.claude.faults.add(Fault(operation="messages", kind="drop_after"))
    with pytest.raises(ClaudeUnavailable):
        _ask(world, Interrupt(deadline=float("inf")))

    assert _booked(world).usage.input_tokens == _prompt(world).tokens_at_most()


@pytest.mark.parametrize(
    "fault",
    [
        Fault(operation="messages", kind="status", status=529),
        Fault(operation="messages", kind="error", error="overloaded_error"),
    ],
    ids=["at once", "as the first event"],
)
def test_an_answer_that_is_refused_costs_nothing(world: BulkWorld, fault: Fault) -> None:
    world.claude.faults.add(fault)
    with pytest.raises(ClaudeUnavailable):
        _ask(world, Interrupt(deadline=float("inf")))

    assert _booked(world) == Figures()
    assert not _is_held(world)


def test_a_turn_that_was_told_to_stop_before_it_asks_costs_nothing(world: BulkWorld) -> None:
    interrupt = Interrupt(deadline=float("inf"))
    interrupt.trigger("stopped")
    with pytest.raises(Interrupted):
        _ask(world, interrupt)

    assert _booked(world) == Figures()
    assert not world.claude.message_requests


def test_a_call_that_does_not_reach_claude_costs_nothing(world: BulkWorld) -> None:
    world.new_worker(anthropic_base_url=NOWHERE)
    with pytest.raises(ClaudeUnavailable):
        _ask(world, Interrupt(deadline=float("inf")))
    with pytest.raises(ClaudeUnavailable):
        world.bulk.claude.ask_fast(system="Say it.", content="It", schema={}, payer=Payer(world.team_id, ADA))

    assert _booked(world) == Figures()
    assert not _is_held(world)
