"""What Jira may do to a create: the person reads what came of it, and nothing is sent a second time unasked."""

from __future__ import annotations

import time

import pytest

from sandbox.faults import Fault
from sandbox.stack import Stack
from tests.e2e.drafting import (
    ASKING,
    BUTTONS,
    CREATE,
    SEARCH,
    ever_read,
    filed,
    is_told,
    offers,
    press,
    propose,
    sent,
    shows,
    shows_filed,
    told,
    words,
)
from tests.e2e.support import ADA, GRACE, LINUS, jira_is_well_again, within
from workers.patience import ASK_AFTER_SECONDS

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("mended_jira")]

ASKED_WITHIN_SECONDS = 45.0
AN_HOUR = 3600.0


def lose(stack: Stack, kind: str, **more: object) -> None:
    """Have the next create go wrong."""
    stack.jira.faults.add(Fault.model_validate({"operation": CREATE, "kind": kind, **more}))


def test_what_jira_refuses_is_said_by_the_fields_names_and_can_be_mended(stack: Stack) -> None:
    shown = propose(stack, "Tap drips", issue_type="Bug", fields={"Team": "Workplace"})
    errors = {"customfield_10050": "Pick another one.", "summary": "Too vague."}
    lose(stack, "status", status=400, body={"errorMessages": ["Nope."], "errors": errors})
    press(stack, shown, "draft_create")

    text = shows(shown, "did not take it")
    assert all(part in text for part in ("Team: Pick another one.", "Summary: Too vague.", "Nope."))
    assert "customfield" not in text
    assert shown.action_ids == BUTTONS

    press(stack, shown, "draft_edit")
    within(lambda: stack.slack.views.get(ADA), "a form")
    stack.slack.submit_view(ADA, "top", {"summary": "Tap in kitchen 2 drips"})
    shows(shown, "kitchen 2")
    press(stack, shown, "draft_create")

    shows_filed(shown)
    assert len(filed(stack, "Tap in kitchen 2 drips")) == 1
    assert filed(stack, "Tap drips") == []


def test_a_refused_draft_can_be_created_again_as_it_is(stack: Stack) -> None:
    shown = propose(stack, "Sink is clogged")
    lose(stack, "status", status=403, body={"errorMessages": ["secret details"], "errors": {}})
    press(stack, shown, "draft_create")
    assert "permission" in shows(shown, "did not take it")
    press(stack, shown, "draft_create", GRACE)

    shows_filed(shown)
    assert len(filed(stack, "Sink is clogged")) == 1


def test_a_dead_token_is_told_to_who_pressed_and_the_draft_stays(stack: Stack) -> None:
    shown = propose(stack, "Oven is cold")
    lose(stack, "status", status=401)
    press(stack, shown, "draft_create", GRACE)

    is_told(stack, GRACE, "access")
    offers(shown, BUTTONS)
    assert len(sent(stack, "Oven is cold")) == 1
    press(stack, shown, "draft_create", GRACE)
    shows_filed(shown)


def test_a_short_wait_that_jira_asks_for_is_kept_and_the_issue_filed_once(stack: Stack) -> None:
    shown = propose(stack, "Toaster trips the fuse")
    lose(stack, "status", status=429, headers={"Retry-After": "1"}, times=2)
    press(stack, shown, "draft_create")

    shows_filed(shown)
    assert len(sent(stack, "Toaster trips the fuse")) == 3
    assert len(filed(stack, "Toaster trips the fuse")) == 1
    assert [("Sending" in words(v.blocks), "Nothing goes" in words(v.blocks)) for v in shown.versions] == [
        (False, True),
        (True, False),
        *[(True, False)] * (len(shown.versions) - 3),
        (False, False),
    ]


def test_a_long_wait_that_jira_asks_for_is_told_and_the_draft_can_be_used_meanwhile(stack: Stack) -> None:
    shown = propose(stack, "Microwave hums")
    lose(stack, "status", status=429, headers={"Retry-After": "240"}, times=-1)
    press(stack, shown, "draft_create", LINUS)

    is_told(stack, LINUS, "4 minutes")
    offers(shown, BUTTONS)
    press(stack, shown, "draft_cancel")
    shows(shown, "cancelled", seconds=5)
    assert filed(stack, "Microwave hums") == []


def test_jira_out_of_reach_is_told_and_the_draft_is_filed_when_it_is_back(stack: Stack) -> None:
    shown = propose(stack, "Dishwasher leaks")
    stack.take_jira_down()
    press(stack, shown, "draft_create", GRACE)
    try:
        is_told(stack, GRACE, "does not answer")
        offers(shown, BUTTONS)
        assert "not known" not in ever_read(shown)
    finally:
        stack.bring_jira_back()
    press(stack, shown, "draft_create", GRACE)

    shows_filed(shown)
    assert len(filed(stack, "Dishwasher leaks")) == 1


