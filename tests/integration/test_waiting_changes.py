"""Changes that were confirmed while Jira did not take them: they wait as they stood, and for nothing else."""

from __future__ import annotations

import pytest
import redis

from workers.proposals import Comment, Proposal
from workers.records import Conversation
from workers.state.proposals import Proposals

pytestmark = pytest.mark.integration

PLACE = Conversation(team_id="T1", channel_id="C1", thread_ts="100.000001")
WANTED = Proposal(id="p1", conversation=PLACE, turn_ts="101.0", asker_id="U1", asker_name="Ada", created_at=1.0)
SAID = Comment(id="c1", key="OPS-1", body="x")


@pytest.fixture
def proposals(redis_client: redis.Redis) -> Proposals:
    proposals = Proposals(redis_client, ttl_seconds=86_400)
    proposals.add(WANTED, SAID)
    return proposals


def now(proposals: Proposals) -> Proposal:
    found = proposals.get("T1", "p1")
    assert found is not None
    return found


def test_what_waits_is_the_version_that_was_confirmed(proposals: Proposals) -> None:
    assert not now(proposals).is_queued

    proposals.wait(WANTED, now(proposals).version)
    assert now(proposals).is_queued

    proposals.replace(WANTED, SAID.model_copy(update={"body": "y"}))
    assert not now(proposals).is_queued


def test_what_is_cancelled_or_given_up_waits_no_more(proposals: Proposals) -> None:
    proposals.wait(WANTED, 1)
    proposals.wait(WANTED, None)
    assert not now(proposals).is_queued

    proposals.wait(WANTED, 1)
    proposals.move(WANTED, "cancelled", since=("new",))
    assert not now(proposals).is_queued


def test_what_jira_refused_is_open_again_while_it_waits(proposals: Proposals) -> None:
    proposals.move(WANTED, "rejected", since=("new",))

    proposals.wait(WANTED, 1)

    assert now(proposals).is_queued
