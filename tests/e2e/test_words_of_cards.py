"""What a person reads on a card, and is told of a press that does nothing: word for word, and nothing is left stuck."""

from __future__ import annotations

import pytest

from sandbox.claude.scripts import reply, tool
from sandbox.faults import Fault
from sandbox.slack.messages import Message
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e import changing
from tests.e2e.changing import CONFIRM, comment, comments, field, link, move, update
from tests.e2e.drafting import (
    BUTTONS,
    CREATE,
    filed,
    is_told,
    offers,
    press,
    press_stale,
    propose,
    shows,
    shows_filed,
    words,
)
from tests.e2e.support import ADA, GRACE, LINUS, answer, ask, card, within
from workers.views import failures

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("mended_jira")]

PUT = "PUT issue/{key}"
REFUSED = {"errorMessages": ["The workflow says no."], "errors": {}}


def press_as_first_shown(stack: Stack, shown: Message, action_id: str, user: str) -> None:
    """Press a button of a card that a person's screen still shows as it was at first."""
    now = shown.blocks
    shown.blocks = next(old.blocks for old in shown.versions if action_id in str(old.blocks))
    try:
        press(stack, shown, action_id, user)
    finally:
        shown.blocks = now


def home_says(stack: Stack, user: str, text: str) -> bool:
    """Open a person's home again and return whether it says this."""
    stack.slack.open_home(user)
    view = stack.slack.homes.get(user)
    return view is not None and text in words(view.body["blocks"])


def test_changes_that_are_forgotten_are_not_made(stack: Stack) -> None:
    shown = changing.propose(stack, "remark on OPS-1", comment("OPS-1", "Long forgotten."))
    client = connect(stack.redis_url)
    assert client.delete(*client.scan_iter("sb:action:*"))
    press(stack, shown, CONFIRM, GRACE)

    assert is_told(stack, GRACE, "no longer know these") == failures.CHANGE_UNKNOWN
    assert comments(stack, "OPS-1", "Long forgotten") == []


def test_changes_that_grew_since_they_were_seen_are_not_made_before_they_are_seen_whole(stack: Stack) -> None:
    said, lowered = comment("OPS-2", "Seen at first."), update("OPS-2", priority="Lowest")
    stack.claude.script(reply(tool(*said)), reply(tool(*lowered)), reply(changing.READY), when="settle OPS-2")
    ts = ask(stack, "settle OPS-2")
    shown = card(stack, ts, CONFIRM)
    answer(stack, ts)
    shows(shown, "Lowest")
    press_as_first_shown(stack, shown, CONFIRM, GRACE)

    assert is_told(stack, GRACE, "proposes has changed") == failures.CHANGES_CHANGED
    assert comments(stack, "OPS-2", "Seen at first") == []
    offers(shown, changing.BUTTONS)
    press(stack, shown, CONFIRM)
    within(lambda: words(shown).count("✅") == 2, "both done")
    press_stale(stack, shown, CONFIRM, GRACE)
    assert is_told(stack, GRACE, "done already") == failures.CHANGE_DONE


def test_a_press_on_a_draft_that_is_settled_says_how(stack: Stack) -> None:
    shown = propose(stack, "Ladder is short")
    press(stack, shown, "draft_create")
    shows_filed(shown)
    (issue,) = filed(stack, "Ladder is short")
    press_stale(stack, shown, "draft_create", GRACE)
    told = is_told(stack, GRACE, "filed already")
    assert told == f"This was filed already, as <{stack.jira_url}/browse/{issue.key}|{issue.key}>."

    other = propose(stack, "Hammer is soft")
    press(stack, other, "draft_cancel")
    assert shows(other, "Draft cancelled").startswith("Draft cancelled")
    press_stale(stack, other, "draft_create", GRACE)
    assert is_told(stack, GRACE, "draft was cancelled") == "This draft was cancelled already; ask me for a new one."
    assert (len(filed(stack, "Ladder is short")), filed(stack, "Hammer is soft")) == (1, [])


def test_a_draft_that_jira_cannot_be_reached_for_is_kept_and_filed_by_the_next_press(stack: Stack) -> None:
    shown = propose(stack, "Bucket leaks")
    stack.take_jira_down()
    try:
        press(stack, shown, "draft_create")
        assert is_told(stack, ADA, "The draft is kept") == failures.DRAFT_KEPT
    finally:
        stack.bring_jira_back()
    offers(shown, BUTTONS)
    press(stack, shown, "draft_create")
    shows_filed(shown)
    assert len(filed(stack, "Bucket leaks")) == 1


def test_a_change_that_jira_does_not_answer_is_kept_and_made_by_the_next_press(stack: Stack) -> None:
    shown = changing.propose(stack, "lower OPS-3", update("OPS-3", priority="Lowest"))
    stack.jira.faults.add(Fault(operation=PUT, kind="status", status=503, times=-1))
    press(stack, shown, CONFIRM)
    assert is_told(stack, ADA, "The change is kept") == failures.CHANGE_KEPT

    stack.jira.faults.clear()
    offers(shown, changing.BUTTONS)
    press(stack, shown, CONFIRM)
    shows(shown, "✅")
    assert field(stack, "OPS-3", "priority") == "Lowest"


