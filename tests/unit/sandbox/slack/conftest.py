from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from slack_sdk import WebClient

from sandbox.server import Running
from sandbox.slack import BOT_TOKEN, SlackStandIn
from tests.unit.sandbox.slack.bolt_app import Bot


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    # The SDK's advice on accessible texts would be an error here, where texts are left out on purpose.
    monkeypatch.setenv("SKIP_SLACK_SDK_WARNING", "1")


@pytest.fixture
def slack() -> SlackStandIn:
    return SlackStandIn()


@pytest.fixture
def server(slack: SlackStandIn) -> Iterator[Running]:
    running = Running(slack.make_app)
    yield running
    running.stop()


@pytest.fixture
def client(server: Running) -> WebClient:
    return WebClient(BOT_TOKEN, base_url=f"{server.url}/api/", retry_handlers=[])


@pytest.fixture
def bot(server: Running) -> Iterator[Bot]:
    made = Bot(server.url)
    yield made
    made.stop()
