"""Changes of issues that exist: shown on one card, made once after a person's press, and not otherwise."""

from __future__ import annotations

import dataclasses
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
    READY,
    comment,
    comments,
    field,
    link,
    move,
    propose,
    sent,
    update,
)
from tests.e2e.drafting import ever_read, is_told, offers, press, press_stale, shows, text_of, words
from tests.e2e.support import ADA, GRACE, GUEST, answer, ask, card, cards, within
from workers.views.change_words import STALE

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("mended_jira")]

TEAM = "customfield_10050"


def test_a_comment_is_shown_whole_and_written_when_a_person_confirms(stack: Stack) -> None:
    shown = propose(stack, "tell them on OPS-1", comment("OPS-1", "The **disk** is full again."))
    assert shown.action_ids == BUTTONS
    assert "Add a comment" in words(shown)
    assert "The **disk** is full again." in words(shown)
    assert comments(stack, "OPS-1", "full again") == []

    press(stack, shown, CONFIRM, GRACE)

    assert f"<@{GRACE}>" in shows(shown, "✅")
    (written,) = comments(stack, "OPS-1", "full again")
    assert "From Ada Park via Slack" in text_of(written["body"])
    assert shown.action_ids == []


def test_what_one_turn_wants_stands_on_one_card_and_is_made_together(stack: Stack) -> None:
    calls = (
        comment("OPS-2", "Moved to the new team."),
        update("OPS-2", priority="Low", add_labels=["new-team"]),
        link("OPS-2", "blocks", "OPS-3"),
    )
    shown = propose(stack, "hand OPS-2 over", *calls)
    within(lambda: "blocks" in words(shown) and "→ Low" in words(shown), "all three on the card")
    assert len(cards(stack, shown.thread_ts or "")) == 1

    press(stack, shown, CONFIRM)
    shows(shown, "✅")

    within(lambda: words(shown).count("✅") == 3, "three done")
    assert field(stack, "OPS-2", "priority") == "Low"
    assert "new-team" in field(stack, "OPS-2", "labels")
    links = stack.jira.issue("OPS-2").fields["issuelinks"]
    assert [each["outwardIssue"]["key"] for each in links if "outwardIssue" in each] == ["OPS-3"]
    assert len(comments(stack, "OPS-2", "new team")) == 1


def test_a_status_is_shown_from_and_to_and_the_comment_follows_the_move(stack: Stack) -> None:
    shown = propose(stack, "start OPS-4", move("OPS-4", "in progress", comment="I take this."))
    assert "→ In Progress" in words(shown)
    press(stack, shown, CONFIRM)
    within(lambda: words(shown).count("✅") == 2, "both done")

    assert field(stack, "OPS-4", "status") == "In Progress"
    assert len(comments(stack, "OPS-4", "I take this")) == 1


def test_a_move_that_asks_for_a_field_is_asked_about_once_and_made_with_the_answer(stack: Stack) -> None:
    issue = stack.jira.issue("OPS-14")
    status = field(stack, "OPS-14", "status")
    way, to = ("Start progress", "In Progress") if status != "In Progress" else ("Reopen", "To Do")
    issue.type = dataclasses.replace(issue.type, transition_fields={way: (TEAM,)})
    stack.claude.script(
        reply(tool(*move("OPS-14", to))), reply("Which team takes it: Platform or Payments?"), when="take OPS-14 on"
    )
    ts = ask(stack, "take OPS-14 on")
    answer(stack, ts)
    told = json.dumps(stack.claude.message_requests[-1].body["messages"][-1])
    assert "Team: Platform, Identity, Payments, Workplace" in told
    assert "customfield" not in told
    assert cards(stack, ts) == []

    stack.claude.script(
        reply(tool(*move("OPS-14", to, fields={"team": "payments"}))), reply(READY), when="Payments it is"
    )
    stack.slack.say("C0SUPPORT", ADA, f"{stack.slack.mention} Payments it is", ts)
    shown = card(stack, ts, CONFIRM)
    assert all(part in words(shown) for part in (f"→ {to}", "Team", "Payments"))
    answer(stack, ts, number=2)
    press(stack, shown, CONFIRM)
    shows(shown, "✅")

    assert field(stack, "OPS-14", "status") == to
    assert issue.fields[TEAM]["value"] == "Payments"


def test_a_move_whose_screen_grew_after_it_was_shown_is_refused_by_the_fields_name(stack: Stack) -> None:
    issue = stack.jira.issue("OPS-16")
    way, to = ("Reopen", "To Do") if field(stack, "OPS-16", "status") != "To Do" else ("Start progress", "In Progress")
    issue.fields[TEAM] = None
    shown = propose(stack, "move OPS-16 on", move("OPS-16", to))
    issue.type = dataclasses.replace(issue.type, transition_fields={way: (TEAM,)})
    press(stack, shown, CONFIRM)

    text = shows(shown, "Team is required")
    assert "customfield" not in text
    assert field(stack, "OPS-16", "status") != to


