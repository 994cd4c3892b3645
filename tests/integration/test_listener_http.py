"""The routes of `web` as Slack, an attacker and an operator's machines see them."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from sandbox.faults import Fault
from sandbox.redis_server import RedisServer
from sandbox.server import Running
from sandbox.slack import SlackStandIn
from tests.integration.listener_harness import RunningListener, settings_for, wait_for
from tests.integration.slack_requests import FORM, JSON, event_body, post, signature

pytestmark = pytest.mark.integration

CONTRACT_METRICS = {
    "supportbot_events_total": "counter",
    "supportbot_turns_total": "counter",
    "supportbot_first_visible_seconds": "histogram",
    "supportbot_turn_seconds": "histogram",
    "supportbot_slack_calls_total": "counter",
    "supportbot_jira_calls_total": "counter",
    "supportbot_tokens_total": "counter",
    "supportbot_cost_usd_total": "counter",
    "supportbot_queue_depth": "gauge",
    "supportbot_issues_filed_total": "counter",
}


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def slack() -> Iterator[SlackStandIn]:
    stand_in = SlackStandIn()
    server = Running(stand_in.make_app)
    stand_in.workspace.base_url = server.url
    yield stand_in
    server.stop()


@pytest.fixture
def web(slack: SlackStandIn, redis_server: RedisServer) -> Iterator[RunningListener]:
    running = RunningListener(settings_for(slack.workspace.base_url, redis_server.url, mode="http"))
    wait_for(running.is_ready)
    yield running
    running.stop()


def test_a_signed_event_is_taken(web: RunningListener) -> None:
    assert post(web, event_body(ts="2.1")).status_code == 200


def test_slacks_challenge_is_returned(web: RunningListener) -> None:
    response = post(web, b'{"type": "url_verification", "challenge": "abc"}')
    assert (response.status_code, response.json()) == (200, {"challenge": "abc"})


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"signature": None}, id="no signature"),
        pytest.param({"signature": ""}, id="an empty signature"),
        pytest.param({"signature": "v0=0000"}, id="a wrong signature"),
        pytest.param({"signature": "v0=ÿü"}, id="a signature of strange letters"),
        pytest.param({"timestamp": None}, id="no timestamp"),
        pytest.param({"timestamp": ""}, id="an empty timestamp"),
        pytest.param({"timestamp": "yesterday"}, id="a timestamp that is no number"),
        pytest.param({"timestamp": "1e9"}, id="a timestamp that is no integer"),
        pytest.param({"timestamp": "-5"}, id="a negative timestamp"),
        pytest.param({"timestamp": "9" * 400}, id="a timestamp beyond all numbers"),
        pytest.param({"timestamp": str(int(time.time()) - 400)}, id="a replayed request"),
        pytest.param({"timestamp": str(int(time.time()) + 4_000)}, id="a request from the future"),
    ],
)
def test_what_slack_did_not_sign_now_is_refused(web: RunningListener, headers: dict[str, Any]) -> None:
    response = post(web, event_body(), **headers)
    assert response.status_code == 401
    assert "Traceback" not in response.text


def test_a_signature_with_another_secret_is_refused(web: RunningListener) -> None:
    body, now = event_body(), str(int(time.time()))
    assert post(web, body, timestamp=now, signature=signature(body, now, "other")).status_code == 401


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", JSON),
        (b"not json", JSON),
        (b"[1, 2]", JSON),
        (b'"text"', JSON),
        (b"{", JSON),
        (b"\xff\xfe", JSON),
        (b"payload=%7Bnot", FORM),
        (b"payload=[]", FORM),
        (b"", FORM),
        (b"hello=world", FORM),
        (b"<xml/>", "text/xml"),
    ],
)
def test_a_signed_body_that_is_not_slacks_is_refused(web: RunningListener, body: bytes, content_type: str) -> None:
    response = post(web, body, content_type)
    assert response.status_code == 400
    assert "Traceback" not in response.text


def test_a_body_beyond_all_measure_is_refused(web: RunningListener) -> None:
    assert post(web, b"x" * (2 * 1024 * 1024)).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        {"type": "event_callback", "event": {"type": "never_heard_of"}},
        {"type": "event_callback", "event": {"type": "message", "subtype": "never_heard_of", "channel": "C1"}},
        {"type": "something_new"},
    ],
)
def test_what_nobody_handles_is_acknowledged_all_the_same(web: RunningListener, body: dict[str, Any]) -> None:
    assert post(web, json.dumps(body).encode()).status_code == 200


def test_a_click_on_a_button_that_nobody_handles_is_acknowledged(web: RunningListener) -> None:
    click = {"type": "block_actions", "actions": [{"action_id": "open_link", "type": "button"}], "user": {"id": "U1"}}
    assert post(web, urlencode({"payload": json.dumps(click)}).encode(), FORM).status_code == 200


@pytest.mark.parametrize("event", [None, [], "x", {}, {"type": "app_mention"}, {"type": "message", "user": "U1"}])
def test_a_malformed_event_is_refused_without_a_stack(web: RunningListener, event: Any) -> None:
    response = post(web, json.dumps({"type": "event_callback", "event": event}).encode())
    assert response.status_code in (200, 400, 500)
    assert "Traceback" not in response.text


def test_nothing_is_taken_over_http_in_socket_mode(slack: SlackStandIn, redis_server: RedisServer) -> None:
    running = RunningListener(settings_for(slack.workspace.base_url, redis_server.url, mode="socket"))
    try:
        assert post(running, event_body()).status_code == 404
    finally:
        running.stop()


def test_the_jira_webhook_is_not_there_without_its_secret(web: RunningListener) -> None:
    assert requests.post(f"{web.url}/jira/webhook", data=b"{}", timeout=10).status_code == 404


def test_every_figure_of_the_contract_has_its_type_from_the_start(web: RunningListener) -> None:
    response = requests.get(f"{web.url}/metrics", timeout=10)
    assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert CONTRACT_METRICS.items() <= dict(re.findall(r"^# TYPE (\S+) (\S+)$", response.text, re.MULTILINE)).items()


def test_events_are_counted_by_what_came_of_them(web: RunningListener) -> None:
    post(web, event_body(ts="7.1"))
    post(web, event_body(ts="7.1"))
    figures = requests.get(f"{web.url}/metrics", timeout=10).text
    assert re.search(r'^supportbot_events_total\{kind="mention"\} [1-9]', figures, re.MULTILINE)
    assert re.search(r'^supportbot_events_total\{kind="seen"\} [1-9]', figures, re.MULTILINE)


def test_readiness_says_which_side_does_not_answer(slack: SlackStandIn, redis_server: RedisServer) -> None:
    slack.faults.add(Fault(operation="auth.test", kind="error", error="invalid_auth", times=-1))
    running = RunningListener(settings_for(slack.workspace.base_url, redis_server.url, mode="http"))
    try:
        (response,) = wait_for(lambda: _answers_with(running, "invalid_auth"))
        assert response.status_code == 503
        assert response.json() == {"ready": False, "slack": "invalid_auth", "redis": "ok"}
        assert post(running, event_body()).status_code == 503
        assert requests.get(f"{running.url}/healthz", timeout=10).status_code == 200
    finally:
        running.stop()


def test_a_dead_redis_makes_it_unready_and_not_unhealthy(slack: SlackStandIn) -> None:
    running = RunningListener(settings_for(slack.workspace.base_url, "redis://127.0.0.1:1/0", mode="http"))
    try:
        (response,) = wait_for(lambda: _answers_with(running, '"slack": "ok"'))
        assert response.status_code == 503
        assert response.json() == {"ready": False, "slack": "ok", "redis": "does not answer"}
        assert post(running, event_body()).status_code == 503
        assert requests.get(f"{running.url}/healthz", timeout=10).status_code == 200
        assert requests.get(f"{running.url}/metrics", timeout=10).status_code == 503
    finally:
        running.stop()


def _answers_with(running: RunningListener, text: str) -> list[requests.Response]:
    response = requests.get(f"{running.url}/readyz", timeout=10)
    return [response] if text in response.text else []
