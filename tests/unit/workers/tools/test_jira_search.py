from __future__ import annotations

import statistics
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.jira.standin import JiraStandIn
from workers.jira.values import IssueLine
from workers.tools.jira_search import line_of
from workers.tools.toolbox import Toolbox

MakeToolbox = Callable[..., Toolbox]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def jql(jira: JiraStandIn) -> str:
    return str(next(call["body"]["jql"] for call in reversed(jira.calls) if call["route"] == "POST search/jql"))


def keys(content: str) -> list[str]:
    return [line.split(" | ")[0] for line in content.splitlines() if " | " in line]


def test_each_issue_is_one_compact_line() -> None:
    summary = "VPN drops every ten minutes on the office network since the update"
    issue = IssueLine("OPS-12", summary, "Bug", "In Progress", "High", "Jane Doe", NOW - timedelta(days=2))

    line = line_of(issue, NOW)

    assert line.startswith("OPS-12 | Bug | In Progress | High | @Jane Doe | upd 2d | VPN drops every ten")
    assert len(line.encode()) <= 120


@pytest.mark.parametrize(
    ("before", "shown"),
    [
        (timedelta(0), "0m"),
        (timedelta(minutes=59), "59m"),
        (timedelta(hours=3), "3h"),
        (timedelta(hours=47), "47h"),
        (timedelta(days=400), "400d"),
        (timedelta(seconds=-30), "0m"),
    ],
)
def test_the_last_update_is_said_in_one_unit(before: timedelta, shown: str) -> None:
    assert f"upd {shown} " in line_of(IssueLine("OPS-1", "x", updated=NOW - before), NOW)


def test_a_hostile_summary_stays_on_its_line() -> None:
    line = line_of(IssueLine("OPS-1", "one\ntwo\r\n" + "日本" * 200, "Bug | Task", updated=None), NOW)

    assert "\n" not in line
    assert "Bug / Task" in line
    assert len(line.encode()) <= 130


def test_a_search_returns_lines_keys_links_and_where_to_go_on(toolbox: Toolbox) -> None:
    first = toolbox.run("jira_search", "t1", {"status": "any", "limit": 3, "sort": "created"})

    assert keys(first.content) == list(first.issue_keys)
    assert dict(first.links)[first.issue_keys[0]] == f"https://jira.example.com/browse/{first.issue_keys[0]}"
    assert "https://jira.example.com/browse/<key>" in first.content
    cursor = first.content.rpartition("more: ")[2]

    second = toolbox.run("jira_search", "t2", {"status": "any", "limit": 3, "sort": "created", "cursor": cursor})

    assert len(second.issue_keys) == 3
    assert not set(first.issue_keys) & set(second.issue_keys)


def test_similar_issues_are_found_by_keyword_groups(toolbox: Toolbox, jira: JiraStandIn) -> None:
    wanted = next(issue for issue in jira.issues.values() if "VPN" in issue.fields["summary"])

    answer = toolbox.run("jira_search", "t1", {"keywords": ["vpn", "no such words"], "status": "any"})

    assert wanted.key in answer.issue_keys


def test_nothing_found_says_what_to_try(toolbox: Toolbox) -> None:
    answer = toolbox.run("jira_search", "t1", {"keywords": ["zebrafish"], "project": "ops"})

    assert not answer.is_error
    assert answer.issue_keys == ()
    assert answer.content == "No open issue found in OPS. Try once more with status any or other or fewer words."


@pytest.mark.parametrize(
    ("given", "clause"),
    [
        ({"assignee": "me"}, 'assignee = "5b10a2844c20165700ede2a1"'),
        ({"assignee": "Unassigned"}, "assignee is EMPTY"),
        ({"assignee": "linus@example.com"}, 'assignee = "5b10a2844c20165700ede2c3"'),
        ({"reporter": "ME"}, 'reporter = "5b10a2844c20165700ede2a1"'),
        ({"status": "closed"}, "statusCategory = Done"),
        ({"status": "in progress"}, "statusCategory != Done"),
        ({"keywords": "vpn"}, 'text ~ "vpn"'),
        ({"keywords": '["vpn", "wifi"]'}, 'text ~ "vpn" OR text ~ "wifi"'),
        ({"labels": "a, b"}, 'labels in ("a", "b")'),
        ({"updated_within_days": "7"}, "updated >= -7d"),
        ({"sort": "newest"}, "ORDER BY created DESC"),
        ({}, 'project in ("OPS", "WEB")'),
    ],
)
def test_arguments_are_taken_as_people_say_them(
    toolbox: Toolbox, jira: JiraStandIn, given: dict[str, Any], clause: str
) -> None:
    assert not toolbox.run("jira_search", "t1", given).is_error
    assert clause in jql(jira)


@pytest.mark.parametrize(("limit", "most"), [(0, 1), (-5, 1), (500, 20), (2.7, 2)])
def test_a_limit_out_of_range_is_moved_into_it(toolbox: Toolbox, limit: float, most: int) -> None:
    answer = toolbox.run("jira_search", "t1", {"limit": limit, "status": "any"})

    assert len(answer.issue_keys) == most


@pytest.mark.parametrize("who", ["nobody@example.com", "Ada Lovelace", "gareth@example.com"])
def test_a_person_without_an_account_is_said(toolbox: Toolbox, who: str) -> None:
    answer = toolbox.run("jira_search", "t1", {"assignee": who})

    assert answer.is_error
    assert who in answer.content


def test_me_without_a_known_address_is_said(make_toolbox: MakeToolbox) -> None:
    answer = make_toolbox(email=None).run("jira_search", "t1", {"assignee": "me"})

    assert answer.is_error
    assert "'Ada' may be Ada Park (ada@example.com)" in answer.content


def test_a_closed_project_is_refused_before_jira_is_asked(toolbox: Toolbox, jira: JiraStandIn) -> None:
    answer = toolbox.run("jira_search", "t1", {"project": "SECRET"})

    assert answer.is_error
    assert answer.content == "Project 'SECRET' is not open to me. Open projects: OPS, WEB."
    assert jira.calls == []


def test_an_unknown_type_is_answered_with_those_there_are(toolbox: Toolbox) -> None:
    answer = toolbox.run("jira_search", "t1", {"issue_type": "Whale"})
    other = toolbox.run("jira_search", "t2", {"issue_type": "Story", "project": "OPS"})

    assert answer.is_error
    assert "'Whale' is none of the issue types of OPS, WEB: Bug, Task, Incident, Sub-task, Story." in answer.content
    assert "Search again with one of them" in answer.content
    assert not other.is_error
    assert "'Story' is none of the issue types of OPS: Bug, Task, Incident, Sub-task." in other.content


def test_a_hit_takes_120_bytes_in_the_median(toolbox: Toolbox) -> None:
    lines = [
        line
        for number, status in enumerate(("open", "done"))
        for line in toolbox.run("jira_search", f"t{number}", {"status": status, "limit": 20}).content.splitlines()
        if " | " in line
    ]

    assert len(lines) > 20
    assert statistics.median(len(line.encode()) for line in lines) <= 120
