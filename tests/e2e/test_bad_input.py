"""Bad input from people and odd ends from the model: each is a clear sentence, and the thread goes on."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator

import pytest

from sandbox.claude.scripts import Reply, refusal, reply, tool
from sandbox.faults import Fault
from sandbox.stack import Stack
from tests.e2e.breaking import (
    GENERAL,
    GRACES_DM,
    ONCALL,
    assert_nobody_read_internals_and_nothing_stands,
    mend,
    shown,
    told_model,
)
from tests.e2e.support import ADA, ADAS_DM, GRACE, answer, ask, cards
from workers.views import failures

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    settings = {"HOPELESS_SECONDS": "3"}
    with Stack(beat=False, settings=settings, folder=tmp_path_factory.mktemp("bad-input")) as stack:
        yield stack


@pytest.fixture(autouse=True)
def _whole_again(stack: Stack) -> Iterator[None]:
    yield
    mend(stack)


# --- what people write -----------------------------------------------------------------------------------------------


def test_an_empty_mention_is_greeted_with_what_can_be_asked_and_costs_nothing(stack: Stack) -> None:
    root = ask(stack, "")

    done = answer(stack, root)

    assert shown(done) == failures.EMPTY_MENTION
    assert stack.claude.message_requests == []


def test_an_empty_mention_below_a_report_is_a_question_about_it(stack: Stack) -> None:
    stack.claude.script(reply("That is the badge reader."), when="badge reader")
    root = stack.slack.say(GENERAL, ADA, "The badge reader beeps all day.")
    ask(stack, "", thread_ts=root, channel=GENERAL)

    assert shown(answer(stack, root, channel=GENERAL)) == "That is the badge reader."


def test_forty_thousand_characters_are_read_to_the_end(stack: Stack) -> None:
    stack.claude.script(reply("All read."), when="the last words")
    text = ("stack trace line\n" * 3000)[: 40_000 - 40] + " the last words"
    root = stack.slack.say(ADAS_DM, ADA, text)

    assert shown(answer(stack, root, channel=ADAS_DM)) == "All read."


def test_a_thread_too_long_for_the_model_is_said(stack: Stack) -> None:
    stack.claude.context_tokens = 9_000
    root = stack.slack.say(GRACES_DM, GRACE, "much too much " * 2_500)

    assert shown(answer(stack, root, channel=GRACES_DM)) == failures.CONVERSATION_TOO_LONG


def test_a_past_that_the_model_does_not_take_is_forgotten_and_the_thread_goes_on(stack: Stack) -> None:
    stack.claude.script(reply("First answer."), when="the past, one")
    stack.claude.script(reply("Second answer."), reply("Third answer."), when="the past, two")
    root = ask(stack, "the past, one", channel=ONCALL)
    answer(stack, root, channel=ONCALL)
    error = {"type": "error", "error": {"type": "invalid_request_error", "message": "messages.1: thinking is bound"}}
    stack.claude.faults.add(Fault(operation="messages", kind="status", status=400, body=error))

    for number in (2, 3):
        ask(stack, "the past, two", thread_ts=root, channel=ONCALL)
        answer(stack, root, number=number, channel=ONCALL)

    (second, third) = [r.body["messages"] for r in stack.claude.message_requests if r.status == 200][-2:]
    assert shown(answer(stack, root, number=3, channel=ONCALL)) == "Third answer."
    assert ["First answer." in str(messages) for messages in (second, third)] == [False, False]
    assert "Second answer." in str(third)


@pytest.mark.parametrize("project", ["NOPE", "SECRET", "OPS' OR project = SECRET"])
def test_a_project_that_is_not_open_is_never_asked_for(stack: Stack, project: str) -> None:
    draft = {"project": project, "issue_type": "Task", "summary": "Spy", "description": "x"}
    calls = [
        tool("jira_create_issue", draft),
        tool("jira_search", {"keywords": ["x"], "project": project}),
        tool("jira_create_options", {"project": project}),
    ]
    stack.claude.script(reply(*calls), reply("I can only use OPS and WEB."), when="closed project")
    before = len(stack.jira.calls)
    root = ask(stack, f"closed project {project}", channel=ONCALL)

    assert shown(answer(stack, root, channel=ONCALL)) == "I can only use OPS and WEB."
    results = told_model(stack, f"closed project {project}")
    assert len(results) == 3
    assert all("OPS, WEB" in result for result in results)
    assert (len(stack.jira.calls), cards(stack, root, ONCALL)) == (before, [])


# --- odd ends of an answer -------------------------------------------------------------------------------------------


DRAFT = {"project": "OPS", "issue_type": "Task", "summary": "VPN drops", "description": "It drops. " * 20}
ODD_ENDS: dict[str, tuple[list[Reply], str]] = {
    "refusal": ([refusal("cyber")], failures.REFUSED),
    "refusal after some text": ([refusal("cyber", None, {"type": "text", "text": "Sure: "})], failures.REFUSED),
    "max tokens": ([reply("Half an answ", stop_reason="max_tokens")], f"Half an answ\n\n{failures.CUT_ANSWER}"),
    "pause turn": ([reply("Wait.", stop_reason="pause_turn"), reply("Done.")], "Wait.\n\nDone."),
    "no block": ([reply()], failures.EMPTY_ANSWER),
    "an empty text": ([reply("")], failures.EMPTY_ANSWER),
    "a cut call": (
        [reply("I file it.", tool("jira_create_issue", DRAFT), stop_reason="max_tokens", cut_json=40)],
        f"I file it.\n\n{failures.CUT_ANSWER}",
    ),
    "an unknown tool": ([reply(tool("rm_rf", {})), reply("I can't do that.")], "I can't do that."),
    "wrong arguments": (
        [reply(tool("jira_search", {"keywords": 7})), reply("I could not search.")],
        "I could not search.",
    ),
}


@pytest.mark.parametrize("case", ODD_ENDS)
def test_every_end_of_an_answer_is_a_sentence_and_the_thread_goes_on(stack: Stack, case: str) -> None:
    answers, expected = ODD_ENDS[case]
    stack.claude.script(*answers, when=f"odd end: {case}.")
    stack.claude.script(reply("Going on."), when=f"and after {case}?")
    root = stack.slack.say(ADAS_DM, ADA, f"odd end: {case}.")

    first = answer(stack, root, channel=ADAS_DM)
    stack.slack.say(ADAS_DM, ADA, f"and after {case}?", root)
    second = answer(stack, root, number=2, channel=ADAS_DM)

    assert (shown(first), shown(second)) == (expected, "Going on.")
    assert cards(stack, root, ADAS_DM) == []


def test_a_model_that_never_comes_to_an_end_is_stopped_after_sixteen_rounds(stack: Stack) -> None:
    keys = (f"OPS-{number}" for number in itertools.count(1))
    stack.claude.script(
        lambda _: reply(tool("jira_get_issue", {"key": next(keys)})), when="search for ever", forever=True
    )
    root = ask(stack, "search for ever", channel=GENERAL)

    assert shown(answer(stack, root, channel=GENERAL)) == failures.TOO_MANY_ROUNDS
    asked = [kept for kept in stack.claude.message_requests if "search for ever" in json.dumps(kept.body)]
    assert len(asked) == 16


# --- after all of it -------------------------------------------------------------------------------------------------


def test_nobody_has_read_anything_internal_and_nothing_is_left_standing(stack: Stack) -> None:
    assert_nobody_read_internals_and_nothing_stands(stack)
