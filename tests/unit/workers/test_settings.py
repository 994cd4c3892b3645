"""A wrong or missing setting ends the process with one line that names all of them and no secret."""

from __future__ import annotations

import pytest

from workers.setting_values import TOOLS, tool_calls_of
from workers.settings import BotSettings, Settings, WorkerSettings, load
from workers.tools import toolbox

WORKER = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "ANTHROPIC_API_KEY": "sk-1",
    "JIRA_URL": "https://example.atlassian.net/",
    "JIRA_PROJECTS": "ops, WEB",
    "JIRA_EMAIL": "bot@example.com",
    "JIRA_API_TOKEN": "t",
}


def given(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def refusal(kind: type[Settings], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as stopped:
        load(kind)
    assert stopped.value.code
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    return said


def test_all_missing_names_stand_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    said = refusal(WorkerSettings, capsys)

    wanted = ("SLACK_BOT_TOKEN", "ANTHROPIC_API_KEY", "JIRA_URL", "JIRA_PROJECTS", "JIRA_EMAIL", "JIRA_API_TOKEN")
    assert all(f"{name} is missing" in said for name in wanted)


def test_web_without_a_way_in_names_both(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    given(monkeypatch, {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": ""})

    assert "SLACK_SIGNING_SECRET is missing (or SLACK_APP_TOKEN, to listen on a socket)" in refusal(BotSettings, capsys)


def test_data_center_wants_a_personal_access_token_and_nothing_of_the_cloud(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given(monkeypatch, {**WORKER, "JIRA_DEPLOYMENT": "datacenter", "JIRA_EMAIL": "", "JIRA_API_TOKEN": ""})

    said = refusal(WorkerSettings, capsys)

    assert "JIRA_PAT is missing" in said
    assert "JIRA_EMAIL" not in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JIRA_URL", "example.atlassian.net"),
        ("JIRA_PROJECTS", "OPS,??"),
        ("REDIS_URL", "http://localhost"),
        ("WRITE_POLICY", "perhaps"),
        ("SLACK_BOT_TOKEN", "xapp-swapped-secret"),
        ("HISTORY_TTL_DAYS", "soon"),
    ],
)
def test_a_malformed_setting_is_named_and_its_value_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    given(monkeypatch, {**WORKER, name: value})

    said = refusal(WorkerSettings, capsys)

    assert f"{name}:" in said
    assert "secret" not in said


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LOG_LEVEL", "loud", "must be DEBUG, INFO, WARNING or ERROR"),
        ("JIRA_DEPLOYMENT", "moon", "must be cloud or datacenter"),
        ("HISTORY_TTL_DAYS", "soon", "must be a whole number"),
        ("HISTORY_TTL_DAYS", "0", "must be at least 1"),
        ("BUDGET_TURN_USD", "much", "must be a number"),
        ("SUMMARY_MOST", "5000", "must be at most 1000"),
        ("BATCH_POLL_SECONDS", "0", "must be more than 0"),
        ("SLACK_STREAMING", "perhaps", "must be true or false"),
    ],
)
def test_what_a_setting_must_be_is_said_in_plain_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, said: str
) -> None:
    given(monkeypatch, {**WORKER, name: value})

    assert refusal(WorkerSettings, capsys) == f"support-bot cannot start: {name}: {said}\n"


def test_good_settings_are_read_as_the_contract_says(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, {**WORKER, "ADMIN_USERS": "U1, U2", "JIRA_SITE_URL": ""})

    settings = load(WorkerSettings)

    assert settings.jira_projects == ("OPS", "WEB")
    assert settings.site_url == "https://example.atlassian.net"
    assert settings.broker_url == settings.redis_url == "redis://127.0.0.1:6379/0"
    assert settings.slack_base_url == "https://slack.com/api/"
    assert settings.admin_users == ("U1", "U2")
    assert "sk-1" not in repr(settings)


def test_accounts_are_pairs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    given(monkeypatch, {**WORKER, "JIRA_ACCOUNTS": " U1=ada@corp.example , bob@x.example = 5b10:a2 "})
    assert load(WorkerSettings).jira_accounts == (("U1", "ada@corp.example"), ("bob@x.example", "5b10:a2"))

    given(monkeypatch, {**WORKER, "JIRA_ACCOUNTS": "U1"})
    with pytest.raises(SystemExit):
        load(WorkerSettings)
    assert "JIRA_ACCOUNTS: must be a comma list" in capsys.readouterr().err


def test_calls_of_tools_that_are_not_set_are_as_they_are_by_default(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    usual = WorkerSettings.model_fields["turn_tool_calls"].default
    given(monkeypatch, {**WORKER, "TURN_TOOL_CALLS": " Jira_Search = 20, other=3 "})
    assert load(WorkerSettings).tool_calls == {**tool_calls_of(usual), "jira_search": 20, "other": 3}

    for wrong in ("jira_search=0", "jira_serach=5", "jira_search"):
        given(monkeypatch, {"TURN_TOOL_CALLS": wrong})
        assert "TURN_TOOL_CALLS: must be a comma list" in refusal(WorkerSettings, capsys)


def test_the_tools_of_the_setting_are_those_that_the_model_sees() -> None:
    assert {tool.name for tool in toolbox.TOOLS} == TOOLS
