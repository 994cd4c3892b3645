"""What may befall a confirmed change: a lost answer, Jira away, a dead worker; a comment is never doubled unasked."""

from __future__ import annotations

import json

import pytest

from sandbox.claude.scripts import reply, tool
from sandbox.faults import Fault
from sandbox.stack import Stack
from tests.e2e.changing import (
    BUTTONS,
    CANCEL,
    COMMENT,
    CONFIRM,
    LOST,
    READY,
    comment,
    comments,
    field,
    move,
    propose,
    sent,
    update,
)
from tests.e2e.drafting import is_told, offers, press, shows, words
from tests.e2e.support import ADA, GRACE, LINUS, answer, ask, card, jira_is_well_again, within

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("mended_jira")]


def lose(stack: Stack, kind: str, operation: str = COMMENT, **more: object) -> None:
    """Have the next write go wrong."""
    stack.jira.faults.add(Fault.model_validate({"operation": operation, "kind": kind, **more}))


def test_a_comment_whose_answer_was_lost_is_found_by_looking(stack: Stack) -> None:
    shown = propose(stack, "remark on OPS-1", comment("OPS-1", "Taken, but nobody heard."))
    lose(stack, "drop_after")
    press(stack, shown, CONFIRM)
    shows(shown, "✅")

    assert len(comments(stack, "OPS-1", "nobody heard")) == len(sent(stack, COMMENT, "OPS-1")) == 1


@pytest.mark.timeout(180)
def test_a_comment_that_jira_never_got_is_sent_again_only_when_a_person_says_so(stack: Stack) -> None:
    shown = propose(stack, "remark on OPS-2", comment("OPS-2", "Lost on the way."))
    lose(stack, "drop_before")
    press(stack, shown, CONFIRM)
    offers(shown, LOST)
    press(stack, shown, "action_check", LINUS)
    is_told(stack, LINUS, "looked again")
    assert len(sent(stack, COMMENT, "OPS-2")) == 1

    press(stack, shown, "action_force", GRACE)
    assert f"<@{GRACE}>" in shows(shown, "✅")

    assert len(sent(stack, COMMENT, "OPS-2")) == 2
    assert len(comments(stack, "OPS-2", "on the way")) == 1


@pytest.mark.timeout(180)
def test_done_anyway_looks_before_it_repeats(stack: Stack) -> None:
    shown = propose(stack, "remark on OPS-3", comment("OPS-3", "Came late."))
    lose(stack, "drop_after")
    press(stack, shown, CONFIRM)
    within(lambda: sent(stack, COMMENT, "OPS-3"), "the comment on its way")
    lose(stack, "status", "GET issue/{key}/comment", status=503, times=-1)
    offers(shown, LOST)
    jira_is_well_again(stack)
    press(stack, shown, "action_force")
    shows(shown, "✅")

    assert len(comments(stack, "OPS-3", "Came late")) == len(sent(stack, COMMENT, "OPS-3")) == 1


@pytest.mark.timeout(180)
def test_what_was_lost_can_be_left(stack: Stack) -> None:
    shown = propose(stack, "remark on OPS-4", comment("OPS-4", "Never mind."))
    lose(stack, "drop_before")
    press(stack, shown, CONFIRM)
    offers(shown, LOST)
    press(stack, shown, CANCEL)

    assert "not known" in shows(shown, "Closed by")
    assert len(sent(stack, COMMENT, "OPS-4")) == 1


def test_a_lost_answer_to_fields_and_a_status_is_read_again_and_done_once(stack: Stack) -> None:
    shown = propose(stack, "settle OPS-5", update("OPS-5", priority="Lowest"), move("OPS-5", "In Progress"))
    lose(stack, "drop_after", "PUT issue/{key}")
    lose(stack, "drop_after", "POST issue/{key}/transitions")
    press(stack, shown, CONFIRM)
    within(lambda: words(shown).count("✅") == 2, "both done")

    assert (field(stack, "OPS-5", "priority"), field(stack, "OPS-5", "status")) == ("Lowest", "In Progress")
    assert len(sent(stack, "POST issue/{key}/transitions", "OPS-5")) == 1


