"""What a supervisor sees: settings that are wrong are named in one line, and every process leaves on SIGTERM."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from sandbox import environment
from sandbox.procfile import commands
from sandbox.stack import Stack
from tests.e2e.support import answer, ask, replies, within

pytestmark = pytest.mark.e2e

CELERY = str(Path(sys.executable).with_name("celery"))
COMMANDS = {
    "web": commands()["web"],
    "worker": commands()["worker"],
    "worker, as short as it gets": [CELERY, "-A", "workers", "worker"],
    "beat": commands()["beat"],
    "beat, as short as it gets": [CELERY, "-A", "workers", "beat"],
    "doctor": [sys.executable, "-m", "workers", "doctor"],
}
NEEDED = {
    "web": {"SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"},
    "worker": {
        "SLACK_BOT_TOKEN",
        "ANTHROPIC_API_KEY",
        "JIRA_URL",
        "JIRA_PROJECTS",
        "JIRA_EMAIL",
        "JIRA_API_TOKEN",
    },
}
WRONG = {
    "SLACK_BOT_TOKEN": "xoxp-a-persons-token",
    "SLACK_APP_TOKEN": "xoxb-no-app-token",
    "REDIS_URL": "http://127.0.0.1/hunter2",
    "JIRA_URL": "jira.example.com/hunter2",
    "JIRA_PROJECTS": "OPS,not a key",
    "JIRA_API_TOKEN": "hunter2",
    "JIRA_EMAIL": "bot@example.com",
    "ANTHROPIC_API_KEY": "sk-ant-hunter2",
    "HISTORY_TTL_DAYS": "many",
    "WRITE_POLICY": "perhaps",
    "LOG_LEVEL": "LOUD",
    "PORT": "99999",
}
LEAVE_SECONDS = 10.0


def run(command: list[str], folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end with nothing but these settings."""
    found = {**environment.base(), **settings}
    return subprocess.run(command, env=found, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def figure(stack: Stack, name: str) -> float:
    """Return what `web` shows of a figure now, all its labels together."""
    lines = requests.get(f"{stack.web[0].url}/metrics", timeout=5).text.splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_missing_is_named_in_one_line(name: str, tmp_path: Path) -> None:
    ended = run(COMMANDS[name], tmp_path, SLACK_BOT_TOKEN="")

    assert ended.returncode != 0
    assert ended.stdout == "" or name == "doctor", "which goes on with what nothing is missing for"
    assert len(ended.stderr.splitlines()) == 1
    assert all(f"{setting} is missing" in ended.stderr for setting in NEEDED["web" if name == "web" else "worker"])


@pytest.mark.parametrize("name", ["web", "worker", "beat", "doctor"])
def test_what_is_malformed_is_named_in_one_line_without_its_value(name: str, tmp_path: Path) -> None:
    ended = run(COMMANDS[name], tmp_path, **WRONG)

    assert ended.returncode != 0
    assert ended.stdout == "" or name == "doctor", "which goes on with what nothing is missing for"
    assert len(ended.stderr.splitlines()) == 1
    of_all = {"SLACK_BOT_TOKEN", "REDIS_URL", "HISTORY_TTL_DAYS", "LOG_LEVEL"}
    own = {"SLACK_APP_TOKEN", "PORT"} if name == "web" else {"JIRA_URL", "JIRA_PROJECTS", "WRITE_POLICY"}
    own |= {"SLACK_APP_TOKEN"} if name == "doctor" else set()
    assert all(f"{setting}:" in ended.stderr for setting in of_all | own)
    assert not [value for value in WRONG.values() if value in ended.stderr + ended.stdout]


def test_the_doctor_names_a_wrong_token_of_the_listener_without_its_value(tmp_path: Path) -> None:
    names = ["SLACK_BOT_TOKEN", "ANTHROPIC_API_KEY", "JIRA_URL", "JIRA_PROJECTS", "JIRA_EMAIL", "JIRA_API_TOKEN"]
    right = dict(zip(names, ["xoxb-1", "key", "http://127.0.0.1", "OPS", "bot@example.com", "key"], strict=True))
    ended = run(COMMANDS["doctor"], tmp_path, **right, SLACK_APP_TOKEN="xoxb-no-app-token")

    assert ended.stderr == "support-bot cannot start: SLACK_APP_TOKEN: must start with xapp-\n"
    said = "FAIL  Slack events  not asked: SLACK_APP_TOKEN must start with xapp-"
    assert said in ended.stdout.splitlines()
    assert "no-app-token" not in ended.stdout


def test_what_any_process_lacks_is_named_in_one_line_before_all_are_started(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "workers", "settings"]
    ended = run(command, tmp_path, SLACK_BOT_TOKEN="")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert len(ended.stderr.splitlines()) == 1
    for name in {*NEEDED["web"], *NEEDED["worker"]}:
        assert ended.stderr.count(f"{name} is missing") == 1
    assert "SLACK_SIGNING_SECRET is missing (or SLACK_APP_TOKEN" in ended.stderr

    names = ["SLACK_BOT_TOKEN", "ANTHROPIC_API_KEY", "JIRA_URL", "JIRA_PROJECTS", "JIRA_EMAIL", "JIRA_API_TOKEN"]
    right = dict(zip(names, ["xoxb-1", "key", "http://127.0.0.1", "OPS", "bot@example.com", "key"], strict=True))
    ended = run(command, tmp_path, **right, SLACK_APP_TOKEN="xapp-1")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_data_center_asks_for_its_own_token(tmp_path: Path) -> None:
    ended = run(COMMANDS["worker"], tmp_path, JIRA_DEPLOYMENT="datacenter")

    assert "JIRA_PAT is missing" in ended.stderr
    assert "JIRA_EMAIL" not in ended.stderr


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(folder=tmp_path_factory.mktemp("start")) as stack:
        yield stack


def test_a_second_beat_does_no_harm_and_neither_writes_a_file(stack: Stack) -> None:
    first = stack.beat
    assert first is not None
    second = stack.start_beat()
    within(lambda: "beat: Starting" in second.log_text(), "the second beat")
    ts = ask(stack, "hello")
    answer(stack, ts)

    assert (first.is_running, second.is_running) == (True, True)
    assert len(replies(stack, ts)) == 1
    assert not [path for path in stack.folder.rglob("*") if "celerybeat" in path.name or path.suffix == ".pid"]
    first.terminate()
    assert first.wait(LEAVE_SECONDS) == 0


def test_processes_may_start_in_any_order(stack: Stack) -> None:
    later = stack.start_worker()
    within(lambda: "ready." in later.log_text(), "the worker")

    assert later.is_running


def test_workers_that_leave_take_no_figures_with_them(stack: Stack) -> None:
    before = figure(stack, "supportbot_turns_total")
    answer(stack, ask(stack, "hello again"))
    within(lambda: figure(stack, "supportbot_queue_depth") == 0, "the commit")
    for worker in stack.workers:
        worker.terminate()
    assert {worker.wait(LEAVE_SECONDS) for worker in stack.workers} == {0}

    assert figure(stack, "supportbot_turns_total") == before + 1


def test_every_process_leaves_in_order_on_sigterm(stack: Stack) -> None:
    assert stack.beat is not None
    processes = [*stack.web, *stack.workers, stack.beat]
    for process in processes:
        process.terminate()

    assert {process.name: process.wait(LEAVE_SECONDS) for process in processes} == {p.name: 0 for p in processes}
    assert not [process.name for process in processes if "Traceback" in process.log_text()]
