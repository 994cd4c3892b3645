"""The form that files something: filled by the fast model, drawn anew when changed, its long lists searched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.claude.scripts import reply
from sandbox.faults import Fault
from sandbox.slack.people import NewFile
from sandbox.stack import Stack
from tests.e2e.drafting import JUDGEMENT, filed, shows, told, words
from tests.e2e.support import ADA, CHANNEL, GRACE, GUEST, card, cards, forget_jira, jira_is_well_again, within
from tests.e2e.support_views import change_settings, choices, choose, modal, shown, value

pytestmark = pytest.mark.e2e

GENERAL, RANDOM, GRACES_DM, ADAS_DM = "C0GENERAL", "C0RANDOM0", "D0GRACE01", "D0ADA0001"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("forms")
    with Stack(beat=False, folder=folder) as stack:
        yield stack


@pytest.fixture(autouse=True)
def _all_is_well_again(stack: Stack) -> Iterator[None]:
    yield
    stack.claude.faults.clear()
    for user in (ADA, GRACE, GUEST):
        for view in stack.slack.views.get(user, []):
            stack.slack.close_view(user, view.id)


def filled(**values: str) -> Any:
    """Return what the fast model says to fill in a form."""
    usual = {"summary": "", "description": "", "issue_type": "Task", "priority": ""}
    return reply(json.dumps(JUDGEMENT | usual | values))


def test_the_fast_model_reads_the_thread_and_fills_the_form(stack: Stack) -> None:
    root = stack.slack.say(CHANNEL, ADA, "The heating is off on floor two since Monday.")
    ts = stack.slack.say(CHANNEL, GRACE, "Same here, please somebody file that.", root)
    stack.claude.script(
        filled(summary="Heating off on floor 2", description="Since *Monday*.", priority="High"), when="file that"
    )
    stack.slack.shortcut(CHANNEL, ts, GRACE, "file_issue")

    form = modal(stack, GRACE)
    assert (value(form, "summary"), value(form, "description")) == ("Heating off on floor 2", "Since *Monday*.")
    assert (value(form, "project"), value(form, "issue_type"), value(form, "priority")) == ("OPS", "Task", "High")
    asked = stack.claude.structured_requests[-1].body
    assert asked["model"] == "claude-haiku-5-5"
    assert "floor two since Monday" in str(asked["messages"])


def test_a_message_without_words_is_filled_from_its_thread(stack: Stack) -> None:
    root = stack.slack.say(CHANNEL, ADA, "The lamp over the stage flickers.")
    ts = stack.slack.say(CHANNEL, ADA, "", root, [NewFile("stage.bin", b"\0\1")])
    stack.claude.script(filled(summary="Stage lamp flickers", description="It *flickers*."), when="over the stage")
    stack.slack.shortcut(CHANNEL, ts, GRACE, "file_issue")

    form = modal(stack, GRACE)
    assert (value(form, "summary"), value(form, "description")) == ("Stage lamp flickers", "It *flickers*.")


def test_when_the_model_is_away_the_form_holds_the_message(stack: Stack) -> None:
    stack.claude.faults.add(Fault(operation="*", kind="status", status=529, times=-1))
    ts = stack.slack.say(CHANNEL, ADA, "Window stuck\nIt does not close.")
    stack.slack.shortcut(CHANNEL, ts, GRACE, "file_issue")

    form = modal(stack, GRACE)
    assert (value(form, "summary"), value(form, "description")) == ("Window stuck", "Window stuck\nIt does not close.")


def test_another_project_and_type_ask_for_their_own_fields_and_keep_what_was_typed(stack: Stack) -> None:
    ts = stack.slack.say(CHANNEL, ADA, "Form test")
    stack.claude.script(filled(summary="Form test"), when="Form test")
    stack.slack.shortcut(CHANNEL, ts, GRACE, "file_issue")
    form = modal(stack, GRACE)
    assert "Team" not in shown(form)

    before = form.hash
    typed = {"summary": "Typed already", "description": "All of it"}
    stack.slack.click_in_view(GRACE, form.id, "form_type", "Bug", typed)
    within(lambda: form.hash != before, "the fields of a bug")
    assert "Team" in shown(form)
    assert (value(form, "summary"), value(form, "description")) == ("Typed already", "All of it")

    choose(stack, GRACE, "form_project", "WEB")
    assert "Story" in choices(form, "issue_type")
    assert value(form, "issue_type") == "Bug"
    choose(stack, GRACE, "form_type", "Story")
    assert stack.slack.submit_view(GRACE, "top", {"summary": "A story"}) == {}
    within(lambda: filed(stack, "A story"), "the issue")
    assert filed(stack, "A story")[0].key.startswith("WEB-")


def test_people_are_found_while_typing_and_an_address_is_taken_as_it_is(stack: Stack) -> None:
    ts = stack.slack.say(CHANNEL, ADA, "Search test")
    stack.claude.script(filled(summary="Search test", issue_type="Bug"), when="Search test")
    stack.slack.shortcut(CHANNEL, ts, GRACE, "file_issue")
    form = modal(stack, GRACE)
    searched = [each for each in form.body["blocks"] if each.get("element", {}).get("action_id") == "people_search"]
    assert searched

    answered = stack.slack.options(GRACE, form.id, "people_search", "Li", searched[0]["block_id"])
    assert "linus@example.com" in str(answered["options"])
    answered = stack.slack.options(GRACE, form.id, "people_search", "new@example.com", searched[0]["block_id"])
    assert answered["options"][0]["value"] == "new@example.com"


def test_when_jira_does_not_answer_a_search_says_so_and_the_same_words_find_somebody_later(stack: Stack) -> None:
    ts = stack.slack.say(CHANNEL, ADA, "Slow search test")
    stack.claude.script(filled(summary="Slow", issue_type="Bug"), when="Slow search test")
    stack.slack.shortcut(CHANNEL, ts, GRACE, "file_issue")
    form = modal(stack, GRACE)
    stack.jira.faults.add(Fault(operation="*", kind="status", status=503, times=-1))
    try:
        answered = stack.slack.options(GRACE, form.id, "people_search", "Lin")
    finally:
        jira_is_well_again(stack)
    (said,) = answered["options"]
    assert "Jira does not answer right now" in said["text"]["text"]
    within(lambda: "linus@example.com" in str(stack.slack.options(GRACE, form.id, "people_search", "Lin")), "Linus")


def test_while_no_worker_has_looked_a_search_asks_to_type_again(stack: Stack) -> None:
    ts = stack.slack.say(CHANNEL, ADA, "Busy search test")
    stack.claude.script(filled(summary="Busy", issue_type="Bug"), when="Busy search test")
    stack.slack.shortcut(CHANNEL, ts, GRACE, "file_issue")
    form = modal(stack, GRACE)
    stack.workers[0].pause()
    try:
        answered = stack.slack.options(GRACE, form.id, "people_search", "zzz")
    finally:
        stack.workers[0].resume()
    assert "type once more" in str(answered["options"])


def test_the_files_of_message_and_thread_are_attached(stack: Stack) -> None:
    root = stack.slack.say(CHANNEL, ADA, "Crash, see log", files=[NewFile("crash.log", b"boom")])
    ts = stack.slack.say(CHANNEL, GRACE, "me too: crash", root, [NewFile("mine.log", b"bang")])
    stack.claude.script(filled(summary="Crash with logs"), when="me too")
    stack.slack.shortcut(CHANNEL, ts, GRACE, "file_issue")
    modal(stack, GRACE)
    stack.slack.submit_view(GRACE, "top", {})

    (card,) = within(lambda: cards(stack, root), "the card")
    shows(card, "Attached: crash.log, mine.log")
    (issue,) = filed(stack, "Crash with logs")
    assert sorted(issue.attachments.values()) == [b"bang", b"boom"]


def test_where_the_bot_is_not_it_says_so_and_files_what_slack_showed_of_the_message(stack: Stack) -> None:
    ts = stack.slack.say(RANDOM, ADA, "The plant is dry.")
    stack.claude.script(filled(summary="Plant is dry"), when="plant is dry")
    stack.slack.shortcut(RANDOM, ts, GRACE, "file_issue")
    assert "/invite" in shown(modal(stack, GRACE))
    stack.slack.submit_view(GRACE, "top", {})

    def look() -> Any:
        return next((each for each in stack.slack.messages(GRACES_DM) if "/browse/" in words(each)), None)

    within(look, "the card in the person's own messages")
    assert len(filed(stack, "Plant is dry")) == 1


def test_the_command_opens_the_form_and_files_from_it(stack: Stack) -> None:
    seen = len(stack.slack.messages(CHANNEL))
    stack.claude.script(filled(summary="Door squeaks"), when="squeaks badly")
    stack.slack.command(CHANNEL, ADA, "/jira", "create the door squeaks badly")
    assert value(modal(stack, ADA), "summary") == "Door squeaks"
    stack.slack.submit_view(ADA, "top", {"description": "It really does."})

    within(lambda: any("Filed as" in text for text in told(stack, ADA)), "the word on the issue")
    assert len(filed(stack, "Door squeaks")) == 1
    assert any("/browse/" in words(each) for each in stack.slack.messages(ADAS_DM))
    assert len(stack.slack.messages(CHANNEL)) == seen


def test_the_message_above_the_card_of_a_command_is_posted_once_though_its_answer_is_lost(stack: Stack) -> None:
    before = len(stack.slack.messages(ADAS_DM))
    stack.claude.script(filled(summary="Door creaks"), when="creaks badly")
    stack.slack.command(CHANNEL, ADA, "/jira", "create the door creaks badly")
    assert value(modal(stack, ADA), "summary") == "Door creaks"
    stack.slack.faults.add(Fault(operation="chat.postMessage", kind="drop_after"))
    stack.slack.submit_view(ADA, "top", {})

    within(lambda: filed(stack, "Door creaks"), "the issue")
    within(lambda: any("/browse/" in words(each) for each in stack.slack.messages(ADAS_DM)[before:]), "its card")
    heads = [each for each in stack.slack.messages(ADAS_DM)[before:] if "`/jira create`" in each.text]
    assert len(heads) == len(filed(stack, "Door creaks")) == 1


def test_the_command_opens_an_empty_form_without_words(stack: Stack) -> None:
    asked = len(stack.claude.requests)
    stack.slack.command(CHANNEL, ADA, "/jira", "create")
    assert value(modal(stack, ADA), "summary") is None
    assert len(stack.claude.requests) == asked


def test_a_guest_is_told_instead(stack: Stack) -> None:
    stack.slack.command(CHANNEL, GUEST, "/jira", "create something")
    assert modal(stack, GUEST, "full members").body.get("submit") is None


@pytest.fixture
def _web_first(stack: Stack) -> Iterator[None]:
    """A channel whose issues are stories of WEB unless somebody says otherwise."""
    change_settings(stack, user=GRACE, channel=GENERAL, project="WEB", issue_type="Story")
    yield
    change_settings(stack, user=GRACE, channel=GENERAL, project="usual", issue_type="usual")


@pytest.mark.usefixtures("_web_first")
def test_the_form_begins_with_the_channels_own_project_and_type(stack: Stack) -> None:
    ts = stack.slack.say(GENERAL, ADA, "Search finds nothing")
    stack.claude.script(filled(summary="Finds nothing", issue_type="Bug"), when="Search finds nothing")
    stack.slack.shortcut(GENERAL, ts, GRACE, "file_issue")
    form = modal(stack, GRACE)
    assert (value(form, "project"), value(form, "issue_type")) == ("WEB", "Story")

    stack.slack.command(GENERAL, ADA, "/jira", "create")
    form = modal(stack, ADA)
    assert (value(form, "project"), value(form, "issue_type")) == ("WEB", "Story")
    # A project without that type has its usual one.
    choose(stack, ADA, "form_project", "OPS")
    assert value(form, "issue_type") == "Bug"


@pytest.mark.usefixtures("_web_first")
def test_what_was_typed_in_vain_becomes_a_draft_for_the_channels_own_project_and_type(stack: Stack) -> None:
    ts = stack.slack.say(GENERAL, ADA, "The export is slow.")
    forget_jira(stack)
    stack.workers[0].pause()
    try:
        stack.slack.shortcut(GENERAL, ts, GRACE, "file_issue")
        form = modal(stack, GRACE)
        assert (value(form, "project"), value(form, "issue_type")) == ("WEB", "Story")
        assert stack.slack.submit_view(GRACE, "top", {"project": "secret", "issue_type": "Riddle"}) == {}
    finally:
        stack.workers[0].resume()
    text = words(card(stack, ts, channel=GENERAL))
    assert "This is a draft for WEB." in text
    assert "Draft for *WEB* · Story" in text


def test_another_type_leaves_the_note_and_the_questions_where_they_are(stack: Stack) -> None:
    ts = stack.slack.say(RANDOM, ADA, "The lift smells.")
    asked = {**JUDGEMENT, "summary": "Lift", "description": "", "issue_type": "Task", "priority": ""}
    stack.claude.script(reply(json.dumps(asked | {"questions": ["Which lift is it?"]})), when="lift smells")
    stack.slack.shortcut(RANDOM, ts, GRACE, "file_issue")
    form = modal(stack, GRACE)
    assert "Which lift is it?" in shown(form)

    choose(stack, GRACE, "form_type", "Bug")

    assert "Invite me there with /invite" in shown(form)
    assert "Which lift is it?" in shown(form)


def test_of_two_quick_choices_the_last_one_wins(stack: Stack) -> None:
    ts = stack.slack.say(CHANNEL, ADA, "The gong is mute.")
    stack.claude.script(filled(summary="Gong"), when="gong is mute")
    stack.slack.shortcut(CHANNEL, ts, GRACE, "file_issue")
    form = modal(stack, GRACE)
    stack.workers[0].pause()
    try:
        for kind in ("Incident", "Bug"):
            stack.slack.click_in_view(GRACE, form.id, "form_type", kind)
    finally:
        stack.workers[0].resume()

    within(lambda: value(form, "issue_type") == "Bug", "the form of the last choice")
    assert "Team" in shown(form)
