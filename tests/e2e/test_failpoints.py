"""A process that dies at any point of the way loses nothing and doubles nothing; docs/crashes.md tells the points."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.claude.scripts import Reply, reply, tool
from sandbox.claude.standin import Pacing
from sandbox.slack.delivery import NotAcknowledged
from sandbox.slack.messages import fallback_text, words_of
from sandbox.stack import Stack
from tests.e2e import changing
from tests.e2e.drafting import open_drafts
from tests.e2e.dying import first_then, frozen_meanwhile, only_a_doomed_web, only_a_doomed_worker
from tests.e2e.support import ADA, CHANNEL, RUNGS, answer, ask, card, cards, filed_by_bot, replies, within

pytestmark = pytest.mark.e2e

PACE = Pacing(first_token_seconds=0.01, chunk_seconds=0.02, chunk_characters=40)

IN_WEB = ("event_heard", "event_stored", "event_kicked", "event_acked", "sign_shown")
IN_ANY_TURN = (
    "claimed",
    "question_stored",
    "reply_intended",
    "reply_posted",
    "reply_stored",
    "round_spoken",
    "round_stored",
    "tool_run",
    "tool_stored",
    "round_stored:2",
    "sealed",
    "final_shown",
    "finished",
    "committed",
)
SPEAKING = ("reply_intended", "reply_posted", "reply_stored", "round_spoken")
"""Here the round that was cut is asked again; everywhere else what the model said is stored, or not asked yet."""
IN_STREAM = ("reply_intended", "reply_posted", "reply_stored", "tool_run", "stream_stopped", "final_shown")
IN_DRAFTING = ("draft_stored", "card_shown", "tool_run", "tool_stored")
IN_PROPOSING = ("change_stored", "change_shown")
IN_CHANGING = ("change_begun", "change_sent", "change_made")
IN_FILING = ("claimed", "filing_answered", "filing_stored", "card_shown:2", "action_done", "committed")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("failpoints")
    with Stack(beat=False, pace=PACE, folder=folder, settings=RUNGS["edits"]) as stack:
        # An event whose taker died comes again when Slack has waited for its ack; three seconds each is long here.
        stack.slack.slack.deliveries.ack_seconds = 1.0
        yield stack


def shown(stack: Stack, thread_ts: str) -> list[str]:
    """Return the bot's answers in a thread as people read them."""
    return [words_of(message) for message in replies(stack, thread_ts)]


def statuses(stack: Stack) -> list[str]:
    return [shown.status for shown in stack.slack.workspace.shown_statuses.values() if shown.status]


def sent_to_model(stack: Stack, words: str) -> list[dict[str, Any]]:
    """Return the messages of the last request whose question has these words."""
    asked = [kept.body for kept in stack.claude.message_requests if kept.body]
    found = [body["messages"] for body in asked if words in json.dumps(body["messages"][-1])]
    return list(found[-1])


def rounds(stack: Stack, words: str) -> int:
    """Return how often the model was asked for a round of the turn with these words."""
    asked = [kept.body for kept in stack.claude.message_requests if kept.body and kept.body.get("tools")]
    return sum(words in json.dumps(body["messages"]) for body in asked)


def searches(stack: Stack, words: str) -> int:
    """Return how often Jira was searched for these words."""
    calls = [call for call in list(stack.jira.calls) if call["route"].endswith("search/jql")]
    return sum(words in json.dumps(call["body"]) for call in calls)


def remembers(stack: Stack, root: str, name: str, *, turns: int = 1) -> None:
    """Ask once more in the thread: the model is sent each earlier turn once, and answers."""
    stack.claude.script(reply(f"After {name}."), when=f"then {name}?")
    ask(stack, f"then {name}?", thread_ts=root)
    within(lambda: f"After {name}." in shown(stack, root), "the next answer")
    messages = sent_to_model(stack, f"then {name}?")
    questions = [m for m in messages if m["role"] == "user" and "tool_result" not in json.dumps(m)]
    assert len(questions) == turns + 1
    assert f"do {name}." in json.dumps(questions[0])
    assert f"Done {name}." in json.dumps(messages[-2 if turns == 1 else 3])


def is_calm(stack: Stack) -> None:
    within(lambda: not statuses(stack), "no status is left standing")


@pytest.mark.parametrize("place", IN_WEB)
def test_an_event_whose_listener_dies_is_answered_once(stack: Stack, place: str) -> None:
    name = place.replace("_", " ")
    stack.claude.script(reply(f"Done {name}."), when=f"do {name}.")
    with only_a_doomed_web(stack, place):
        root = ask(stack, f"do {name}.")

    within(lambda: shown(stack, root) == [f"Done {name}."], "the answer")
    within(lambda: not stack.slack.slack.deliveries.under_way, "every delivery acknowledged")
    remembers(stack, root, name)
    assert len(replies(stack, root)) == 2
    is_calm(stack)


