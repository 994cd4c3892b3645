"""A seed draws the same run each time, and every run is as large as it says."""

from __future__ import annotations

import pytest

from bench.chaos.plan import SHORT, WEIGHTS, Size, draw


def test_a_seed_draws_the_same_questions_and_faults_again() -> None:
    assert draw(3, Size()) == draw(3, Size())
    assert draw(3, Size()) != draw(4, Size())


@pytest.mark.parametrize("seed", range(5))
def test_a_run_asks_in_many_conversations_and_a_third_is_to_be_filed(seed: int) -> None:
    plan = draw(seed, Size())
    kinds = [mention.kind for mention in plan.mentions]
    assert len(kinds) >= 300
    assert len({mention.conversation for mention in plan.mentions}) >= 40
    assert kinds.count("file") * 3 >= len(kinds)
    assert len({mention.token for mention in plan.mentions}) == len(kinds)


@pytest.mark.parametrize("seed", range(5))
def test_a_run_has_faults_of_every_kind_only_while_it_storms(seed: int) -> None:
    plan = draw(seed, Size())
    drawn = {blow.kind for blow in plan.blows}
    assert drawn >= set(WEIGHTS)
    assert len(plan.blows) >= plan.size.least_faults
    assert all(plan.size.is_stormy(blow.at - blow.at % 0.25) for blow in plan.blows if blow.kind in WEIGHTS)


def test_a_short_run_leaves_time_to_settle_within_three_minutes() -> None:
    assert SHORT.seconds + SHORT.settle_seconds < 180
