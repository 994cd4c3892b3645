"""Jira down for so long that nobody calls it any more: what was confirmed is filed later, once, and people hear so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.claude.scripts import reply
from sandbox.faults import Fault
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e.drafting import (
    BUTTONS,
    JUDGEMENT,
    SEARCH,
    filed,
    is_told,
    offers,
    press,
    propose,
    sent,
    shows,
    shows_filed,
)
from tests.e2e.support import ADA, CHANNEL, GRACE, card, forget_jira, within
from tests.e2e.support_views import modal
from workers.patience import PATIENCE_SECONDS
from workers.state.outages import MOST_FAILURES, Outages

pytestmark = pytest.mark.e2e

DOWN = "sb:wall:jira:down"


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack(workers=2, folder=tmp_path) as stack:
        yield stack


def open_form(stack: Stack, text: str) -> str:
    """Let Ada say something, and Grace open the form that files it as a task; return the ts of the message."""
    filled = {**JUDGEMENT, "summary": text, "description": "", "issue_type": "Task", "priority": ""}
    stack.claude.script(reply(json.dumps(filled)), when=text)
    ts = stack.slack.say(CHANNEL, ADA, text)
    stack.slack.shortcut(CHANNEL, ts, GRACE, "file_issue")
    modal(stack, GRACE)
    return ts


@contextmanager
def outage(stack: Stack) -> Iterator[None]:
    """Jira takes nothing, and everybody knows it: nobody calls it any more, for longer than a press is patient."""
    # Nothing of a create is taken: it is certain that Jira does not have it.
    stack.jira.faults.add(Fault(operation="*", kind="status", status=503, headers={"Retry-After": "1"}, times=-1))
    client = connect(stack.redis_url)
    outages = Outages(client, "jira")
    try:
        # What other processes meet of it; as Jira is still down after the first pause, the next one is longer.
        for _ in range(MOST_FAILURES):
            outages.failed()
        within(lambda: not client.exists(DOWN), "the end of the first pause")
        outages.failed()
        assert client.pttl(DOWN) > PATIENCE_SECONDS * 1000
        yield
    finally:
        stack.jira.faults.clear()
        client.close()


@pytest.mark.timeout(240)
def test_what_is_confirmed_in_an_outage_is_filed_once_when_it_is_over(stack: Stack) -> None:
    shown = propose(stack, "Lift is stuck")
    with outage(stack):
        press(stack, shown, "draft_create")
        told = is_told(stack, ADA, "does not answer right now")
        assert sent(stack, "Lift is stuck") == []

    assert "I file the draft by myself" in told
    shows_filed(shown, seconds=120)
    assert len(filed(stack, "Lift is stuck")) == len(sent(stack, "Lift is stuck")) == 1
    within(lambda: shown.action_ids == [], "no button left")


@pytest.mark.timeout(240)
@pytest.mark.parametrize("is_known", [True, False], ids=["a known project", "one of which nothing is known yet"])
def test_a_form_that_is_sent_in_an_outage_is_filed_once_when_it_is_over(stack: Stack, *, is_known: bool) -> None:
    ts = open_form(stack, "The oven is cold")
    if not is_known:
        forget_jira(stack)
    with outage(stack):
        assert stack.slack.submit_view(GRACE, "top", {"summary": "Oven is cold"}) == {}
        told = is_told(stack, GRACE, "does not answer right now")
        shown = card(stack, ts)
        offers(shown, BUTTONS)
        assert sent(stack, "Oven is cold") == []

    assert "I file the draft by myself" in told
    shows_filed(shown, seconds=120)
    assert len(filed(stack, "Oven is cold")) == len(sent(stack, "Oven is cold")) == 1
    assert "not checked" not in str(shown.blocks)


@pytest.mark.timeout(240)
def test_who_edits_what_waits_to_be_filed_hears_that_it_is_not_filed_by_itself(stack: Stack) -> None:
    shown = propose(stack, "Ramp is icy")
    with outage(stack):
        press(stack, shown, "draft_create")
        told = is_told(stack, ADA, "does not answer right now")
        press(stack, shown, "draft_edit")
        within(lambda: stack.slack.views.get(ADA), "a form")
        assert stack.slack.submit_view(ADA, "top", {"summary": "Ramp is very icy"}) == {}
        shows(shown, "Ramp is very icy")

    assert "unless somebody cancels or changes it" in told
    within(lambda: is_told(stack, ADA, "changed after you confirmed it"), "the word on it", 120)
    assert sent(stack, "Ramp is icy") == sent(stack, "Ramp is very icy") == []
    press(stack, shown, "draft_create")
    shows_filed(shown)
    assert len(filed(stack, "Ramp is very icy")) == 1


@pytest.mark.timeout(240)
def test_what_turns_out_to_be_known_once_jira_answers_is_asked_first(stack: Stack) -> None:
    known = propose(stack, "The coffee machine on floor two leaks water")
    press(stack, known, "draft_create")
    shows_filed(known)
    ts = open_form(stack, "The coffee machine on floor two leaks water")
    with outage(stack):
        assert stack.slack.submit_view(GRACE, "top", {}) == {}
        is_told(stack, GRACE, "I file the draft by myself")
        shown = card(stack, ts)

    within(lambda: "duplicate_use" in shown.action_ids, "the question whether it is the same", 60)
    is_told(stack, GRACE, "known already")
    assert len(filed(stack, "The coffee machine on floor two leaks water")) == 1


def test_a_form_whose_like_could_not_be_looked_for_is_asked_about_first(stack: Stack) -> None:
    ts = open_form(stack, "The gate squeaks")
    # Longer than a look may take; all else in Jira answers.
    stack.jira.faults.add(Fault(operation=SEARCH, kind="delay", seconds=5, times=-1))

    assert stack.slack.submit_view(GRACE, "top", {}) == {}

    shown = card(stack, ts)
    shows(shown, "could not look for similar issues")
    within(lambda: sum(each.log_text().count('"similar_looked_for"') for each in stack.workers) > 1, "a second look")
    offers(shown, BUTTONS)
    assert sent(stack, "The gate squeaks") == []
