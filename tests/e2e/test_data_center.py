"""The main job on Data Center, from the question to the issue: wiki text, a token, people by name, its own routes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.jira.dialect import shown
from sandbox.smoke import Smoke
from sandbox.stack import LIFELIKE, Stack
from sandbox.transcript import Transcript
from tests.e2e.changing import CONFIRM, comment, field, link, move, propose, update
from tests.e2e.drafting import press, words
from tests.e2e.support import filed_by_bot, within

pytestmark = pytest.mark.e2e


@pytest.fixture(params=["pages", "tree"])
def stack(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stack]:
    """Data Center of today, and of before 8.4, whose create metadata comes as one tree."""
    stack = Stack(folder=tmp_path, pace=LIFELIKE, settings={"JIRA_DEPLOYMENT": "datacenter"})
    stack.jira.site.has_createmeta_pages = request.param == "pages"
    with stack:
        yield stack


def test_a_problem_is_asked_about_searched_drafted_confirmed_and_filed(stack: Stack) -> None:
    Smoke(stack, Transcript()).run()

    (key,) = filed_by_bot(stack)
    issue = stack.jira.issue(key)
    assert issue.fields["description"].startswith("h2. What happened")
    assert "From Slack: [the conversation|" in issue.fields["description"]
    assert shown(issue.fields["reporter"], stack.jira.site)["name"] == "ada"
    refused = [call for call in stack.jira.calls if call["status"] >= 400 and "createmeta" not in call["path"]]
    assert refused == []
    assert {call["route"] for call in stack.jira.calls} >= {"POST search", "POST issue", "GET user/search"}


def test_changes_of_every_kind_are_shown_confirmed_and_made(stack: Stack) -> None:
    calls = (
        comment("OPS-2", "The **disk** is full."),
        update("OPS-2", priority="Low", assignee="grace@example.com", add_labels=["disk"]),
        move("OPS-4", "In Progress"),
        link("OPS-2", "blocks", "OPS-3"),
    )
    shown = propose(stack, "settle these", *calls)
    press(stack, shown, CONFIRM)
    within(lambda: words(shown).count("✅") == len(calls), "all of them done")

    body = stack.jira.issue("OPS-2").comments[-1]["body"]
    assert body.startswith("The *disk* is full.")
    assert "via [Slack|" in body
    assert (field(stack, "OPS-2", "priority"), field(stack, "OPS-4", "status")) == ("Low", "In Progress")
    assert field(stack, "OPS-2", "assignee") == "Grace Moreno"
    assert "disk" in field(stack, "OPS-2", "labels")
    links = stack.jira.issue("OPS-2").fields["issuelinks"]
    assert [each["outwardIssue"]["key"] for each in links if "outwardIssue" in each] == ["OPS-3"]
    changed = next(call["body"] for call in stack.jira.calls if call["route"] == "PUT issue/{key}")
    assert changed["fields"]["assignee"] == {"name": "grace"}
