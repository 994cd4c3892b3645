"""A strict Jira on loopback and the real gateway to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import redis

from sandbox.jira.standin import JiraStandIn
from sandbox.server import Running
from workers.jira.gateway import JiraGateway
from workers.settings import WorkerSettings
from workers.state.cache import Cache
from workers.state.metrics import Metrics

MakeGateway = Callable[..., JiraGateway]


@pytest.fixture
def jira() -> JiraStandIn:
    return JiraStandIn()


@pytest.fixture
def jira_url(jira: JiraStandIn) -> Iterator[str]:
    running = Running(jira.make_app)
    yield running.url
    running.stop()


@pytest.fixture
def metrics(redis_client: redis.Redis) -> Iterator[Metrics]:
    metrics = Metrics(redis_client)
    yield metrics
    # Else it would add what it counted a second later, to the figures of another test.
    metrics.flush()


@pytest.fixture
def make_gateway(jira_url: str, redis_client: redis.Redis, metrics: Metrics) -> MakeGateway:
    def make(**changed: object) -> JiraGateway:
        given = {
            "slack_bot_token": "xoxb-test",
            "anthropic_api_key": "test",
            "jira_url": jira_url,
            "jira_site_url": "https://jira.example.com",
            "jira_projects": "OPS,WEB",
            "jira_email": "bot@example.com",
            "jira_api_token": "sandbox-jira-token",
        }
        settings = WorkerSettings.model_validate(given | changed)
        return JiraGateway(settings, Cache(redis_client), metrics)

    return make


@pytest.fixture
def gateway(make_gateway: MakeGateway) -> JiraGateway:
    return make_gateway()
