"""What the limiter counts on is what Slack grants, as the stand-in enforces it."""

from __future__ import annotations

import pytest

from sandbox.slack.limits import documented_tiers
from workers.state.slack_budgets import POST_METHOD, TIERS, budgets_of


@pytest.mark.parametrize("method", sorted(TIERS))
def test_no_budget_is_larger_than_what_slack_grants(method: str) -> None:
    (budget,) = budgets_of("T1", method, "C1")

    assert 0 < budget.limit <= documented_tiers()[method]


def test_a_word_to_one_person_has_a_budget_of_its_own_in_all_channels_together() -> None:
    hints = budgets_of("T1", "chat.postEphemeral", "C1")

    assert hints == budgets_of("T1", "chat.postEphemeral", "C2")
    assert hints[0].limit == documented_tiers()["chat.postEphemeral"]
    assert hints != budgets_of("T1", POST_METHOD, "C1")
