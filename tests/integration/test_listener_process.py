"""`python -m bot` as a supervisor sees it: what it says at start, how it leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from sandbox.ports import free_port
from sandbox.redis_server import RedisServer
from sandbox.slack import APP_TOKEN, BOT_TOKEN, SlackStandIn
from tests.integration.listener_harness import SECRET, wait_for

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]


def start(tmp_path: Path, **settings: str) -> subprocess.Popen[str]:
    """Start the process with nothing but these settings, away from any .env file."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **settings}
    return subprocess.Popen(
        [sys.executable, "-m", "bot"],
        env=environment,
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def is_ready(port: int) -> bool:
    try:
        return bool(requests.get(f"http://127.0.0.1:{port}/readyz", timeout=5).ok)
    except requests.ConnectionError:
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_starts_with_its_settings_alone_and_leaves_in_order(
    tmp_path: Path, own_redis: RedisServer, slack: SlackStandIn, number: signal.Signals
) -> None:
    port = free_port()
    process = start(
        tmp_path,
        SLACK_BOT_TOKEN=BOT_TOKEN,
        SLACK_APP_TOKEN=APP_TOKEN,
        SLACK_API_URL=f"{slack.workspace.base_url}/api/",
        REDIS_URL=own_redis.url,
        PORT=str(port),
        HTTP_PROXY="http://127.0.0.1:1",
        HTTPS_PROXY="http://127.0.0.1:1",
        SLACK_CLIENT_ID="1.2",
        SLACK_CLIENT_SECRET="other-tools-may-need-it",
    )
    wait_for(lambda: is_ready(port), 20)
    ts = slack.say("general", "ada", f"{slack.mention} hi, my password is hunter2")
    wait_for(lambda: slack.statuses and slack.statuses[0].thread_ts == ts)
    process.send_signal(number)
    _, errors = process.communicate(timeout=8)
    assert process.returncode == 0
    assert '"stopped"' in errors
    assert not any(word in errors for word in (BOT_TOKEN, APP_TOKEN, "hunter2", "Traceback"))
    assert all(delivery.is_acked for delivery in slack.deliveries)


def test_missing_settings_are_all_named_in_one_line(tmp_path: Path) -> None:
    process = start(tmp_path, PORT="many")
    _, errors = process.communicate(timeout=20)
    assert process.returncode != 0
    assert len(errors.splitlines()) == 1
    assert all(name in errors for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "PORT"))


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path, slack: SlackStandIn) -> None:
    taken = slack.workspace.base_url.rpartition(":")[2]
    process = start(tmp_path, SLACK_BOT_TOKEN=BOT_TOKEN, SLACK_SIGNING_SECRET=SECRET, PORT=taken, LOG_LEVEL="ERROR")
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert len(errors.splitlines()) == 1
    assert f":{taken}" in errors
