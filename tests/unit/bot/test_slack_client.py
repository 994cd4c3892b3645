"""Which proxy applies to which address."""

from __future__ import annotations

import pytest

from bot.slack_client import make_client, proxy_for
from workers.settings import BotSettings

PROXY = "http://proxy.example:3128"


@pytest.fixture(autouse=True)
def proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    monkeypatch.setenv("http_proxy", PROXY)
    monkeypatch.setenv("NO_PROXY", "internal.example")


@pytest.mark.parametrize("url", ["https://slack.com/api/", "wss://wss-primary.slack.com/link", "http://slack.example/"])
def test_the_proxy_of_the_environment_is_used(url: str) -> None:
    assert proxy_for(url) == PROXY


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:4000/api/",
        "ws://localhost:4000/link",
        "http://[::1]:4000/",
        "https://internal.example/api/",
        "https://slack.internal.example/api/",
    ],
)
def test_what_is_near_is_reached_without_it(url: str) -> None:
    assert proxy_for(url) is None


def test_the_client_follows_the_same_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    assert make_client(BotSettings.model_validate({"slack_api_url": "http://127.0.0.1:4000/api"})).proxy is None
    assert make_client(BotSettings.model_validate({"slack_api_url": "https://slack.com/api"})).proxy == PROXY
