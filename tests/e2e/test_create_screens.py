"""What Jira wants of a new issue: asked for in one question, and learnt anew when Jira refuses one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.jira import catalogue
from sandbox.jira.site import IssueType
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e.drafting import filed, is_told, press, propose, shows, shows_filed, words
from tests.e2e.support import (
    ADA,
    CHANNEL,
    GRACE,
    answer,
    ask,
    card,
    cards,
    filed_by_bot,
    forget_jira,
    replies,
    within,
)
from tests.e2e.support_views import audits, modal

pytestmark = pytest.mark.e2e

SEVERITY, CODE, RUNBOOK, TEAM = "customfield_10051", "customfield_10059", "customfield_10057", "customfield_10050"


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack(folder=tmp_path, beat=False) as stack:
        yield stack


def change_type(stack: Stack, old: IssueType, new: IssueType, *, is_known: bool) -> None:
    """Let an administrator change a type of OPS; `is_known` if the workers have read it since."""
    ops = stack.jira.site.projects["OPS"]
    types = tuple(new if each.id == old.id else each for each in ops.types)
    stack.jira.site.projects["OPS"] = dataclasses.replace(ops, types=types)
    if is_known:
        client = connect(stack.redis_url)
        for name in client.scan_iter("sb:cache:jira:screen:*"):
            client.delete(name)
        client.close()


def test_one_question_names_all_that_is_missing_with_the_allowed_values(stack: Stack) -> None:
    stricter = dataclasses.replace(catalogue.INCIDENT, required=frozenset({SEVERITY, CODE}))
    change_type(stack, catalogue.INCIDENT, stricter, is_known=True)

    ts = ask(stack, "Please file an incident: the checkout page shows an error for all customers since 9:00")
    question = answer(stack, ts).text

    assert "Severity" in question
    assert all(value in question for value in ("SEV1 - Outage", "SEV2 - Major", "SEV3 - Minor", "SEV4 - Cosmetic"))
    assert "Error code" in question
    assert "customfield" not in question
    assert question.count("?") == 1
    assert (cards(stack, ts), filed_by_bot(stack)) == ([], [])

    stack.slack.say(CHANNEL, ADA, "SEV1 - Outage, it says E42", ts)
    shown = card(stack, ts)
    assert "SEV1 - Outage" in words(shown)
    answer(stack, ts, number=2)
    assert len(replies(stack, ts)) == 2
    press(stack, shown, "draft_create")
    shows_filed(shown)
    (key,) = filed_by_bot(stack)
    fields = stack.jira.issue(key).fields
    assert fields[SEVERITY]["value"] == "SEV1 - Outage"
    assert "E42" in fields[CODE]


def test_a_field_that_became_required_is_learnt_from_the_refusal_and_stands_in_the_form(stack: Stack) -> None:
    shown = propose(stack, "Lift is stuck", issue_type="Task")
    screen = (*catalogue.TASK.screen, TEAM)
    stricter = dataclasses.replace(catalogue.TASK, screen=screen, required=frozenset({TEAM}))
    change_type(stack, catalogue.TASK, stricter, is_known=False)

    press(stack, shown, "draft_create")

    shows(shown, "Team is required")
    assert "customfield" not in words(shown)
    press(stack, shown, "draft_edit")
    within(lambda: stack.slack.views.get(ADA), "the form")
    assert stack.slack.submit_view(ADA, "top", {TEAM: "Platform"}) == {}
    shows(shown, "Platform")
    press(stack, shown, "draft_create")
    shows_filed(shown)
    (issue,) = filed(stack, "Lift is stuck")
    assert issue.fields[TEAM]["value"] == "Platform"


def test_a_type_that_the_project_lacks_is_said_at_its_field_or_where_it_is_not_known_by_a_worker(stack: Stack) -> None:
    before = len(audits(stack, CHANNEL))
    stack.slack.command(CHANNEL, GRACE, "/jira", "settings")
    modal(stack, GRACE)
    answered = stack.slack.submit_view(GRACE, "top", {"project": "OPS", "issue_type": "Story"})
    assert answered["errors"] == {"issue_type": "OPS has no type Story. Please choose another one."}
    forget_jira(stack)
    assert stack.slack.submit_view(GRACE, "top", {"project": "OPS", "issue_type": "Story"}) == {}
    is_told(stack, GRACE, "OPS has no type Story")
    assert len(audits(stack, CHANNEL)) == before