def test_an_issue_whose_answer_was_lost_is_found_by_looking(stack: Stack) -> None:
    stack.jira.index_delay_seconds = AN_HOUR
    shown = propose(stack, "Fridge is warm")
    lose(stack, "drop_after")
    press(stack, shown, "draft_create")
    shows(shown, "answer was lost")
    assert shown.action_ids == []
    offers(shown, ASKING)
    press(stack, shown, "filing_check", LINUS)
    is_told(stack, LINUS, "not to be found")

    stack.jira.clock.advance(AN_HOUR + 1)
    press(stack, shown, "filing_check", LINUS)

    shows_filed(shown, seconds=10)
    assert len(sent(stack, "Fridge is warm")) == len(filed(stack, "Fridge is warm")) == 1
    (issue,) = filed(stack, "Fridge is warm")
    within(lambda: issue.remote_links, "the link to the thread")


def test_an_issue_that_is_indexed_late_is_found_with_nobody_asking(stack: Stack) -> None:
    stack.jira.index_delay_seconds = 5
    shown = propose(stack, "Freezer is loud")
    lose(stack, "drop_after")
    press(stack, shown, "draft_create")

    shows_filed(shown)
    assert len(sent(stack, "Freezer is loud")) == len(filed(stack, "Freezer is loud")) == 1


def test_file_anyway_sends_nothing_if_the_issue_has_turned_up(stack: Stack) -> None:
    stack.jira.index_delay_seconds = AN_HOUR
    shown = propose(stack, "Kettle is cold")
    lose(stack, "drop_after")
    press(stack, shown, "draft_create")
    offers(shown, ASKING)

    stack.jira.clock.advance(AN_HOUR + 1)
    press(stack, shown, "filing_force")

    shows_filed(shown)
    assert len(sent(stack, "Kettle is cold")) == len(filed(stack, "Kettle is cold")) == 1


@pytest.mark.timeout(240)
def test_a_lost_create_is_never_repeated_unasked_and_file_anyway_files_one(stack: Stack) -> None:
    lost = {}
    losses = {"drop_before": {}, "status": {"status": 500}, "hang": {"seconds": 90}}
    for kind, more in losses.items():
        summary = f"Lamp flickers {kind}"
        shown = lost[summary] = propose(stack, summary)
        lose(stack, kind, **more)
        press(stack, shown, "draft_create")
        within(lambda summary=summary: sent(stack, summary), "the create")  # type: ignore[misc]
    sent_at = time.monotonic()

    for summary, shown in lost.items():
        offers(shown, ASKING, seconds=ASKED_WITHIN_SECONDS)
        assert len(sent(stack, summary)) == 1
    assert ASK_AFTER_SECONDS < time.monotonic() - sent_at < ASKED_WITHIN_SECONDS

    for summary, shown in lost.items():
        press(stack, shown, "filing_force", GRACE)
        assert f"<@{GRACE}>" in shows_filed(shown)
        assert (len(sent(stack, summary)), len(filed(stack, summary))) == (2, 1)


@pytest.mark.timeout(180)
def test_a_double_click_on_file_anyway_whose_answer_is_lost_too_sends_once(stack: Stack) -> None:
    shown = propose(stack, "Roof leaks")
    lose(stack, "drop_before", times=2)
    press(stack, shown, "draft_create")
    offers(shown, ASKING)
    stack.slack.slack.latency_seconds = 0.3
    try:
        press(stack, shown, "filing_force")
        press(stack, shown, "filing_force")
    finally:
        stack.slack.slack.latency_seconds = 0.0
    within(lambda: len(sent(stack, "Roof leaks")) == 2, "the second create")

    offers(shown, ASKING)
    assert len(sent(stack, "Roof leaks")) == 2
    press(stack, shown, "filing_force")
    shows_filed(shown)
    assert len(filed(stack, "Roof leaks")) == 1


@pytest.mark.timeout(180)
def test_the_two_buttons_stand_in_time_though_jira_cannot_be_searched(stack: Stack) -> None:
    shown = propose(stack, "Cellar is flooded")
    lose(stack, "drop_after")
    stack.jira.faults.add(Fault(operation=SEARCH, kind="hang", seconds=60, times=-1))
    press(stack, shown, "draft_create")
    within(lambda: sent(stack, "Cellar is flooded"), "the create")

    offers(shown, ASKING, seconds=20)
    before = told(stack, LINUS)
    press(stack, shown, "filing_check", LINUS)
    within(lambda: told(stack, LINUS) != before, "a word that it could not look", seconds=40)
    jira_is_well_again(stack)

    shows_filed(shown)
    assert len(sent(stack, "Cellar is flooded")) == len(filed(stack, "Cellar is flooded")) == 1
