"""Whose login is used: one seam for reads and writes, and today one account behind it."""

from __future__ import annotations

from typing import Any

import pytest
import redis

from sandbox.jira.standin import JiraStandIn
from workers.errors import Misconfigured
from workers.jira.gateway import JiraGateway
from workers.jira.jql import IssueQuery
from workers.jira.logins import Actor
from workers.jira.reader import Reader
from workers.proposals import Comment
from workers.settings import WorkerSettings
from workers.state.cache import Cache
from workers.state.metrics import Metrics

SETTINGS = {
    "slack_bot_token": "xoxb-test",
    "anthropic_api_key": "test",
    "jira_site_url": "https://jira.example.com",
    "jira_projects": "OPS",
    "jira_email": "bot@example.com",
    "jira_api_token": "sandbox-jira-token",
}
GRACE = Actor("T1", "U0GRACE01")
SAID = Comment(id="c1", key="OPS-1", body="Said.")


class OwnTokens:
    """Grace has a token of her own, and Jira does not take it."""

    def of(self, acting_as: Actor | None) -> dict[str, Any]:
        token = "grace-token" if acting_as == GRACE else "sandbox-jira-token"
        return {"basic_auth": ("bot@example.com", token)}


@pytest.fixture
def own_tokens(jira_url: str, redis_client: redis.Redis, metrics: Metrics) -> JiraGateway:
    settings = WorkerSettings.model_validate({**SETTINGS, "jira_url": jira_url})
    return JiraGateway(settings, Cache(redis_client), metrics, logins=OwnTokens())


def reader(user_id: str) -> Reader:
    return Reader("T1", user_id, "ada@example.com", ("OPS",))


def test_a_read_and_a_write_for_a_person_use_the_login_of_that_person(
    own_tokens: JiraGateway, jira: JiraStandIn
) -> None:
    assert own_tokens.search(IssueQuery(keywords=("vpn",)), reader("U0ADA0001")).issues
    own_tokens.acting_as(Actor("T1", "U0ADA0001")).changes.comment(SAID)
    assert [call["status"] for call in jira.calls if call["method"] == "POST"][-1] == 201

    with pytest.raises(Misconfigured):
        own_tokens.search(IssueQuery(keywords=("vpn",)), reader(GRACE.user_id))
    with pytest.raises(Misconfigured):
        own_tokens.acting_as(GRACE).changes.comment(SAID)


def test_a_persons_own_login_keeps_its_connections_from_one_call_to_the_next(own_tokens: JiraGateway) -> None:
    assert own_tokens.acting_as(GRACE) is own_tokens.acting_as(GRACE)
    assert own_tokens.acting_as(GRACE) is not own_tokens


def test_today_everybody_is_served_by_the_one_account(gateway: JiraGateway) -> None:
    assert gateway.acting_as(GRACE) is gateway
