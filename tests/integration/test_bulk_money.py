"""The money of batches: each request at its own price, held until it is booked, and booked whatever comes between."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import pytest
import redis

from sandbox.claude.batches import Batch
from sandbox.faults import Fault
from tests.integration.bulk_world import ADA, CHANNEL, BulkWorld, bulk_world
from workers.acts.bulk import NOT_RUNNING
from workers.acts.run import run_act
from workers.bulk.run import KINDS
from workers.bulk.steps import step
from workers.bulk_jobs import Job
from workers.claude.batches import Request
from workers.errors import BudgetHeld, BudgetSpent, Interrupted, StateUnavailable
from workers.payer import Payer
from workers.records import Action
from workers.rounds import Usage
from workers.state.accounts import NANO, utc_now, workspace_account

MODEL = "claude-haiku-5-5"
TIERS = f"{MODEL}=0.1/0.5,{MODEL}>3000=0.5/2.5"
"""A tier that no request comes to by itself, and many do together."""
SOME = [Request(f"some-{number}", "Look at it.", "It happens.", {}) for number in range(10)]
HOUR_MS = 3_600_000


@pytest.fixture
def world(redis_url: str, redis_client: redis.Redis) -> Iterator[BulkWorld]:
    with bulk_world(redis_url, redis_client, with_seeds=False) as made:
        yield made


def _booked(world: BulkWorld) -> float:
    (month,) = world.worker.accounts.figures(world.team_id, workspace_account(utc_now()))
    return month.usd


def _held_keys(world: BulkWorld) -> list[bytes]:
    return [key for key in world.worker.redis.scan_iter("sb:usage:*:held") if world.worker.redis.zcard(key)]


def _held_usd(world: BulkWorld) -> float:
    """Return what is held in the budget of the month."""
    (key,) = [key for key in _held_keys(world) if b":month:" in key] or [b"none"]
    members = cast("list[bytes]", world.worker.redis.zrange(key, 0, -1))
    return sum(int(member.rpartition(b":")[2]) for member in members) / NANO


def _running(world: BulkWorld, *until: str, issues: int = 1) -> Job:
    """Return a triage that Ada asked for, as far as one of these states, of a batch that takes ten minutes."""
    for number in range(issues):
        world.file(f"Export {number} fails for many users")
    world.claude.batch_seconds = 600
    return world.run(world.start("triage", projects=["OPS"], user_id=ADA), *until)


def _the_batch(world: BulkWorld) -> Batch:
    (batch,) = world.claude.batches.values()
    return batch


def _press_cancel(world: BulkWorld, job: Job, press: str = "1.0") -> None:
    action = Action(
        id=press, kind="bulk_cancel", team_id=world.team_id, subject=f"bulk:{job.id}", user_id=ADA, channel_id=CHANNEL
    )
    run_act(action, world.worker.acts)


def _usages(batch: Batch) -> list[Usage]:
    messages = [each["result"]["message"] for each in batch.results]
    return [
        Usage.model_validate({k: v or 0 for k, v in each["usage"].items() if v is None or isinstance(v, int)})
        for each in messages
    ]


def test_each_request_of_a_batch_has_the_price_of_its_own_length(world: BulkWorld) -> None:
    world.new_worker(model_prices=TIERS)
    for number in range(12):
        world.file(f"Export {number} fails for many users")
    done = world.run(world.start("triage", projects=["OPS"]))

    usages, prices = _usages(_the_batch(world)), world.worker.purse.prices
    assert max(each.input_tokens for each in usages) < 3_000 < sum(each.input_tokens for each in usages)
    assert done.usd == pytest.approx(sum(prices.cost(MODEL, each) for each in usages) / 2)
    assert _booked(world) == pytest.approx(done.usd)


def test_what_a_batch_holds_is_held_for_its_day_whatever_is_asked_meanwhile(world: BulkWorld) -> None:
    payer = Payer(world.team_id, ADA, CHANNEL)
    world.bulk.batches.hold(SOME, payer)
    world.worker.purse.hold(payer, 0.0001, seconds=1)

    lives = [world.worker.redis.pttl(key) for key in _held_keys(world)]
    assert lives
    assert min(lives) > 24 * HOUR_MS


def test_batches_at_once_stay_within_a_budget(world: BulkWorld) -> None:
    payer = Payer(world.team_id)
    world.bulk.batches.hold(SOME, payer)
    one = _held_usd(world)
    world.new_worker(budget_workspace_month_usd=one * 2.5)
    world.bulk.batches.hold(SOME, payer)

    with pytest.raises(BudgetHeld):
        world.bulk.batches.hold(SOME, payer)
    assert _held_usd(world) == pytest.approx(one * 2)


def test_a_batch_waits_for_what_others_hold_of_a_budget(world: BulkWorld) -> None:
    world.new_worker(budget_workspace_month_usd=0.01)
    others = world.worker.purse.hold(Payer(world.team_id), 0.0099)
    job = _running(world, "ready", "running")
    for _ in range(5):
        assert world.turn(job).state == "ready"
    assert not world.claude.batches

    world.worker.purse.book(others, MODEL, Usage())
    assert world.run(job, "running").state == "running"


@pytest.mark.parametrize(
    ("limit", "spent", "said"),
    [
        (0.0001, 0, r"This may cost up to \$0\.00\d\d, and this workspace's budget for me this month is \$0\.0001\."),
        (1.0, 0.9999, r"up to \$0\.00\d\d, but this workspace's budget for me this month has only \$0\.0001 left\."),
        (1.0, 1.0, r"This workspace's budget for me this month is used up \(\$1\.00\)\."),
    ],
)
def test_why_a_budget_does_not_bear_a_batch_is_said_as_it_is(
    world: BulkWorld, limit: float, spent: float, said: str
) -> None:
    world.new_worker(budget_workspace_month_usd=limit)
    payer = Payer(world.team_id)
    held = world.worker.purse.hold(payer, 0.00001)
    world.worker.accounts.book(held, world.worker.purse.accounts_of(payer, utc_now()), MODEL, Usage(), spent, utc_now())

    with pytest.raises(BudgetSpent) as refused:
        world.bulk.batches.hold(SOME, payer)

    assert not isinstance(refused.value, BudgetHeld)
    assert re.search(said, refused.value.user_message), refused.value.user_message
    assert "can raise it" in refused.value.user_message


@contextmanager
def _nothing_is_booked(client: redis.Redis) -> Iterator[None]:
    """Have Redis refuse what booking needs, and nothing else."""
    client.execute_command("ACL", "SETUSER", "default", "-watch")  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        client.execute_command("ACL", "SETUSER", "default", "+watch")  # type: ignore[no-untyped-call]


def test_a_batch_is_booked_before_its_job_goes_on_and_once(world: BulkWorld) -> None:
    job = _running(world, "running")
    world.claude.advance(601)
    with _nothing_is_booked(world.worker.redis), pytest.raises(StateUnavailable):
        step(job, KINDS[job.kind], world.bulk)
    assert world.now(job).state == "running"

    step(job, KINDS[job.kind], world.bulk)
    # As who knows nothing of it: its worker died before it had stored how far it came.
    with pytest.raises(Interrupted):
        step(job, KINDS[job.kind], world.bulk)
    assert world.now(job).usd > 0
    assert _booked(world) == pytest.approx(world.now(job).usd)
    assert not _held_keys(world)


def test_a_job_whose_batch_is_refused_holds_nothing_more(world: BulkWorld) -> None:
    world.claude.faults.add(Fault(operation="batches.create", kind="status", status=400))
    assert _running(world).state == "failed"
    assert not _held_keys(world)
    assert not _booked(world)


def test_a_job_that_fails_while_its_batch_is_out_is_booked_as_the_most_that_may_cost(world: BulkWorld) -> None:
    job = _running(world, "running")
    most = _held_usd(world)
    world.claude.faults.add(Fault(operation="batches.retrieve", kind="status", status=401, times=-1))
    assert world.run(job).state == "failed"
    assert not _held_keys(world)
    assert _booked(world) == pytest.approx(most)


def test_a_batch_whose_answer_was_lost_before_the_job_was_cancelled_is_found_and_booked(world: BulkWorld) -> None:
    world.claude.faults.add(Fault(operation="batches.create", kind="drop_after"))
    job = _running(world, "submitting")
    _press_cancel(world, job)
    assert world.turn(job).state == "cancelling"
    world.claude.advance(601)

    done = world.run(job)

    assert done.state == "cancelled"
    assert done.usd > 0
    assert _booked(world) == pytest.approx(done.usd)
    assert not _held_keys(world)


def test_a_batch_that_was_made_as_the_job_was_cancelled_is_cancelled_too(world: BulkWorld) -> None:
    world.claude.faults.add(Fault(operation="batches.create", kind="drop_after"))
    job = _running(world, "submitting")
    # As if the press had come between this and the next thing that is stored.
    assert world.bulk.jobs.claim_batch(job, _the_batch(world).id)
    _press_cancel(world, job)

    assert world.run(job).state == "cancelled"
    assert _the_batch(world).cancel_at
    assert not _held_keys(world)


def test_a_job_that_is_cancelled_while_claude_is_away_stops_its_batch_later(world: BulkWorld) -> None:
    job = _running(world, "running")
    world.claude.faults.add(Fault(operation="batches.cancel", kind="status", status=529))
    _press_cancel(world, job)

    assert world.run(job).state == "cancelled"
    assert _the_batch(world).cancel_at


def test_the_same_press_of_cancel_may_come_twice_and_another_one_is_told(world: BulkWorld) -> None:
    job = _running(world, "running")
    for _ in range(2):
        _press_cancel(world, job)
    assert not world.slack.ephemerals

    _press_cancel(world, job, press=f"{time.time()}")
    assert [hint.text for hint in world.slack.ephemerals] == [NOT_RUNNING]
