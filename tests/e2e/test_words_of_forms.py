"""Forms and drafts that hold more than Slack shows, and presses that do not get through: said, and nothing is lost."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.faults import Fault
from sandbox.jira.catalogue import COMMON
from sandbox.jira.fields import FIELDS, Field
from sandbox.jira.site import IssueType
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e import changing
from tests.e2e.drafting import filed, is_told, press, propose, shows_filed, words
from tests.e2e.support import ADA, CHANNEL, GRACE, GUEST, LINUS, card, within
from tests.e2e.support_views import choose, input_of, modal, shown
from workers.views import failures

pytestmark = pytest.mark.e2e

MANY = 120
IDS = tuple(f"customfield_{20_000 + number}" for number in range(MANY))
LONG = IssueType("10099", "Inventory", "More fields than a form of Slack's has room for.", (*COMMON, *IDS))
FULL = "This form has more fields than fit here; fill in the rest in Jira."


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """OPS has a type with very many fields."""
    FIELDS.update({each: Field(each, f"Shelf {number}", "textfield") for number, each in enumerate(IDS)})
    folder: Path = tmp_path_factory.mktemp("forms")
    with Stack(workers=0, beat=False, folder=folder) as stack:
        ops = stack.jira.site.projects["OPS"]
        stack.jira.site.projects["OPS"] = dataclasses.replace(ops, types=(*ops.types, LONG))
        stack.start_worker()
        stack.wait_until_ready()
        yield stack
    for each in IDS:
        del FIELDS[each]


def test_a_form_with_more_fields_than_fit_says_so_and_files_what_it_shows(stack: Stack) -> None:
    stack.slack.command(CHANNEL, GRACE, "/jira", "create")
    form = modal(stack, GRACE)
    choose(stack, GRACE, "form_type", "Inventory")
    within(lambda: FULL in shown(form), "the word on the fields")
    assert "Shelf 0" in shown(form)
    assert f"Shelf {MANY - 1}" not in shown(form)

    typed = {"summary": "Count the shelves", input_of(form, IDS[0]): "Full of bolts"}
    assert stack.slack.submit_view(GRACE, "top", typed) == {}
    (issue,) = within(lambda: filed(stack, "Count the shelves"), "the issue")
    assert issue.fields[IDS[0]] == "Full of bolts"


def test_a_draft_with_very_much_in_it_says_what_its_card_does_not_show(stack: Stack) -> None:
    fields = {f"Shelf {number}": f"Box {number}" for number in range(40)}
    description = "\n\n".join(f"Row {number} has been counted twice by different people." for number in range(120))
    draft = propose(stack, "Count it all", issue_type="Inventory", fields=fields, description=description)

    assert "and 11 more fields; *Edit* shows them" in words(draft)
    assert "more characters; *Edit* shows all of it." in words(draft)
    press(stack, draft, "draft_create")
    shows_filed(draft)
    (issue,) = filed(stack, "Count it all")
    assert issue.fields[IDS[39]] == "Box 39"
    assert "Row 119" in str(issue.fields["description"])


@pytest.mark.timeout(180)
def test_a_press_that_does_not_get_through_is_said_in_the_end_and_the_next_one_files(stack: Stack) -> None:
    draft = propose(stack, "Scale is off")
    client = connect(stack.redis_url)
    client.delete(*client.scan_iter("sb:cache:*person*"), "sb:cache:nothing")
    stack.slack.faults.add(Fault(operation="users.info", kind="status", status=500, times=-1))
    press(stack, draft, "draft_create", LINUS)
    try:
        assert is_told(stack, LINUS, "could not do that right now") == failures.ACTION_FAILED
    finally:
        stack.slack.faults.clear()
    assert filed(stack, "Scale is off") == []
    press(stack, draft, "draft_create", LINUS)
    shows_filed(draft)


def test_a_project_that_is_not_open_is_named_with_those_that_are(stack: Stack) -> None:
    ts = stack.slack.say(CHANNEL, ADA, "The safe is open.")
    client = connect(stack.redis_url)
    client.delete(*client.scan_iter("*jira:*"))
    stack.workers[0].pause()
    try:
        stack.slack.shortcut(CHANNEL, ts, GRACE, "file_issue")
        modal(stack, GRACE)
        typed = {"project": "secret", "issue_type": "Riddle"}
        assert stack.slack.submit_view(GRACE, "top", typed) == {}
    finally:
        stack.workers[0].resume()
    text = words(card(stack, ts))
    assert failures.wrong_project("SECRET", ("OPS", "WEB")) in text
    assert "This is a draft for OPS." in text
    assert "OPS has no type Riddle; there are " in text
    assert not [issue for issue in stack.jira.issues.values() if issue.fields["summary"] == "The safe is open."]


def test_of_two_who_edit_a_draft_the_second_is_told_at_the_field_and_overwrites_nothing(stack: Stack) -> None:
    draft = propose(stack, "Fork is bent")
    for user in (ADA, GRACE):
        press(stack, draft, "draft_edit", user)
        modal(stack, user)
    assert stack.slack.submit_view(ADA, "top", {"summary": "Fork is broken"}) == {}
    within(lambda: "Fork is broken" in words(draft), "the edit")

    stack.slack.submit_view(GRACE, "top", {"summary": "Fork is lost"})
    (view,) = stack.slack.views[GRACE]
    assert view.errors == {"summary": failures.DRAFT_CHANGED}
    stack.slack.close_view(GRACE, view.id)
    press(stack, draft, "draft_create")
    shows_filed(draft)
    assert (len(filed(stack, "Fork is broken")), filed(stack, "Fork is lost")) == (1, [])


def test_a_draft_that_is_forgotten_is_neither_edited_nor_filed_and_that_is_said(stack: Stack) -> None:
    draft = propose(stack, "Spoon is flat")
    press(stack, draft, "draft_edit", GRACE)
    view = modal(stack, GRACE)
    client = connect(stack.redis_url)
    assert client.delete(*client.scan_iter("sb:draft:*"))
    stack.slack.submit_view(GRACE, "top", {"summary": "Spoon is round"})
    assert view.errors == {"summary": failures.DRAFT_UNKNOWN}
    stack.slack.close_view(GRACE, view.id)

    for user, action_id in ((ADA, "draft_create"), (LINUS, "draft_edit")):
        press(stack, draft, action_id, user)
        assert is_told(stack, user, "no longer know this draft") == failures.DRAFT_UNKNOWN
    assert (filed(stack, "Spoon is flat"), filed(stack, "Spoon is round")) == ([], [])


def test_a_guest_is_told_in_the_form_and_at_the_card_that_only_members_may(stack: Stack) -> None:
    stack.slack.command(CHANNEL, GUEST, "/jira", "create the spoon is flat")
    view = modal(stack, GUEST, failures.GUEST_MAY_NOT_FILE)
    assert view.body.get("submit") is None
    stack.slack.close_view(GUEST, view.id)

    draft = propose(stack, "Knife is blunt")
    press(stack, draft, "draft_create", GUEST)
    assert is_told(stack, GUEST, "may file issues") == failures.GUEST_MAY_NOT_FILE
    change = changing.propose(stack, "remark on OPS-1", changing.comment("OPS-1", "No guests."))
    press(stack, change, changing.CONFIRM, GUEST)
    assert is_told(stack, GUEST, "may change issues") == failures.GUEST_MAY_NOT_CHANGE
    assert (filed(stack, "Knife is blunt"), changing.comments(stack, "OPS-1", "No guests")) == ([], [])
