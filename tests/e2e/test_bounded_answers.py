"""Every answer ends, with a sentence; a model without room is stood in for; long threads are kept as summaries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.claude.scripts import reply, tool
from sandbox.claude.standin import Recorded
from sandbox.faults import Fault
from sandbox.slack.messages import words_of
from sandbox.stack import Stack
from tests.e2e.support import ADA, ADAS_DM, GRACE, answer, ask, within
from workers.views import failures

pytestmark = pytest.mark.e2e

MAIN, FAST = "claude-sonnet-5-5", "claude-haiku-5-5"
SETTINGS = {"COMPACT_AT_TOKENS": "5000", "TURN_MAX_ROUNDS": "6", "TURN_TOOL_CALLS": "jira_search=7"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(beat=False, settings=SETTINGS, folder=tmp_path_factory.mktemp("bounded")) as stack:
        yield stack


@pytest.fixture(autouse=True)
def _no_faults(stack: Stack) -> Iterator[None]:
    yield
    stack.claude.faults.clear()
    stack.claude.scripts.clear()


def search(*words: str) -> dict[str, Any]:
    return tool("jira_search", {"keywords": list(words) or ["vpn"]})


def loops(stack: Stack, words: str) -> list[Recorded]:
    """Return the requests of the tool loop that hold these words, first to last."""
    return [kept for kept in stack.claude.message_requests if kept.body.get("tools") and words in json.dumps(kept.body)]


def results(request: Recorded) -> list[str]:
    """Return the results of calls in a request's last message."""
    return [
        str(block["content"]) for block in request.body["messages"][-1]["content"] if block["type"] == "tool_result"
    ]


# --- bounds ----------------------------------------------------------------------------------------------------------


def test_a_model_that_never_ends_is_ended_with_a_sentence(stack: Stack) -> None:
    words = "never come to an end"
    for number in range(9):
        stack.claude.script(reply(f"Step {number}.", search(f"step {number}")), when=words)

    shown = words_of(answer(stack, ask(stack, words)))

    assert shown.endswith(failures.TOO_MANY_ROUNDS)
    assert shown.startswith("Step 0.")
    assert len(loops(stack, words)) == 6


def test_a_model_that_turns_in_a_circle_is_told_and_then_ended(stack: Stack) -> None:
    words = "turn in a circle"
    stack.claude.script(lambda _body: reply(search("nowhere")), when=words, forever=True)

    shown = words_of(answer(stack, ask(stack, words)))

    asked = loops(stack, words)
    assert shown == failures.IN_A_CIRCLE
    assert len(asked) == 4
    assert ["Don't make it again" in results(kept)[0] for kept in asked[1:]] == [False, False, True]


def test_too_many_searches_at_once_are_not_run_and_both_the_model_and_the_person_are_told(stack: Stack) -> None:
    words, most = "look everywhere", 7
    stack.claude.script(
        reply(*(search(f"place {number}") for number in range(most + 2))), reply("I looked."), when=words
    )

    shown = words_of(answer(stack, ask(stack, words)))

    assert shown.startswith("I looked.\n\n")
    assert "One answer may take 7 searches in Jira, and I needed more." in shown
    found = results(loops(stack, words)[1])
    assert [text.startswith("Not run: jira_search") for text in found] == [False] * most + [True] * 2


# --- a model without room --------------------------------------------------------------------------------------------


def test_another_model_answers_when_the_usual_one_has_no_room_and_the_talk_goes_on(stack: Stack) -> None:
    stack.claude.script(reply("I read it."), when="before the rush")
    root = ask(stack, "before the rush")
    answer(stack, root)
    stack.claude.script(reply(search("rush")), reply("Nothing known."), when="in the rush")
    stack.claude.faults.add(Fault(operation="messages", kind="status", status=529, times=3))

    ask(stack, "in the rush", thread_ts=root)
    assert words_of(answer(stack, root, number=2)) == "Nothing known."
    stack.claude.script(reply("As I said."), when="after the rush")
    ask(stack, "after the rush", thread_ts=root)
    assert words_of(answer(stack, root, number=3)) == "As I said."

    asked = [kept.body["model"] for kept in loops(stack, "before the rush")]
    assert asked == [MAIN, *[MAIN] * 3, FAST, FAST, MAIN]
    assert "fallback_model" in stack.workers[0].log_text()


