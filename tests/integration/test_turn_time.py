"""A turn's time is one for all its attempts, and its history's summary is paid by who made it long."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import redis

from sandbox.claude.scripts import reply
from sandbox.faults import Fault
from tests.integration.bulk_world import ADA, CHANNEL, GRACE
from tests.integration.turn_world import TurnWorld, turn_world
from workers import turn
from workers.acts.run import run_act
from workers.journal import Journal, seconds_run
from workers.payer import Payer
from workers.records import Action
from workers.rounds import HistoryEntry, Usage
from workers.state.accounts import channel_account, person_account, utc_now
from workers.state.codec import encode
from workers.views import failures

pytestmark = pytest.mark.integration


@pytest.fixture
def world(redis_url: str, redis_client: redis.Redis) -> Iterator[TurnWorld]:
    with turn_world(redis_url, redis_client) as made:
        yield made


def test_what_one_attempt_took_is_known_to_the_next_and_waiting_is_no_part_of_it(world: TurnWorld) -> None:
    request = world.ask("is the roof tight?")
    world.note(request, id=request.ts, ran=encode(100.0))
    claim = world.claim(request)
    journal = Journal(world.turns.boxes, claim)
    began = time.monotonic()
    journal.put("question", {"role": "user"})
    most = 100 + time.monotonic() - began + 1
    world.turns.boxes.release(claim)

    assert 100 < seconds_run(world.claim(request)) < most


def test_a_turn_whose_time_earlier_attempts_used_up_ends_with_a_word(
    world: TurnWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "LEAST_SECONDS", 0.1)
    world.world.claude.script(reply("It is tight."), when="roof")
    world.world.claude.faults.add(Fault(operation="messages", kind="hang", seconds=10))
    request = world.ask("is the roof tight?")
    world.note(request, id=request.ts, ran=encode(float(world.turns.settings.turn_timeout_seconds)))

    world.run(request)

    assert failures.DEADLINE in world.said(request)[-1]
    assert not world.is_waiting(request)


def grown(world: TurnWorld) -> Action:
    """Let a thread have become long; return what shortens it."""
    request = world.ask("is the roof tight?")
    said = {"role": "assistant", "content": [{"type": "text", "text": "It is. " * 8_000}]}
    entry = HistoryEntry(turn_ts=request.ts, asker_id=ADA, audience=f"channel:{CHANNEL}", messages=(said,))
    world.turns.boxes.commit(world.claim(request), entry)
    later = world.ask("and the wall?")
    box = request.conversation.box
    world.turns.boxes.put(box, later.ts, later.model_dump(mode="json"))
    world.turns.boxes.commit(world.claim(request), entry.model_copy(update={"turn_ts": later.ts}))
    return Action(
        id="compact:1", kind="compact", team_id=world.world.team_id, subject="history:1", user_id=ADA,
        values={"box": box},
    )  # fmt: skip


def test_a_summary_of_a_long_thread_is_in_the_accounts_of_its_channel_and_person(world: TurnWorld) -> None:
    world.new_worker(compact_at_tokens="5000")
    compact = grown(world)

    run_act(compact, world.world.worker.acts)

    now, team_id = utc_now(), world.world.team_id
    names = (person_account(ADA, now), channel_account(CHANNEL, now))
    assert [each.usd > 0 for each in world.turns.accounts.figures(team_id, *names)] == [True, True]


def test_no_summary_is_made_that_the_channels_budget_does_not_bear(world: TurnWorld) -> None:
    world.new_worker(compact_at_tokens="5000", budget_channel_day_usd="0.000001")
    compact = grown(world)
    with world.world.worker.purse.bill(Payer(compact.team_id, GRACE, CHANNEL), "claude-haiku-5-5", 0.001) as bill:
        bill.settle(Usage(input_tokens=1_000))

    run_act(compact, world.world.worker.acts)

    assert not any(entry.is_summary for entry in world.turns.boxes.history(str(compact.values["box"])))
