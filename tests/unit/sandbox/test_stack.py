"""What the stack tells its processes, and what it notes of their calls."""

from __future__ import annotations

import json
import sys
import urllib.request
from pathlib import Path

import pytest

from sandbox import environment
from sandbox.jira.standin import JiraStandIn
from sandbox.procfile import commands
from sandbox.recorder import Recorder
from sandbox.server import Running
from sandbox.slack.standin import SlackStandIn
from sandbox.stack import Stack

REAL = {
    "ANTHROPIC_API_KEY": "sk-ant-mine",
    "JIRA_URL": "https://example.atlassian.net",
    "JIRA_EMAIL": "me@example.com",
    "JIRA_API_TOKEN": "mine",
    "JIRA_PROJECTS": "MINE",
    "HTTPS_PROXY": "http://proxy:3128",
    "SLACK_BOT_TOKEN": "xoxb-mine",
    "HOME": "/home/me",
}


def test_the_commands_are_those_of_the_procfile_run_by_this_python() -> None:
    lines = commands()
    assert lines["web"] == [sys.executable, "-m", "bot"]
    assert lines["worker"][:5] == [sys.executable, "-m", "celery", "-A", "workers"]
    assert set(lines) == {"web", "worker", "beat"}


def test_a_comment_and_an_empty_line_are_no_process(tmp_path: Path) -> None:
    file = tmp_path / "Procfile"
    file.write_text("# web: nothing\n\nother: ./run --name 'two words'\n")
    assert commands(file) == {"other": ["./run", "--name", "two words"]}


def test_without_an_outer_environment_everything_is_a_stand_in(tmp_path: Path) -> None:
    with Stack(web=0, workers=0, beat=False, folder=tmp_path) as stack:
        told = stack.environment
        assert told["SLACK_API_URL"] == f"{stack.slack_url}/api/"
        assert told["ANTHROPIC_BASE_URL"] == stack.claude_url
        assert told["JIRA_URL"] == stack.jira_url
        assert stack.redis is not None
        assert told["REDIS_URL"] == stack.redis.url
        assert "HOME" not in told


def test_a_key_and_an_address_of_the_developer_take_the_place_of_stand_ins() -> None:
    claude = environment.claude(REAL, "http://stand-in", "stand-in-key")
    assert claude == {"ANTHROPIC_API_KEY": "sk-ant-mine"}
    assert environment.jira(REAL, {"JIRA_URL": "http://stand-in"})["JIRA_PROJECTS"] == "MINE"
    network = environment.network(REAL)
    assert network["HTTPS_PROXY"] == "http://proxy:3128"
    assert "127.0.0.1" in network["NO_PROXY"]


def test_a_proxy_is_of_no_use_to_stand_ins() -> None:
    assert environment.network({"HTTPS_PROXY": "http://proxy:3128"}) == {}


def test_the_settings_of_a_test_come_last(tmp_path: Path) -> None:
    with Stack(web=0, workers=0, beat=False, folder=tmp_path, settings={"JIRA_PROJECTS": "WEB"}) as stack:
        assert stack.environment["JIRA_PROJECTS"] == "WEB"


def test_calls_are_noted_with_their_outcome() -> None:
    recorder = Recorder()
    slack, jira = SlackStandIn(), JiraStandIn()
    slack_server = Running(lambda: recorder.watch("slack", slack.make_app()))
    jira_server = Running(lambda: recorder.watch("jira", jira.make_app()))
    assert post(f"{slack_server.url}/api/auth.test", "xoxb-sandbox")["ok"] is True
    assert post(f"{slack_server.url}/api/chat.postMessage", "xoxb-sandbox")["ok"] is False
    with pytest.raises(urllib.error.HTTPError) as refused:
        post(f"{jira_server.url}/rest/api/3/issue", "nobody")
    refused.value.close()
    calls = recorder.after(0)
    assert [(call.service, call.operation, call.is_ok) for call in calls] == [
        ("slack", "auth.test", True),
        ("slack", "chat.postMessage", False),
        ("jira", "POST issue", False),
    ]
    assert calls[2].outcome == "401"
    assert recorder.after(calls[1].number) == calls[2:]
    slack_server.stop()
    jira_server.stop()


def post(address: str, token: str) -> dict[str, object]:
    asked = urllib.request.Request(address, data=b"{}", headers={"Authorization": f"Bearer {token}"})  # noqa: S310  loopback
    asked.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(asked, timeout=5) as answer:  # noqa: S310
        return dict(json.loads(answer.read()))
