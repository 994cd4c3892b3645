"""WRITE_POLICY=auto: filed without a button, through the same ledger, and said with the key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.claude.scripts import Body
from sandbox.faults import Fault
from sandbox.stack import Stack
from tests.e2e import changing
from tests.e2e.drafting import (
    ASKING,
    BUTTONS,
    CREATE,
    ask_to_file,
    ever_read,
    filed,
    offers,
    press,
    sent,
    shows,
    shows_filed,
    words,
)
from tests.e2e.support import GRACE, answer, card, cards, jira_is_well_again, within

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("auto")
    with Stack(beat=False, folder=folder, settings={"WRITE_POLICY": "auto"}) as stack:
        yield stack


@pytest.fixture(autouse=True)
def _jira_is_well_again(stack: Stack) -> Iterator[None]:
    yield
    jira_is_well_again(stack)


def result_of(stack: Stack, summary: str) -> str:
    """Return what the model was told of its call about this summary."""
    bodies = [request.body for request in stack.claude.message_requests]
    found = [body for body in bodies if summary in json.dumps(body["messages"]) and is_result(body)]
    return json.dumps(found[-1]["messages"][-1], ensure_ascii=False)


def is_result(body: Body) -> bool:
    return any(block.get("type") == "tool_result" for block in body["messages"][-1]["content"])


def test_an_issue_is_filed_at_once_and_the_model_knows_its_key(stack: Stack) -> None:
    ts = ask_to_file(stack, "Tyres are flat")
    answer(stack, ts)

    (issue,) = filed(stack, "Tyres are flat")
    assert f"Filed as {issue.key}" in result_of(stack, "Tyres are flat")
    (shown,) = cards(stack, ts)
    assert f"/browse/{issue.key}" in words(shown)
    assert shown.action_ids == []
    assert "pressed" not in ever_read(shown)
    within(lambda: issue.remote_links, "the link to the thread")


def test_what_jira_refuses_is_told_and_the_draft_is_shown_with_buttons(stack: Stack) -> None:
    body = {"errorMessages": [], "errors": {"summary": "Too vague."}}
    stack.jira.faults.add(Fault(operation=CREATE, kind="status", status=400, body=body))
    ts = ask_to_file(stack, "Horn is silent")
    answer(stack, ts)

    assert "Summary: Too vague." in result_of(stack, "Horn is silent")
    shown = card(stack, ts)
    assert "Too vague." in words(shown)
    press(stack, shown, "draft_create", GRACE)
    assert f"<@{GRACE}>" in shows_filed(shown)
    assert len(filed(stack, "Horn is silent")) == 1


@pytest.mark.timeout(180)
def test_a_lost_answer_is_told_as_not_known_and_sent_once(stack: Stack) -> None:
    stack.jira.faults.add(Fault(operation=CREATE, kind="drop_before"))
    ts = ask_to_file(stack, "Mirror is cracked")
    answer(stack, ts)

    assert "Filed as" not in result_of(stack, "Mirror is cracked")
    assert "lost" in result_of(stack, "Mirror is cracked")
    (shown,) = cards(stack, ts)
    offers(shown, ASKING, seconds=45)
    assert len(sent(stack, "Mirror is cracked")) == 1
    press(stack, shown, "filing_force", GRACE)
    shows_filed(shown)
    assert len(filed(stack, "Mirror is cracked")) == 1


def test_a_jira_that_is_away_leaves_a_draft_with_a_button(stack: Stack) -> None:
    stack.jira.faults.add(Fault(operation=CREATE, kind="status", status=429, headers={"Retry-After": "120"}, times=-1))
    ts = ask_to_file(stack, "Wipers squeak")
    answer(stack, ts)

    assert "nothing was filed" in result_of(stack, "Wipers squeak")
    shown = card(stack, ts)
    offers(shown, BUTTONS)
    jira_is_well_again(stack)
    press(stack, shown, "draft_create", GRACE)
    shows_filed(shown)
    assert len(filed(stack, "Wipers squeak")) == 1


def test_a_dead_token_shows_the_draft_and_a_sentence_instead_of_sending_for_ever(stack: Stack) -> None:
    stack.jira.faults.add(Fault(operation=CREATE, kind="status", status=401, times=-1))
    ts = ask_to_file(stack, "Brakes are soft")
    done = answer(stack, ts)

    assert "access" in words(done) + done.text
    offers(card(stack, ts), BUTTONS)
    assert len(sent(stack, "Brakes are soft")) == 1


def test_an_issue_that_cannot_be_linked_yet_is_told_as_filed(stack: Stack) -> None:
    stack.jira.faults.add(Fault(operation="POST issue/{key}/remotelink", kind="status", status=503, times=2))
    ts = ask_to_file(stack, "Seat is wet")
    answer(stack, ts)

    (issue,) = filed(stack, "Seat is wet")
    assert f"Filed as {issue.key}" in result_of(stack, "Seat is wet")
    assert within(lambda: issue.remote_links, "the link, later", seconds=40)


def test_a_change_is_made_at_once_and_the_model_knows(stack: Stack) -> None:
    calls = (changing.comment("OPS-2", "At once."), changing.move("OPS-4", "In Progress"))
    ts = changing.ask_for(stack, "change it at once", *calls)
    answer(stack, ts)

    assert len(changing.comments(stack, "OPS-2", "At once")) == 1
    assert changing.field(stack, "OPS-4", "status") == "In Progress"
    assert "Done: comment on OPS-2." in result_of(stack, "change it at once")
    (shown,) = cards(stack, ts)
    within(lambda: words(shown).count("✅") == 2, "both on one card")
    assert shown.action_ids == []


def test_a_change_whose_answer_is_lost_is_never_repeated_unasked_without_a_button_either(stack: Stack) -> None:
    stack.jira.faults.add(Fault(operation=changing.COMMENT, kind="drop_before"))
    ts = changing.ask_for(stack, "lose this remark", changing.comment("OPS-3", "Lost at once."))
    answer(stack, ts)
    assert "the answer was lost" in result_of(stack, "lose this remark")
    shown = card(stack, ts, "action_force")
    assert len(changing.sent(stack, changing.COMMENT, "OPS-3")) == 1
    press(stack, shown, "action_force", GRACE)
    shows(shown, "✅")

    assert len(changing.comments(stack, "OPS-3", "Lost at once")) == 1


def test_what_jira_does_not_take_at_once_waits_on_the_card(stack: Stack) -> None:
    refusal = {"errorMessages": [], "errors": {"priority": "Frozen."}}
    stack.jira.faults.add(Fault(operation="PUT issue/{key}", kind="status", status=400, body=refusal))
    ts = changing.ask_for(stack, "raise it at once", changing.update("OPS-6", priority="Lowest"))
    answer(stack, ts)
    assert "Priority: Frozen." in result_of(stack, "raise it at once")
    shown = card(stack, ts, changing.CONFIRM)
    press(stack, shown, changing.CONFIRM)
    shows(shown, "✅")

    assert changing.field(stack, "OPS-6", "priority") == "Lowest"


def test_a_likely_duplicate_is_asked_about_and_not_filed_at_once(stack: Stack) -> None:
    summary = "VPN disconnects all the time on the office wifi"
    ts = ask_to_file(stack, summary, description="On a cable it is stable.")
    answer(stack, ts)

    shown = card(stack, ts)
    assert "duplicate_use" in shown.action_ids
    assert filed(stack, summary) == []
    assert "duplicate" in result_of(stack, summary)
    press(stack, shown, "draft_create", GRACE)
    shows(shown, "Filed as")
    assert len(filed(stack, summary)) == 1
