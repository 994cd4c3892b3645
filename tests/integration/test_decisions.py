"""Whether a thread waits for somebody: as long as any card in it has a button that decides something."""

from __future__ import annotations

import pytest
import redis

from workers.proposals import Comment, Proposal
from workers.records import Conversation, Draft, FilingState
from workers.state.decisions import Decisions
from workers.state.filings import Filings
from workers.state.proposals import Proposals

pytestmark = pytest.mark.integration

PLACE = Conversation(team_id="T1", channel_id="C1", thread_ts="100.000001")
DAY = 86_400


@pytest.fixture
def decisions(redis_client: redis.Redis) -> Decisions:
    return Decisions(Filings(redis_client, ttl_seconds=DAY), Proposals(redis_client, ttl_seconds=DAY))


def draft(draft_id: str, turn_ts: str) -> Draft:
    return Draft(
        id=draft_id, conversation=PLACE, turn_ts=turn_ts, asker_id="U1", project="OPS", issue_type="Bug",
        summary="VPN drops", created_at=float(turn_ts),
    )  # fmt: skip


def proposal() -> Proposal:
    return Proposal(id="p1", conversation=PLACE, turn_ts="101.0", asker_id="U1", asker_name="Ada", created_at=1.0)


def test_drafts_of_any_turn_count_until_the_last_is_settled(decisions: Decisions) -> None:
    assert not decisions.are_open(PLACE)
    first, second = draft("d1", "100.1"), draft("d2", "100.2")
    decisions.filings.add(first)
    decisions.filings.add(second)
    assert decisions.are_open(PLACE)
    decisions.filings.begin(first, token="t", by="U1")
    decisions.filings.done(first, "OPS-1", "https://jira.example.com/browse/OPS-1")
    assert decisions.are_open(PLACE)
    decisions.filings.move(second, "cancelled", since=("new",))
    assert not decisions.are_open(PLACE)
    assert not decisions.are_open(PLACE.model_copy(update={"thread_ts": "1.0"}))


@pytest.mark.parametrize(("state", "waits"), [("rejected", True), ("sending", False), ("uncertain", False)])
def test_what_is_sent_waits_for_nobody_and_what_was_refused_for_its_correction(
    decisions: Decisions, state: FilingState, *, waits: bool
) -> None:
    decisions.filings.add(draft("d1", "100.1"))
    decisions.filings.move(draft("d1", "100.1"), state, since=("new",), look_in_seconds=3)

    assert decisions.are_open(PLACE) is waits


def test_changes_count_as_drafts_do(decisions: Decisions) -> None:
    change = Comment(id="c1", key="OPS-1", number=1.0, body="Seen.")
    decisions.proposals.add(proposal(), change)
    assert decisions.are_open(PLACE)
    decisions.proposals.move(proposal(), "cancelled", since=("new",))
    assert not decisions.are_open(PLACE)