@pytest.mark.parametrize("place", IN_ANY_TURN)
def test_a_turn_whose_worker_dies_is_answered_once(stack: Stack, place: str) -> None:
    name = place.replace("_", " ").replace(":", " ")
    search = tool("jira_search", {"keywords": [name]})
    stack.claude.script(first_then(reply("I look.", search), reply(f"Done {name}.")), when=f"do {name}.", forever=True)
    with only_a_doomed_worker(stack, place):
        root = ask(stack, f"do {name}.")

    within(lambda: shown(stack, root) == [f"I look.\n\nDone {name}."], "the whole answer")
    answer(stack, root)
    assert rounds(stack, f"do {name}.") == (3 if place in SPEAKING else 2)
    assert searches(stack, name) == (2 if place == "tool_run" else 1)
    remembers(stack, root, name)
    assert len(replies(stack, root)) == 2
    is_calm(stack)


@pytest.mark.parametrize("place", IN_STREAM)
def test_an_answer_in_a_stream_whose_worker_dies_is_answered_once(stack: Stack, place: str) -> None:
    name = f"streaming {place.replace('_', ' ')}"
    search = tool("jira_search", {"keywords": ["vpn"]})
    stack.claude.script(first_then(reply("I look.", search), reply(f"Done {name}.")), when=f"do {name}.", forever=True)
    with only_a_doomed_worker(stack, place, SLACK_STREAMING="true"):
        root = ask(stack, f"do {name}.")

    within(lambda: shown(stack, root) == [f"I look.\n\nDone {name}."], "the whole answer")
    answer(stack, root)
    remembers(stack, root, name)
    assert len(replies(stack, root)) == 2
    assert not [m for m in replies(stack, root) if m.stream and m.stream.state == "streaming"]
    is_calm(stack)


def draft_of(name: str) -> Reply:
    fields = {"project": "OPS", "issue_type": "Task", "summary": f"File {name}", "description": "It drops."}
    return reply(tool("jira_create_issue", fields))


def issues(stack: Stack, name: str) -> list[str]:
    """Return the keys of the issues that were filed from the draft of this name."""
    return [key for key in filed_by_bot(stack) if stack.jira.issues[key].fields["summary"] == f"File {name}"]


def press(stack: Stack, root: str, button: str) -> None:
    stack.slack.click(CHANNEL, card(stack, root, button).ts, ADA, button)


def is_filed_once(stack: Stack, root: str, name: str) -> None:
    """One issue, one card, and the card names it."""
    within(lambda: issues(stack, name), "the issue")
    (key,) = issues(stack, name)
    within(lambda: key in fallback_text(cards(stack, root)[0].blocks), "a card that names the issue")
    assert len(cards(stack, root)) == 1
    assert not {"draft_create", "filing_check", "filing_force"} & set(cards(stack, root)[0].action_ids)


@pytest.mark.parametrize("place", IN_DRAFTING)
def test_a_draft_whose_worker_dies_is_shown_once_and_can_be_filed(stack: Stack, place: str) -> None:
    name = f"drafting {place.replace('_', ' ')}"
    stack.claude.script(first_then(draft_of(name), reply(f"Done {name}.")), when=f"do {name}.", forever=True)
    with only_a_doomed_worker(stack, place):
        root = ask(stack, f"do {name}.")

    within(lambda: shown(stack, root) == [f"Done {name}."], "the answer")
    answer(stack, root)
    remembers(stack, root, name)
    assert open_drafts(stack, f"File {name}") == 1
    press(stack, root, "draft_create")
    is_filed_once(stack, root, name)
    is_calm(stack)
    assert len(issues(stack, name)) == 1


@pytest.mark.parametrize("place", IN_FILING)
def test_a_filing_whose_worker_dies_files_one_issue(stack: Stack, place: str) -> None:
    name = f"filing {place.replace('_', ' ').replace(':', ' ')}"
    stack.claude.script(first_then(draft_of(name), reply(f"Done {name}.")), when=f"do {name}.", forever=True)
    root = ask(stack, f"do {name}.")
    answer(stack, root)
    with only_a_doomed_worker(stack, place):
        press(stack, root, "draft_create")

    is_filed_once(stack, root, name)
    remembers(stack, root, name)
    is_calm(stack)
    assert len(issues(stack, name)) == 1


