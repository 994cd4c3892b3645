"""`python -m workers doctor` with the real settings: a line a thing, what to do where one is wrong, no secret."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from sandbox import environment
from sandbox.claude.standin import ClaudeStandIn
from sandbox.faults import Fault
from sandbox.jira.standin import JiraStandIn
from sandbox.ports import free_port
from sandbox.redis_server import RedisServer
from sandbox.server import Running
from sandbox.slack import SlackStandIn

pytestmark = pytest.mark.integration


@dataclass
class Surgery:
    """Everything that the doctor looks at, well; a test makes one thing ill."""

    slack: SlackStandIn
    jira: JiraStandIn
    claude: ClaudeStandIn
    settings: dict[str, str]
    folder: Path

    def examine(self, **settings: str) -> tuple[int, list[str]]:
        """Return the exit status and the lines."""
        found = {**environment.base(), **self.settings, **settings}
        command = [sys.executable, "-m", "workers", "doctor"]
        ended = subprocess.run(
            command, env=found, cwd=self.folder, capture_output=True, text=True, timeout=60, check=False
        )
        # Settings that are missing are also named in one line, as every process names them.
        assert ended.stderr == "" or ended.stderr.startswith("support-bot cannot start: ")
        assert not [secret for name, secret in found.items() if is_secret(name) and secret and secret in ended.stdout]
        return ended.returncode, ended.stdout.splitlines()

    def complaint(self, **settings: str) -> str:
        """Return the one line that says what is wrong."""
        status, lines = self.examine(**settings)
        failed = [line for line in lines if line.startswith("FAIL")]
        assert status == 1
        assert len(failed) == 1, lines
        return failed[0]


def is_secret(name: str) -> bool:
    return name.endswith(("_TOKEN", "_KEY", "_SECRET", "_PAT"))


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis"), appendonly=True) as server:
        yield server


@pytest.fixture
def deployment() -> Literal["cloud", "datacenter"]:
    return "cloud"


@pytest.fixture
def surgery(redis_server: RedisServer, tmp_path: Path, deployment: Literal["cloud", "datacenter"]) -> Iterator[Surgery]:
    slack, jira, claude = SlackStandIn(), JiraStandIn(deployment=deployment), ClaudeStandIn()
    running = [Running(stand_in.make_app) for stand_in in (slack, jira, claude)]
    settings = {
        "REDIS_URL": redis_server.url,
        "SLACK_BOT_TOKEN": environment.BOT_TOKEN,
        "SLACK_APP_TOKEN": environment.APP_TOKEN,
        "SLACK_API_URL": f"{running[0].url}/api/",
        "JIRA_URL": running[1].url,
        "JIRA_EMAIL": jira.email,
        "JIRA_API_TOKEN": jira.api_token,
        "JIRA_PROJECTS": "OPS,WEB",
        "ANTHROPIC_BASE_URL": running[2].url,
        "ANTHROPIC_API_KEY": next(iter(claude.api_keys)),
    }
    yield Surgery(slack, jira, claude, settings, tmp_path)
    for server in running:
        server.stop()


def test_where_all_is_well_every_line_says_so(surgery: Surgery) -> None:
    status, lines = surgery.examine()

    assert status == 0
    assert {line.split()[0] for line in lines} == {"ok"}
    for word in ("Redis", "appendonly is yes", "noeviction", "Socket Mode", "claude-sonnet-5-5", "claude-haiku-5-5"):
        assert any(word in line for line in lines), word
    assert any("@support-bot in Sandbox" in line for line in lines)
    assert any("project OPS" in line for line in lines)
    assert any("project WEB" in line for line in lines)


def test_a_wrong_token_of_slack(surgery: Surgery) -> None:
    line = surgery.complaint(SLACK_BOT_TOKEN="xoxb-another")

    assert "SLACK_BOT_TOKEN" in line
    assert "invalid_auth" in line


def test_a_wrong_app_token_of_slack(surgery: Surgery) -> None:
    line = surgery.complaint(SLACK_APP_TOKEN="xapp-another")

    assert "SLACK_APP_TOKEN" in line
    assert "invalid_auth" in line


def test_a_scope_that_is_missing(surgery: Surgery) -> None:
    surgery.slack.slack.scopes -= {"users:read.email", "im:history"}

    line = surgery.complaint()

    assert "im:history, users:read.email" in line
    assert "install" in line


def test_a_wrong_token_of_jira(surgery: Surgery) -> None:
    assert "make a new one" in surgery.complaint(JIRA_API_TOKEN="another")


@pytest.mark.parametrize("project", ["ARCH", "HR", "NOPE"])
def test_a_project_without_permission(surgery: Surgery, project: str) -> None:
    line = surgery.complaint(JIRA_PROJECTS=f"OPS,{project}")

    assert project in line
    assert "CREATE_ISSUES" in line or "JIRA_PROJECTS" in line


def test_an_unknown_model(surgery: Surgery) -> None:
    line = surgery.complaint(ANTHROPIC_MODEL="claude-nonsense-9")

    assert "ANTHROPIC_MODEL" in line
    assert "claude-nonsense-9" in line


def test_a_wrong_key_of_claude(surgery: Surgery) -> None:
    status, lines = surgery.examine(ANTHROPIC_API_KEY="sk-ant-another")
    failed = [line for line in lines if line.startswith("FAIL")]

    assert status == 1
    assert failed
    assert all("ANTHROPIC_API_KEY" in line for line in failed)


def test_a_redis_that_does_not_answer(surgery: Surgery) -> None:
    line = surgery.complaint(REDIS_URL=f"redis://:hunter2@127.0.0.1:{free_port()}/0")

    assert "Redis" in line
    assert "nothing answers at redis://127.0.0.1:" in line
    assert "REDIS_URL" in line
    assert "hunter2" not in line


def test_a_redis_that_forgets(surgery: Surgery, tmp_path: Path) -> None:
    with RedisServer(tmp_path / "forgetful") as server:
        line = surgery.complaint(REDIS_URL=server.url)

    assert "appendonly is no" in line
    assert "set it to yes" in line


def test_services_that_do_not_answer_are_named_with_their_setting(surgery: Surgery) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"

    status, lines = surgery.examine(SLACK_API_URL=f"{nowhere}/api/", JIRA_URL=nowhere, ANTHROPIC_BASE_URL=nowhere)

    failed = [line for line in lines if line.startswith("FAIL")]
    assert status == 1
    for setting in ("SLACK_API_URL", "JIRA_URL", "ANTHROPIC_BASE_URL"):
        (line, *_) = [line for line in failed if setting in line]
        assert f"nothing answers at {nowhere}" in line
        assert "connection refused" in line
    assert "Error" not in "".join(lines), "no name of an exception"
    assert all(line.split()[0] in ("ok", "note", "FAIL") for line in lines), "no line of a log"


def test_a_host_that_does_not_exist_is_called_that(surgery: Surgery) -> None:
    line = surgery.complaint(JIRA_URL="https://jira.invalid")

    assert "nothing answers at https://jira.invalid" in line
    assert "no such host" in line


def test_a_service_that_answers_with_an_error_is_not_said_to_be_away(surgery: Surgery) -> None:
    surgery.jira.faults.add(Fault(operation="*", kind="status", status=503, times=-1))

    line = surgery.complaint()

    assert "nothing answers" not in line
    assert surgery.settings["JIRA_URL"] in line
    assert "503" in line


def test_a_model_that_retires_within_two_months_is_named_with_its_day(surgery: Surgery) -> None:
    _status, lines = surgery.examine(ANTHROPIC_MODEL="claude-sonnet-4-5")

    (line,) = [line for line in lines if "claude-sonnet-4-5 is" in line]
    assert not line.startswith("ok")
    assert "retires 2026-11-30: choose another one for ANTHROPIC_MODEL" in line


def test_a_fallback_model_that_does_not_exist(surgery: Surgery) -> None:
    assert "ANTHROPIC_FALLBACK_MODEL = claude-nobody" in surgery.complaint(ANTHROPIC_FALLBACK_MODEL="claude-nobody")


@pytest.mark.parametrize(
    ("lacking", "still_looked_at"),
    [
        ("SLACK_BOT_TOKEN", ("Socket Mode opens", "logged in as", "claude-sonnet-5-5 is", "appendonly is yes")),
        ("ANTHROPIC_API_KEY", ("the bot is", "project WEB: may browse", "appendonly is yes")),
        ("JIRA_API_TOKEN", ("the bot is", "claude-sonnet-5-5 is", "appendonly is yes")),
        ("JIRA_URL", ("the bot is", "claude-sonnet-5-5 is", "appendonly is yes")),
        ("JIRA_PROJECTS", ("the bot is", "logged in as", "claude-sonnet-5-5 is", "appendonly is yes")),
    ],
)
def test_what_lacks_no_setting_is_looked_at_all_the_same(
    surgery: Surgery, lacking: str, still_looked_at: tuple[str, ...]
) -> None:
    status, lines = surgery.examine(**{lacking: ""})

    failed = [line for line in lines if line.startswith("FAIL")]
    assert (status, len(failed)) == (1, 1)
    assert f"{lacking} is missing" in failed[0]
    assert [words for words in still_looked_at if not any(words in line for line in lines)] == []
    assert "missing" not in "".join(line for line in lines if line not in failed)


def test_with_no_setting_at_all_each_that_is_missing_has_its_line(surgery: Surgery) -> None:
    status, lines = surgery.examine(**{**dict.fromkeys(surgery.settings, ""), "REDIS_URL": "localhost:6379"})

    names = ("SLACK_BOT_TOKEN", "ANTHROPIC_API_KEY", "JIRA_URL", "JIRA_EMAIL", "JIRA_API_TOKEN", "JIRA_PROJECTS")
    assert status == 1
    for name in names:
        assert sum(f"{name} is missing" in line for line in lines) == 1, name
    assert sum("not asked: REDIS_URL must" in line for line in lines) == 1


RIGHTS = [
    pytest.param("cloud", {"administer": True}, ("ok", "many issues at once"), id="cloud, administers"),
    pytest.param("cloud", {"browse_users": True}, ("ok", "issue by issue"), id="cloud, browses users"),
    pytest.param("cloud", {}, ("note", "can't be asked for"), id="cloud, neither"),
    # There is no question about many issues at once.
    pytest.param(
        "datacenter", {"administer": True, "browse_users": True}, ("ok", "issue by issue"), id="server, admin"
    ),
    pytest.param("datacenter", {"browse_users": True}, ("ok", "issue by issue"), id="server, browses users"),
    pytest.param("datacenter", {}, ("note", "can't be asked for"), id="server, neither"),
]


@pytest.mark.parametrize(("deployment", "rights", "said"), RIGHTS)  # The surgery, too, is for that deployment.
def test_it_says_how_the_rights_of_others_are_known_as_they_are_now(
    surgery: Surgery, deployment: Literal["cloud", "datacenter"], rights: dict[str, bool], said: tuple[str, str]
) -> None:
    surgery.jira.let_bot(**{"administer": False, "browse_users": False, **rights})

    status, lines = surgery.examine(JIRA_DEPLOYMENT=deployment, JIRA_PAT=surgery.jira.pat)

    (line,) = [line for line in lines if "Jira rights" in line]
    assert (line.split()[0], status) == (said[0], 0)
    assert said[1] in line


def test_without_rights_it_names_what_everybody_is_shown_and_the_way_out(surgery: Surgery) -> None:
    surgery.jira.let_bot(administer=False, browse_users=False)

    (line,) = [line for line in surgery.examine()[1] if "Jira rights" in line]
    (opened,) = [line for line in surgery.examine(JIRA_OPEN_PROJECTS="WEB")[1] if "Jira rights" in line]

    assert "nothing from Jira" in line
    assert "Browse users and groups" in line
    assert "everybody is shown WEB" in opened