def test_a_double_click_comments_once_and_a_late_one_is_told(stack: Stack) -> None:
    shown = propose(stack, "note it on OPS-5", comment("OPS-5", "Twice is too often."))
    press(stack, shown, CONFIRM)
    press_stale(stack, shown, CONFIRM)
    shows(shown, "✅")
    press_stale(stack, shown, CONFIRM, GRACE)
    is_told(stack, GRACE, "done already")

    assert len(comments(stack, "OPS-5", "too often")) == len(sent(stack, COMMENT, "OPS-5")) == 1


def test_a_cancelled_change_is_not_made_and_the_model_knows(stack: Stack) -> None:
    shown = propose(stack, "raise OPS-6", update("OPS-6", summary="Something else"))
    press(stack, shown, CANCEL)
    shows(shown, "Cancelled")
    before = field(stack, "OPS-6", "summary")
    ts = shown.thread_ts or ""
    ask(stack, "and now?", thread_ts=ts)
    answer(stack, ts, number=2)

    assert before != "Something else"
    asked = [json.dumps(each.body["messages"]) for each in stack.claude.message_requests]
    assert any("and now?" in each and "was cancelled by a person" in each for each in asked)


def test_a_guest_may_not_press_and_who_asked_may_cancel(stack: Stack) -> None:
    shown = propose(stack, "remark on OPS-7", comment("OPS-7", "Guests look on."))
    press(stack, shown, CONFIRM, GUEST)
    is_told(stack, GUEST, "full members")
    press(stack, shown, CANCEL, GUEST)

    assert shown.action_ids == BUTTONS
    assert comments(stack, "OPS-7", "look on") == []
    press(stack, shown, CANCEL, ADA)
    shows(shown, "Cancelled")


def test_an_issue_that_was_changed_meanwhile_is_shown_anew_before_it_is_changed(stack: Stack) -> None:
    shown = propose(stack, "lower OPS-8", update("OPS-8", priority="Lowest"))
    stack.jira.issue("OPS-8").fields["priority"] = {"id": "1", "name": "Highest"}
    press(stack, shown, CONFIRM)

    text = shows(shown, STALE)
    assert "Highest → Lowest" in text
    assert field(stack, "OPS-8", "priority") == "Highest"
    press_stale(stack, shown, CONFIRM, GRACE)
    press(stack, shown, CONFIRM)
    shows(shown, "✅")
    assert field(stack, "OPS-8", "priority") == "Lowest"


def test_an_issue_that_became_secret_meanwhile_is_neither_changed_nor_shown_anew(stack: Stack) -> None:
    shown = propose(stack, "lower OPS-2", update("OPS-2", priority="Lowest"))
    stack.jira.issue("OPS-2").fields["priority"] = {"id": "1", "name": "Highest"}
    stack.jira.restrict("OPS-2", stack.jira.bot.account_id, stack.jira.person("ada@example.com").account_id)
    press(stack, shown, CONFIRM, GRACE)

    is_told(stack, GRACE, "may not be shown here any more")
    assert "Highest" not in ever_read(shown)
    assert field(stack, "OPS-2", "priority") == "Highest"


def test_what_jira_refuses_is_said_by_name_and_can_be_tried_again(stack: Stack) -> None:
    shown = propose(stack, "due OPS-9", update("OPS-9", fields={"Due date": "2027-01-31"}))
    body = {"errorMessages": [], "errors": {"duedate": "Not on a Sunday."}}
    stack.jira.faults.add(Fault(operation="PUT issue/{key}", kind="status", status=400, body=body))
    press(stack, shown, CONFIRM)

    assert "Due date: Not on a Sunday." in shows(shown, "not done")
    offers(shown, BUTTONS)
    press(stack, shown, CONFIRM)
    shows(shown, "✅")
    assert field(stack, "OPS-9", "duedate") == "2027-01-31"


def test_the_rules_of_the_sandbox_understand_everyday_words(stack: Stack) -> None:
    ts = ask(stack, "assign OPS-10 to grace")
    shown = card(stack, ts, CONFIRM)
    answer(stack, ts)
    press(stack, shown, CONFIRM)
    shows(shown, "✅")

    assert field(stack, "OPS-10", "assignee") == "Grace Moreno"


def test_two_wishes_in_ones_own_words_stand_on_one_card_and_are_made_by_one_press(stack: Stack) -> None:
    ts = ask(stack, "OPS-13: set the priority to Lowest and move it to In Progress")
    shown = card(stack, ts, CONFIRM)
    answer(stack, ts)
    assert "Lowest" in words(shown)
    assert "In Progress" in words(shown)
    assert len(cards(stack, ts)) == 1

    press(stack, shown, CONFIRM)

    within(lambda: words(shown).count("✅") == 2, "both of them done")
    assert (field(stack, "OPS-13", "priority"), field(stack, "OPS-13", "status")) == ("Lowest", "In Progress")