def test_a_long_wait_that_jira_asks_for_is_told_and_nothing_is_lost(stack: Stack) -> None:
    shown = propose(stack, "remark on OPS-6", comment("OPS-6", "Later."))
    lose(stack, "status", status=429, headers={"Retry-After": "240"}, times=-1)
    press(stack, shown, CONFIRM, LINUS)
    told = is_told(stack, LINUS, "4 minutes")
    assert "by myself" in told
    shows(shown, "by myself as soon as it does")
    offers(shown, BUTTONS)
    jira_is_well_again(stack)
    press(stack, shown, CONFIRM, LINUS)
    shows(shown, "✅")

    assert len(comments(stack, "OPS-6", "Later")) == 1


def test_what_is_confirmed_while_jira_asks_to_wait_is_done_by_itself_unless_it_is_cancelled(stack: Stack) -> None:
    left = propose(stack, "remark on OPS-8", comment("OPS-8", "Never to be said."))
    kept = propose(stack, "remark on OPS-11", comment("OPS-11", "Said when Jira takes it."))
    lose(stack, "status", status=429, headers={"Retry-After": "8"}, times=-1)
    press(stack, left, CONFIRM)
    shows(left, "by myself as soon as it does")
    press(stack, left, CANCEL)
    shows(left, "Cancelled")
    # It waits behind the other one: once it is done, that one would have been as well.
    press(stack, kept, CONFIRM)
    shows(kept, "by myself as soon as it does")
    offers(kept, BUTTONS)
    jira_is_well_again(stack)

    shows(kept, "✅", seconds=60)

    assert len(comments(stack, "OPS-11", "Said when")) == 1
    assert comments(stack, "OPS-8", "Never") == []


def test_one_refused_change_of_several_does_not_undo_the_others(stack: Stack) -> None:
    shown = propose(stack, "finish OPS-7", comment("OPS-7", "All done here."), update("OPS-7", priority="High"))
    body = {"errorMessages": [], "errors": {"priority": "Frozen."}}
    lose(stack, "status", "PUT issue/{key}", status=400, body=body)
    press(stack, shown, CONFIRM)
    assert "Priority: Frozen." in shows(shown, "not done")
    offers(shown, BUTTONS)
    press(stack, shown, CONFIRM)
    within(lambda: words(shown).count("✅") == 2, "both done")

    assert len(sent(stack, COMMENT, "OPS-7")) == len(comments(stack, "OPS-7", "All done")) == 1
    assert field(stack, "OPS-7", "priority") == "High"


@pytest.mark.timeout(180)
def test_a_lost_comment_is_not_sent_again_because_a_later_change_met_an_outage(stack: Stack) -> None:
    said, lowered = comment("OPS-10", "Lost before the outage."), update("OPS-10", priority="Lowest")
    # One after the other, so that the comment stands first.
    stack.claude.script(reply(tool(*said)), reply(tool(*lowered)), reply(READY), when="settle OPS-10")
    ts = ask(stack, "settle OPS-10")
    shown = card(stack, ts, CONFIRM)
    answer(stack, ts)
    lose(stack, "drop_before")
    lose(stack, "status", "PUT issue/{key}", status=503, times=-1)
    press(stack, shown, CONFIRM)
    offers(shown, LOST)
    assert len(sent(stack, COMMENT, "OPS-10")) == 1

    jira_is_well_again(stack)
    press(stack, shown, "action_check")
    within(lambda: field(stack, "OPS-10", "priority") == "Lowest", "the later change")
    assert len(sent(stack, COMMENT, "OPS-10")) == 1
    assert comments(stack, "OPS-10", "before the outage") == []


def test_the_model_hears_what_came_of_a_change(stack: Stack) -> None:
    shown = propose(stack, "remark on OPS-9", comment("OPS-9", "Heard."))
    press(stack, shown, CONFIRM)
    shows(shown, "✅")
    ts = shown.thread_ts or ""
    stack.slack.say("C0SUPPORT", ADA, f"{stack.slack.mention} what became of it?", ts)
    answer(stack, ts, number=2)

    asked = [json.dumps(each.body["messages"]) for each in stack.claude.message_requests]
    assert any("what became of it" in each and "(comment on OPS-9) was made" in each for each in asked)
