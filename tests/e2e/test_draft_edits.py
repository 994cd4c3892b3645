"""A draft is edited in its form: what is wrong is said at the field, and nobody's change is lost or overwritten."""

from __future__ import annotations

import pytest

from sandbox.faults import Fault
from sandbox.slack.modals import View
from sandbox.stack import Stack
from tests.e2e.drafting import (
    BUTTONS,
    ever_read,
    filed,
    is_told,
    offers,
    press,
    propose,
    sent,
    shows,
    shows_filed,
    text_of,
    told,
    words,
)
from tests.e2e.support import ADA, GRACE, GUEST, LINUS, forget_jira, jira_is_well_again, within
from tests.e2e.support_views import choices, choose, value
from tests.e2e.support_views import shown as shown_in

pytestmark = pytest.mark.e2e


def a_form(stack: Stack, user: str) -> View:
    """Wait until a person has the form open and return it."""
    (view,) = within(lambda: stack.slack.views.get(user), f"a form for {user}")
    return view


def test_edit_changes_the_draft_and_what_is_filed(stack: Stack) -> None:
    shown = propose(
        stack, "Mouse broken", issue_type="Bug", priority="Low", fields={"Team": "Workplace"}, description="Dead."
    )
    press(stack, shown, "draft_edit")
    form = str(a_form(stack, ADA).body)
    assert all(part in form for part in ("Mouse broken", "Dead.", "Workplace", "Low", "Components"))

    assert stack.slack.submit_view(ADA, "top", {"summary": "Mouse is dead", "priority": "High"}) == {}
    text = shows(shown, "Mouse is dead")
    assert "High" in text
    assert shown.action_ids == BUTTONS
    press(stack, shown, "draft_create")
    shows_filed(shown)

    (issue,) = filed(stack, "Mouse is dead")
    assert issue.fields["priority"]["name"] == "High"
    assert issue.fields["customfield_10050"]["value"] == "Workplace"
    assert "Dead." in text_of(issue.fields["description"])
    assert filed(stack, "Mouse broken") == []


def test_an_error_in_the_form_stands_at_its_field_and_changes_nothing(stack: Stack) -> None:
    shown = propose(stack, "Keyboard sticky")
    press(stack, shown, "draft_edit", GRACE)

    answered = stack.slack.submit_view(GRACE, "top", {"summary": "   "})

    assert answered["response_action"] == "errors"
    assert answered["errors"] == {"summary": "Summary is required."}
    assert len(shown.versions) == 1
    stack.slack.close_view(GRACE, "top")


def test_the_form_of_a_draft_that_was_filed_meanwhile_says_so_at_a_field(stack: Stack) -> None:
    shown = propose(stack, "Screen flickers")
    press(stack, shown, "draft_edit", LINUS)
    a_form(stack, LINUS)
    press(stack, shown, "draft_create", ADA)
    shows_filed(shown)

    answered = stack.slack.submit_view(LINUS, "top", {"summary": "Screen is black"})

    assert "This draft has been settled already" in answered["errors"]["summary"]
    assert [issue.key for issue in filed(stack, "Screen is black")] == []
    stack.slack.close_view(LINUS, "top")


def test_nobody_overwrites_what_another_person_saved_meanwhile(stack: Stack) -> None:
    shown = propose(stack, "Desk wobbles")
    for user in (ADA, LINUS):
        press(stack, shown, "draft_edit", user)
        a_form(stack, user)
    assert stack.slack.submit_view(ADA, "top", {"summary": "Desk wobbles badly"}) == {}
    shows(shown, "Desk wobbles badly")

    answered = stack.slack.submit_view(LINUS, "top", {"description": "On floor 2."})

    assert answered["response_action"] == "errors"
    assert "Desk wobbles badly" in words(shown)
    assert "floor 2" not in ever_read(shown)
    stack.slack.close_view(LINUS, "top")


@pytest.mark.timeout(180)
def test_an_edit_that_slack_does_not_show_for_a_while_is_not_called_lost(stack: Stack) -> None:
    shown = propose(stack, "Shelf is loose")
    press(stack, shown, "draft_edit")
    a_form(stack, ADA)
    stack.slack.faults.add(Fault(operation="chat.update", kind="status", status=503, times=-1))
    before = sum("action_waits" in worker.log_text() for worker in stack.workers)
    assert stack.slack.submit_view(ADA, "top", {"summary": "Shelf is very loose"}) == {}
    within(lambda: sum("action_waits" in worker.log_text() for worker in stack.workers) > before, "it is tried again")
    stack.slack.faults.clear()

    shows(shown, "Shelf is very loose")
    press(stack, shown, "draft_create")
    shows_filed(shown)
    assert [text for text in told(stack, ADA) if "changed or filed meanwhile" in text] == []
    assert len(filed(stack, "Shelf is very loose")) == 1


