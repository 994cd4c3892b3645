"""The shortcut on messages, `/jira` and the App Home: what a person gets, and what Jira holds in the end."""

from __future__ import annotations

import pytest

from sandbox.faults import Fault
from sandbox.jira.catalogue import GRACE as GRACE_IN_JIRA
from sandbox.slack.messages import Message
from sandbox.slack.modals import FormIncomplete, View
from sandbox.stack import Stack
from tests.e2e.drafting import (
    BUTTONS,
    CREATE,
    filed,
    is_told,
    offers,
    press,
    sent,
    shows,
    shows_filed,
    text_of,
    told,
    words,
)
from tests.e2e.support import ADA, ADAS_DM, CHANNEL, GRACE, GUEST, card, cards, forget_jira, jira_is_well_again, within
from tests.e2e.support_views import choose, input_of, modal, shown

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("mended_jira")]

RANDOM, GRACES_DM = "C0RANDOM0", "D0GRACE01"


def open_form(stack: Stack, ts: str, *, user: str = GRACE, channel: str = CHANNEL) -> View:
    """Use the shortcut on a message and return the form once it is filled."""
    stack.slack.shortcut(channel, ts, user, "file_issue")
    return modal(stack, user)


def submit(stack: Stack, *, user: str = GRACE, project: str = "OPS", issue_type: str = "Task", **more: str) -> None:
    """Choose project and type, as far as they are another's, and send the form in front; Slack closes it."""
    choose(stack, user, "form_project", project)
    choose(stack, user, "form_type", issue_type)
    assert stack.slack.submit_view(user, "top", more) == {}


def card_in(stack: Stack, thread_ts: str, channel: str = CHANNEL) -> Message:
    """Wait for the card of a thread, whatever it shows."""
    return within(lambda: cards(stack, thread_ts, channel), f"a card in {thread_ts}")[0]


def test_a_message_of_a_channel_is_filed_from_its_form_and_linked_both_ways(stack: Stack) -> None:
    ts = stack.slack.say(
        CHANNEL, ADA, "The gate does not open.\nIt beeps <https://example.com|like this> &amp; blinks."
    )
    form = str(open_form(stack, ts).body)
    assert "The gate does not open." in form
    assert "[like this](https://example.com) & blinks" in form

    submit(stack, summary="Gate does not open")

    shown = card_in(stack, ts)
    assert f"<@{GRACE}>" in shows_filed(shown)
    (issue,) = filed(stack, "Gate does not open")
    assert issue.fields["reporter"]["accountId"] == GRACE_IN_JIRA.account_id
    assert "blinks" in text_of(issue.fields["description"])
    (link,) = within(lambda: issue.remote_links, "the link to the message")
    assert f"/archives/{CHANNEL}/p{ts.replace('.', '')}" in link["object"]["url"]
    assert any(label.startswith("sb-") for label in issue.fields["labels"])


def test_a_reply_in_a_thread_is_filed_and_the_card_stands_in_that_thread(stack: Stack) -> None:
    root = stack.slack.say(CHANNEL, ADA, "Anybody else?")
    ts = stack.slack.say(CHANNEL, GRACE, "Yes, the fan rattles.", root)
    open_form(stack, ts)
    submit(stack, summary="Fan rattles")

    shows_filed(card_in(stack, root))
    assert len(filed(stack, "Fan rattles")) == 1


def test_a_direct_message_is_filed(stack: Stack) -> None:
    ts = stack.slack.say(GRACES_DM, GRACE, "hello there, just noting that my badge is broken")
    open_form(stack, ts, channel=GRACES_DM)
    submit(stack, summary="Badge is broken")

    shows_filed(card_in(stack, ts, GRACES_DM))
    assert len(filed(stack, "Badge is broken")) == 1


def test_where_the_bot_is_not_the_card_comes_to_the_person(stack: Stack) -> None:
    before = len(stack.slack.messages(GRACES_DM))
    ts = stack.slack.say(RANDOM, ADA, "The vending machine ate my coin.")
    open_form(stack, ts, channel=RANDOM)
    submit(stack, summary="Vending machine eats coins")

    def look() -> Message | None:
        return next((m for m in stack.slack.messages(GRACES_DM)[before:] if "/browse/" in words(m)), None)

    within(look, "the card in the person's own messages")
    assert len(filed(stack, "Vending machine eats coins")) == 1


def test_a_form_that_no_worker_fills_holds_the_message_and_files_it_when_one_is_back(stack: Stack) -> None:
    ts = stack.slack.say(CHANNEL, ADA, "The archive is locked.")
    forget_jira(stack)
    for worker in stack.workers:
        worker.pause()
    try:
        form = open_form(stack, ts)
        assert "The archive is locked." in shown(form)
        given = {"project": "secret", "issue_type": "Task", "summary": "Archive is locked"}
        assert stack.slack.submit_view(GRACE, "top", given) == {}
    finally:
        for worker in stack.workers:
            worker.resume()

    shown_card = card(stack, ts)
    text = words(shown_card)
    assert all(part in text for part in ("Archive is locked", "The archive is locked.", "SECRET", "OPS, WEB"))
    assert sent(stack, "Archive is locked") == []
    press(stack, shown_card, "draft_create", GRACE)
    shows_filed(shown_card)


def test_a_required_field_is_asked_for_in_the_form(stack: Stack) -> None:
    ts = stack.slack.say(CHANNEL, ADA, "The barrier hits cars.")
    open_form(stack, ts)
    choose(stack, GRACE, "form_type", "Bug")
    with pytest.raises(FormIncomplete, match="customfield_10050"):
        stack.slack.submit_view(GRACE, "top", {"summary": "Barrier hits cars"})
    team = input_of(stack.slack.views[GRACE][-1], "customfield_10050")
    submit(stack, issue_type="Bug", summary="Barrier hits cars", **{team: "Workplace"})

    shows_filed(card_in(stack, ts))
    (issue,) = filed(stack, "Barrier hits cars")
    assert issue.fields["customfield_10050"]["value"] == "Workplace"