def test_a_model_without_room_is_waited_for_once_a_tool_has_run(stack: Stack) -> None:
    words = "no room in the middle"

    def overload(_body: dict[str, Any]) -> Any:
        stack.claude.faults.add(Fault(operation="messages", kind="status", status=529, times=3))
        return reply(search("middle"))

    stack.claude.script(overload, reply("There."), when=words)

    assert words_of(answer(stack, ask(stack, words))) == "There."
    assert {kept.body["model"] for kept in loops(stack, words)} == {MAIN}


# --- long threads ----------------------------------------------------------------------------------------------------


def test_a_long_thread_goes_on_behind_a_summary_that_keeps_its_keys(stack: Stack) -> None:
    stack.claude.script(
        reply(tool("jira_get_issue", {"key": "OPS-1"})), reply("It is OPS-1. " + "a" * 9_000), when="long one"
    )
    root = ask(stack, "the first of the long one")
    answer(stack, root)
    for number in (2, 3):
        stack.claude.script(reply("b" * 7_000), when=f"long part {number}")
        ask(stack, f"long part {number}", thread_ts=root, user=GRACE)
        answer(stack, root, number=number)
    within(lambda: "history_compacted" in stack.workers[0].log_text(), "the summary")

    stack.claude.script(reply("Short again."), when="and now what")
    ask(stack, "and now what", thread_ts=root)
    assert words_of(answer(stack, root, number=4)) == "Short again."

    (last,) = loops(stack, "and now what")
    head = last.body["messages"][0]["content"][0]["text"]
    assert head.startswith("<summary>")
    assert "OPS-1" in head
    assert "a" * 9_000 not in json.dumps(last.body)
    assert "b" * 7_000 in json.dumps(last.body)


def test_without_the_fast_model_a_long_thread_stays_as_it_is_and_the_answer_comes(stack: Stack) -> None:
    stack.claude.script(reply("Here."), when="fast model away", forever=True)
    stack.claude.script(reply("{", stop_reason="max_tokens"), when="fast model away", forever=True, is_structured=True)
    long = "fast model away " + "c" * 9_000
    root = ask(stack, f"first {long}", channel="C0GENERAL")
    answer(stack, root, channel="C0GENERAL")
    ask(stack, f"2. {long}", thread_ts=root, channel="C0GENERAL")
    answer(stack, root, number=2, channel="C0GENERAL")
    within(lambda: summaries_of(stack, "fast model away"), "the summary that does not come")
    ask(stack, f"3. {long}", thread_ts=root, channel="C0GENERAL")
    assert words_of(answer(stack, root, number=3, channel="C0GENERAL")) == "Here."

    last = loops(stack, f"3. {long}")[-1]
    assert f"first {long}" in json.dumps(last.body["messages"])


def summaries_of(stack: Stack, words: str) -> list[Recorded]:
    """Return the requests for a summary of what holds these words."""
    asked = [kept for kept in stack.claude.structured_requests if "You summarise the older part" in str(kept.body)]
    return [kept for kept in asked if words in json.dumps(kept.body)]


# --- titles ----------------------------------------------------------------------------------------------------------


def test_a_long_question_in_a_direct_message_gets_a_short_title(stack: Stack) -> None:
    words = "Since the update of this morning the VPN gateway drops everybody on the hour, with error 809 in the log."
    root = stack.slack.say(ADAS_DM, ADA, words)
    answer(stack, root, channel=ADAS_DM)

    def named() -> str | None:
        asked = [kept.body for kept in stack.claude.requests if "three to seven words" in str(kept.body.get("system"))]
        return str(asked[-1]["model"]) if asked else None

    assert within(named, "the title") == FAST
    assert not re.search(r"Traceback", stack.workers[0].log_text())