def test_a_guest_who_presses_edit_is_told_alone_and_gets_no_form(stack: Stack) -> None:
    shown = propose(stack, "Blinds are stuck")
    press(stack, shown, "draft_edit", GUEST)

    is_told(stack, GUEST, "full members")
    assert not stack.slack.views.get(GUEST)


def test_a_value_that_jira_will_not_take_is_said_on_the_card_before_it_is_sent(stack: Stack) -> None:
    shown = propose(stack, "Gate opens by itself", issue_type="Bug", fields={"Team": "Workplace"})
    press(stack, shown, "draft_edit")
    a_form(stack, ADA)

    stack.slack.submit_view(ADA, "top", {"assignee": "nobody@example.com"})

    text = shows(shown, "nobody@example.com")
    assert "Assignee" in text
    offers(shown, BUTTONS)
    assert sent(stack, "Gate opens by itself") == []


def test_a_draft_goes_to_another_project_and_type_in_its_form(stack: Stack) -> None:
    shown = propose(stack, "Button is grey", issue_type="Bug", priority="High", fields={"Team": "Workplace"})
    press(stack, shown, "draft_edit")
    form = a_form(stack, ADA)
    assert (value(form, "project"), value(form, "issue_type")) == ("OPS", "Bug")
    assert "WEB" in choices(form, "project")

    choose(stack, ADA, "form_project", "WEB")
    choose(stack, ADA, "form_type", "Story")
    assert "Edit draft" in shown_in(form)
    assert value(form, "summary") == "Button is grey"
    assert "Team" not in shown_in(form)
    assert "Priority" not in shown_in(form), "a story of WEB has none"
    assert stack.slack.submit_view(ADA, "top", {"description": "Nobody dares to press it."}) == {}

    text = shows(shown, "Draft for *WEB* · Story")
    assert "Nobody dares" in text
    assert "Workplace" not in text
    assert "High" not in text
    press(stack, shown, "draft_create")
    shows_filed(shown)
    (issue,) = filed(stack, "Button is grey")
    assert issue.key.startswith("WEB-")
    assert issue.fields["issuetype"]["name"] == "Story"


def test_a_parent_that_is_no_issue_is_said_at_its_field_and_one_that_does_not_exist_on_the_card(stack: Stack) -> None:
    shown = propose(stack, "Clock is slow", issue_type="Task")
    press(stack, shown, "draft_edit")
    a_form(stack, ADA)

    answered = stack.slack.submit_view(ADA, "top", {"parent": "NOPE"})
    assert list(answered["errors"]) == ["parent"]
    assert "“NOPE” is no issue" in answered["errors"]["parent"]

    assert stack.slack.submit_view(ADA, "top", {"parent": "OPS-999"}) == {}
    shows(shown, "Parent: OPS-999 does not exist in Jira, or it may not be shown here.")
    press(stack, shown, "draft_create")
    shows(shown, "Not sent to Jira")
    press(stack, shown, "draft_edit")
    a_form(stack, ADA)
    assert stack.slack.submit_view(ADA, "top", {"parent": "ops-1"}) == {}
    within(lambda: "does not exist" not in words(shown) or None, "the note is gone")
    assert "OPS-1" in words(shown)


def test_who_changes_the_type_and_back_finds_the_drafts_own_values(stack: Stack) -> None:
    shown = propose(stack, "Fan is loud", issue_type="Bug", fields={"Team": "Workplace"})
    press(stack, shown, "draft_edit")
    form = a_form(stack, ADA)
    choose(stack, ADA, "form_type", "Task")
    assert "Team" not in shown_in(form)
    choose(stack, ADA, "form_type", "Bug")
    assert value(form, "customfield_10050") == "Workplace"
    stack.slack.close_view(ADA, "top")


def test_a_draft_that_is_moved_while_jira_is_away_keeps_all_that_was_typed(stack: Stack) -> None:
    shown = propose(stack, "Blind is down", issue_type="Bug", fields={"Team": "Workplace"})
    press(stack, shown, "draft_edit")
    form = a_form(stack, ADA)
    forget_jira(stack)
    stack.jira.faults.add(Fault(operation="*", kind="status", status=503, times=-1))
    try:
        choose(stack, ADA, "form_project", "WEB")
        assert value(form, "issue_type") == "Bug"
        assert stack.slack.submit_view(ADA, "top", {"summary": "Blind stays down"}) == {}
        text = shows(shown, "Draft for *WEB* · Bug")
    finally:
        jira_is_well_again(stack)
    assert "Blind stays down" in text
    assert "not checked" in text
    assert form.errors == {}
    press(stack, shown, "draft_create")
    shows_filed(shown)
    assert filed(stack, "Blind stays down")[0].key.startswith("WEB-")