def test_a_guest_may_not_file_by_the_shortcut_either(stack: Stack) -> None:
    ts = stack.slack.say(CHANNEL, ADA, "The hedge is too high.")
    stack.slack.shortcut(CHANNEL, ts, GUEST, "file_issue")
    assert modal(stack, GUEST, "full members").body.get("submit") is None
    assert cards(stack, ts) == []
    assert sent(stack, "Hedge too high") == []


@pytest.mark.parametrize("status", [503, 401, 404])
def test_what_is_submitted_while_jira_says_nothing_is_kept_and_filed_when_it_is_back(stack: Stack, status: int) -> None:
    summary = f"Bell rings at night, {status}"
    stack.jira.faults.add(Fault(operation="*", kind="status", status=status, times=-1))
    forget_jira(stack)
    ts = stack.slack.say(CHANNEL, ADA, "The bell rings at night.")
    open_form(stack, ts)
    # Nothing is known of types and fields now.
    typed = {"issue_type@OPS": "Task", "summary": summary}
    assert stack.slack.submit_view(GRACE, "top", typed) == {}

    shown = card(stack, ts)
    assert shown.action_ids == BUTTONS
    assert "not filed yet" in words(shown)
    jira_is_well_again(stack)
    press(stack, shown, "draft_create", GRACE)
    shows_filed(shown)
    (issue,) = filed(stack, summary)
    assert issue.fields["reporter"]["accountId"] == GRACE_IN_JIRA.account_id
    assert any(label.startswith("sb-") for label in issue.fields["labels"])


def test_a_type_that_turns_out_to_be_none_is_chosen_anew_on_the_card(stack: Stack) -> None:
    stack.jira.faults.add(Fault(operation="*", kind="status", status=503, times=-1))
    forget_jira(stack)
    ts = stack.slack.say(CHANNEL, ADA, "The gate squeals.")
    open_form(stack, ts)
    assert stack.slack.submit_view(GRACE, "top", {"issue_type@OPS": "Riddle", "summary": "Gate squeals"}) == {}
    shown = card(stack, ts)
    jira_is_well_again(stack)

    press(stack, shown, "draft_create", GRACE)
    is_told(stack, GRACE, "OPS has no type Riddle")
    assert sent(stack, "Gate squeals") == []
    press(stack, shown, "draft_edit", GRACE)
    modal(stack, GRACE, "Edit draft")
    choose(stack, GRACE, "form_type", "Task")
    assert stack.slack.submit_view(GRACE, "top", {}) == {}
    shows(shown, "Draft for *OPS* · Task")
    press(stack, shown, "draft_create", GRACE)
    shows_filed(shown)
    assert len(filed(stack, "Gate squeals")) == 1


def test_what_jira_refuses_of_a_form_can_be_mended_on_the_card(stack: Stack) -> None:
    ts = stack.slack.say(CHANNEL, ADA, "The flag is torn.")
    body = {"errorMessages": [], "errors": {"summary": "Too short."}}
    stack.jira.faults.add(Fault(operation=CREATE, kind="status", status=400, body=body))
    open_form(stack, ts)
    submit(stack, summary="Flag")

    shown = card(stack, ts)
    assert "Summary: Too short." in shows(shown, "did not take it")
    offers(shown, BUTTONS)


def test_a_form_without_a_summary_stays_open_with_the_error_at_its_field(stack: Stack) -> None:
    ts = stack.slack.say(CHANNEL, ADA, "…")
    open_form(stack, ts)

    choose(stack, GRACE, "form_type", "Task")
    answered = stack.slack.submit_view(GRACE, "top", {"summary": "  "})

    assert answered["errors"] == {"summary": "Summary is required."}
    stack.slack.close_view(GRACE, "top")


@pytest.mark.parametrize("text", ["", "help", "HELP me", "frobnicate now"])
def test_the_command_helps_the_person_alone(stack: Stack, text: str) -> None:
    before, seen = len(told(stack, ADA)), len(stack.slack.messages(CHANNEL))
    stack.slack.command(CHANNEL, ADA, "/jira", text)

    hint = told(stack, ADA)[before]
    assert "/jira help" in hint
    assert len(stack.slack.messages(CHANNEL)) == seen


def test_the_home_says_what_the_bot_does_each_time_it_is_opened(stack: Stack) -> None:
    stack.slack.open_home(ADA)
    home = within(lambda: stack.slack.homes.get(ADA), "the home")
    text = words(home.body["blocks"])
    assert "Jira" in text
    assert "draft" in text.lower()

    published = len([call for call in stack.slack.calls if call.method == "views.publish"])
    stack.slack.open_home(ADA)
    within(
        lambda: len([call for call in stack.slack.calls if call.method == "views.publish"]) > published,
        "the home made anew",
    )


def test_the_form_of_a_very_long_message_keeps_all_of_it(stack: Stack) -> None:
    lines = "\n".join(f"{number}: the log says nothing useful at all" for number in range(650))
    ts = stack.slack.say(ADAS_DM, ADA, lines)
    open_form(stack, ts, user=ADA, channel=ADAS_DM)
    submit(stack, user=ADA, summary="Long log")

    shows_filed(card_in(stack, ts, ADAS_DM))
    (issue,) = filed(stack, "Long log")
    description = text_of(issue.fields["description"])
    assert all(f"{number}: the log" in description for number in (0, 90, 300, 649))
