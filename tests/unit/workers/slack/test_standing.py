"""Who reads along where somebody asks, and what that closes."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.slack.records import Channel
from tests.unit.workers.slack.world import ADA, World
from workers.records import Conversation, TurnRequest
from workers.settings import WorkerSettings
from workers.slack.people import People
from workers.standing import Standing, standing_of
from workers.state.channel_settings import Channels

pytestmark = pytest.mark.integration

PARTNERS = "C0PARTNER"


def standing(world: World, channel_id: str, **more: Any) -> Standing:
    where = Conversation(team_id=world.team_id, channel_id=channel_id, thread_ts="1.1")
    request = TurnRequest(
        conversation=where, ts="1.1", event_id="", kind="mention", user_id=ADA, user_team_id=world.team_id, text="hi",
        received_at=1.0, **more,
    )  # fmt: skip
    given = {
        "slack_bot_token": "xoxb-test", "anthropic_api_key": "test", "jira_url": "https://jira.example.com",
        "jira_projects": "OPS,WEB", "jira_email": "bot@example.com", "jira_api_token": "test",
    }  # fmt: skip
    people, settings = People(world.clients, world.cache), WorkerSettings.model_validate(given)
    return standing_of(request, people, Channels(world.cache.redis), settings, world.clients)


@pytest.fixture(autouse=True)
def _partners(world: World) -> None:
    workspace = world.standin.workspace
    members = [ADA, workspace.bot_user_id]
    workspace.channels[PARTNERS] = Channel(PARTNERS, "partners", "channel", members, creator=ADA, is_ext_shared=True)


def test_slack_is_asked_who_reads_along_where_the_event_did_not_tell(world: World) -> None:
    missed = standing(world, PARTNERS, is_shared=None).reader

    assert (missed.is_shared, missed.projects) == (True, ())
    assert standing(world, "C0SUPPORT", is_shared=None).reader.projects == ("OPS", "WEB")


def test_what_the_event_told_is_not_asked_again(world: World) -> None:
    assert standing(world, "C0SUPPORT", is_shared=True).reader.projects == ()
    assert standing(world, "C0SUPPORT", is_shared=False).reader.projects == ("OPS", "WEB")
    assert standing(world, "D0ADA0001", is_shared=None).reader.projects == ("OPS", "WEB")
    assert world.calls("conversations.info") == 0
