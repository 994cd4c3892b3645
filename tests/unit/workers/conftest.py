"""A strict Jira on loopback, and the settings of a worker that talks to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from sandbox.jira.standin import JiraStandIn
from sandbox.server import Running
from workers.settings import WorkerSettings

MakeSettings = Callable[..., WorkerSettings]


@pytest.fixture
def jira() -> JiraStandIn:
    return JiraStandIn()


@pytest.fixture
def jira_url(jira: JiraStandIn) -> Iterator[str]:
    running = Running(jira.make_app)
    yield running.url
    running.stop()


@pytest.fixture
def make_settings(jira_url: str) -> MakeSettings:
    def make(**changed: object) -> WorkerSettings:
        given = {
            "slack_bot_token": "xoxb-test",
            "anthropic_api_key": "test",
            "jira_url": jira_url,
            "jira_site_url": "https://jira.example.com",
            "jira_projects": "OPS,WEB",
            "jira_email": "bot@example.com",
            "jira_api_token": "sandbox-jira-token",
        }
        return WorkerSettings.model_validate(given | changed)

    return make