def test_while_a_draft_is_on_its_way_card_and_home_say_so(stack: Stack) -> None:
    shown = propose(stack, "Wheel wobbles")
    stack.jira.faults.add(Fault(operation=CREATE, kind="delay", seconds=4))
    press(stack, shown, "draft_create")
    assert shows(shown, "Sending it to Jira…")
    within(lambda: home_says(stack, ADA, "Wheel wobbles · _is being sent_"), "the word in the home")
    shows_filed(shown)

    change = changing.propose(stack, "remark on OPS-4", comment("OPS-4", "On its way."))
    stack.jira.faults.add(Fault(operation=changing.COMMENT, kind="delay", seconds=2))
    press(stack, change, CONFIRM)
    shows(change, "Sending it to Jira…")
    shows(change, "✅")
    assert len(comments(stack, "OPS-4", "On its way")) == 1


def test_a_draft_that_jira_refuses_says_so_on_card_and_home_and_can_be_sent_again(stack: Stack) -> None:
    shown = propose(stack, "Rope is thin")
    stack.jira.faults.add(Fault(operation=CREATE, kind="status", status=400, body=REFUSED))
    press(stack, shown, "draft_create")

    text = shows(shown, "Edit the draft and press Create again.")
    assert "*Jira did not take it.* Edit the draft and press Create again." in text
    assert "The workflow says no." in text
    within(lambda: home_says(stack, ADA, "Rope is thin · _refused by Jira, can be edited_"), "the word in the home")
    press(stack, shown, "draft_create")
    assert f"Create was pressed by <@{ADA}>" in shows_filed(shown)


def test_a_draft_whose_answer_was_lost_stands_in_the_home_as_not_confirmed(stack: Stack) -> None:
    shown = propose(stack, "Chain is rusty")
    stack.jira.faults.add(Fault(operation=CREATE, kind="drop_before"))
    press(stack, shown, "draft_create")

    shows(shown, "*Jira's answer was lost.* I am looking whether the issue is there…")
    within(lambda: home_says(stack, ADA, "Chain is rusty · _not confirmed by Jira_"), "the word in the home")
    within(lambda: "filing_check" in shown.action_ids, "the buttons")
    assert "If Jira took the first one after all, there will be two." in str(shown.blocks)
    press(stack, shown, "filing_check", GRACE)
    assert is_told(stack, GRACE, "looked again") == failures.NOT_FOUND_YET
    press(stack, shown, "filing_force")
    shows_filed(shown)
    assert len(filed(stack, "Chain is rusty")) == 1


def test_a_change_whose_answer_was_lost_says_what_it_does_and_what_a_second_one_may_do(stack: Stack) -> None:
    shown = changing.propose(stack, "remark on OPS-8", comment("OPS-8", "Gone astray."))
    stack.jira.faults.add(Fault(operation=changing.COMMENT, kind="drop_before"))
    press(stack, shown, CONFIRM)
    shows(shown, "*Jira's answer was lost.* I am looking whether it is there: ")
    offers(shown, changing.LOST)
    assert "If Jira took the first one after all, it will be there twice." in str(shown.blocks)
    press(stack, shown, "action_check", LINUS)
    assert is_told(stack, LINUS, "looked again") == failures.CHANGE_NOT_FOUND_YET

    press(stack, shown, changing.CANCEL)
    assert "(it is not known whether Jira has it)" in shows(shown, "Closed by")
    assert (shown.action_ids, comments(stack, "OPS-8", "Gone astray")) == ([], [])


def test_a_move_that_is_not_possible_any_more_is_said_and_what_belongs_to_it_is_not_done(stack: Stack) -> None:
    before = field(stack, "OPS-5", "status")
    to = "Done" if before != "Done" else "To Do"
    shown = changing.propose(stack, "close OPS-5", move("OPS-5", to, comment="Closing words."))
    ways = {"expand": "transitions", "transitions": []}
    stack.jira.faults.add(Fault(operation="GET issue/{key}/transitions", kind="status", status=200, body=ways))
    press(stack, shown, CONFIRM)

    text = shows(shown, "*This was not done:*")
    assert f"OPS-5 can't be moved to {to} from {before} any more." in text
    assert "What it belongs to was not done." in text
    assert (field(stack, "OPS-5", "status"), comments(stack, "OPS-5", "Closing words")) == (before, [])
    press(stack, shown, CONFIRM)
    within(lambda: words(shown).count("✅") == 2, "both done")
    assert len(comments(stack, "OPS-5", "Closing words")) == 1


def test_an_issue_that_was_hidden_meanwhile_is_not_linked(stack: Stack) -> None:
    shown = changing.propose(stack, "link OPS-6", link("OPS-6", "relates to", "OPS-7"))
    stack.jira.restrict("OPS-7", stack.jira.bot.account_id)
    press(stack, shown, CONFIRM, GRACE)

    assert is_told(stack, GRACE, "may not be shown here") == failures.CHANGE_HIDDEN
    assert stack.jira.issue("OPS-6").fields["issuelinks"] == []