def test_a_filing_that_was_never_sent_is_not_sent_again_before_a_person_says_so(stack: Stack) -> None:
    name = "filing begun"
    stack.claude.script(first_then(draft_of(name), reply(f"Done {name}.")), when=f"do {name}.", forever=True)
    root = ask(stack, f"do {name}.")
    answer(stack, root)
    with only_a_doomed_worker(stack, "filing_begun"):
        press(stack, root, "draft_create")

    card(stack, root, "filing_force")
    assert issues(stack, name) == []
    press(stack, root, "filing_force")
    is_filed_once(stack, root, name)


@pytest.mark.parametrize("place", IN_PROPOSING)
def test_a_change_whose_worker_dies_is_shown_once_and_made_once(stack: Stack, place: str) -> None:
    name = f"proposing {place.replace('_', ' ')}"
    wanted = reply(tool(*changing.comment("OPS-11", f"Said by {name}.")))
    stack.claude.script(first_then(wanted, reply(f"Done {name}.")), when=f"do {name}.", forever=True)
    with only_a_doomed_worker(stack, place):
        root = ask(stack, f"do {name}.")

    answer(stack, root)
    press(stack, root, changing.CONFIRM)
    within(lambda: "✅" in str(cards(stack, root)[0].blocks), "a card that says it was done")
    assert len(cards(stack, root)) == 1
    assert len(changing.comments(stack, "OPS-11", f"Said by {name}.")) == 1


@pytest.mark.parametrize("place", IN_CHANGING)
def test_a_confirmed_change_whose_worker_dies_is_made_once(stack: Stack, place: str) -> None:
    name = f"changing {place.replace('_', ' ')}"
    wanted = [changing.comment("OPS-13", f"Said by {name}."), changing.move("OPS-13", "In Progress")]
    calls = reply(*(tool(*call) for call in wanted)) if place == "change_begun" else reply(tool(*wanted[0]))
    stack.claude.script(first_then(calls, reply(f"Done {name}.")), when=f"do {name}.", forever=True)
    root = ask(stack, f"do {name}.")
    answer(stack, root)
    with only_a_doomed_worker(stack, place):
        press(stack, root, changing.CONFIRM)
    if place == "change_begun":
        # Nobody knows whether the comment was sent: only a person has it sent.
        assert "change of status" not in str(card(stack, root, "action_force").blocks)
        assert changing.comments(stack, "OPS-13", f"Said by {name}.") == []
        assert changing.field(stack, "OPS-13", "status") == "In Progress"
        press(stack, root, "action_force")

    within(lambda: "was pressed by" in str(cards(stack, root)[0].blocks), "it was done")
    assert len(changing.comments(stack, "OPS-13", f"Said by {name}.")) == 1
    assert len(cards(stack, root)) == 1


def test_a_click_whose_listener_dies_files_one_issue(stack: Stack) -> None:
    name = "click stored"
    stack.claude.script(first_then(draft_of(name), reply(f"Done {name}.")), when=f"do {name}.", forever=True)
    root = ask(stack, f"do {name}.")
    answer(stack, root)
    with only_a_doomed_web(stack, "click_stored"), pytest.raises(NotAcknowledged):
        press(stack, root, "draft_create")

    is_filed_once(stack, root, name)


def test_a_worker_that_stood_still_does_not_post_beside_the_one_that_took_over(stack: Stack) -> None:
    name = "frozen"
    stack.claude.script(reply(f"Done {name}."), when=f"do {name}.", forever=True)
    asked: list[str] = []
    with frozen_meanwhile(stack, "chat.postMessage", lambda: asked.append(ask(stack, f"do {name}."))):
        within(lambda: shown(stack, asked[0]) == [f"Done {name}."], "the answer of the one that took over")
        answer(stack, asked[0])
        # Else it is Slack's limit of one post a second that keeps the second one out.
        within(lambda: time.monotonic() > stack.slack.calls[-1].at + 2, "Slack would take another post")

    remembers(stack, asked[0], name)
    assert shown(stack, asked[0]) == [f"Done {name}.", f"After {name}."]
    is_calm(stack)


def test_a_worker_that_stood_still_does_not_file_what_was_filed_meanwhile(stack: Stack) -> None:
    name = "frozen filing"
    stack.claude.script(first_then(draft_of(name), reply(f"Done {name}.")), when=f"do {name}.", forever=True)
    root = ask(stack, f"do {name}.")
    answer(stack, root)
    with frozen_meanwhile(stack, "filing_sending", lambda: press(stack, root, "draft_create")):
        press(stack, root, "filing_force")
        is_filed_once(stack, root, name)

    remembers(stack, root, name)
    is_filed_once(stack, root, name)
    assert len(issues(stack, name)) == 1
