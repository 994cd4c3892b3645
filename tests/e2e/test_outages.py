"""Wrong tokens and services that are down: each is said to the right person, and no message is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from sandbox.claude.faulty import overloaded, rate_limited, spend_limit
from sandbox.claude.scripts import Reply, reply, tool
from sandbox.faults import Fault
from sandbox.stack import Stack
from tests.e2e.breaking import (
    GENERAL,
    GRACES_DM,
    INTERNALS,
    LINUS_DM,
    ONCALL,
    TRIAGE,
    assert_nobody_read_internals_and_nothing_stands,
    mend,
    search,
    shown,
    told_model,
)
from tests.e2e.support import ADA, ADAS_DM, GRACE, LINUS, answer, ask, cards, replies, within
from workers.jira.errors import UNREACHABLE
from workers.views import failures

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    settings = {"HOPELESS_SECONDS": "3"}
    with Stack(beat=False, settings=settings, folder=tmp_path_factory.mktemp("outages")) as stack:
        yield stack


@pytest.fixture(autouse=True)
def _whole_again(stack: Stack) -> Iterator[None]:
    yield
    mend(stack)


def questions(stack: Stack, words: str) -> int:
    """Count how often the model was asked a question of these words, the newest in its conversation."""
    bodies = [kept.body for kept in stack.claude.message_requests if kept.body.get("messages")]
    newest = [json.dumps(body["messages"][-1]) for body in bodies]
    return sum(words in each and "is it up" not in each for each in newest)


# --- tokens that are wrong -------------------------------------------------------------------------------------------


def test_a_wrong_key_of_claude_is_said_to_the_asker_and_named_to_the_operator(stack: Stack) -> None:
    keys, stack.claude.api_keys = stack.claude.api_keys, {"sk-ant-another"}
    try:
        root = ask(stack, "is anything known?", channel=GENERAL)
        failed = answer(stack, root, channel=GENERAL)
    finally:
        stack.claude.api_keys = keys

    assert failures.CLAUDE_MISCONFIGURED in shown(failed)
    assert "check ANTHROPIC_API_KEY" in stack.workers[0].log_text()
    stack.claude.script(reply("Nothing is known."), when="is anything known")
    stack.slack.click(GENERAL, failed.ts, ADA, "turn_retry")
    within(lambda: shown(stack.slack.message(GENERAL, failed.ts)) == "Nothing is known.", "the answer after all")
    assert len(replies(stack, root, GENERAL)) == 1


def test_a_wrong_token_of_jira_is_said_to_the_asker_and_named_to_the_operator(stack: Stack) -> None:
    stack.claude.script(reply("Let me look.", search()), when="with a wrong token")
    token, stack.jira.api_token = stack.jira.api_token, "another"
    try:
        root = ask(stack, "search with a wrong token", channel=GENERAL)
        failed = answer(stack, root, channel=GENERAL)
    finally:
        stack.jira.api_token = token

    assert shown(failed) == f"Let me look.\n\n{UNREACHABLE}"
    assert failed.action_ids == ["turn_retry"]
    assert "token is expired or wrong" in stack.workers[0].log_text()


def test_a_message_survives_a_token_of_slack_that_is_revoked_for_a_while(stack: Stack) -> None:
    stack.claude.script(reply("Here again."), when="are you allowed", forever=True)
    tokens, stack.slack.slack.bot_tokens = stack.slack.slack.bot_tokens, {"xoxb-another"}
    try:
        root = ask(stack, "are you allowed?", channel=TRIAGE)
        # Once for the answer, once for the sentence in its place.
        within(lambda: stack.workers[0].log_text().count("invalid_auth") >= 2, "the operator's lines")
    finally:
        stack.slack.slack.bot_tokens = tokens

    assert shown(answer(stack, root, channel=TRIAGE, seconds=60)) == "Here again."


# --- Jira away -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        Fault(operation="*", kind="status", status=503, times=-1),
        Fault(operation="*", kind="status", status=200, body="<html>maintenance</html>", times=-1),
        Fault(operation="*", kind="drop_before", times=-1),
    ],
    ids=["503", "a page in place of JSON", "no answer"],
)
def test_while_jira_is_down_the_model_is_told_and_the_person_gets_an_answer(stack: Stack, fault: Fault) -> None:
    words = f"while Jira is away {fault.kind} {fault.status}"
    stack.claude.script(reply("One moment.", search()), reply("Jira can't be reached just now."), when=words)
    stack.jira.faults.add(fault)

    root = ask(stack, words, channel=GENERAL)

    assert shown(answer(stack, root, channel=GENERAL)) == "One moment.\n\nJira can't be reached just now."
    (result,) = told_model(stack, words)
    assert "does not answer" in result
    assert not INTERNALS.search(result)


# --- Claude away -----------------------------------------------------------------------------------------------------


def test_a_claude_that_stays_down_is_said_in_the_end_with_a_button_that_works(stack: Stack) -> None:
    stack.claude.faults.add(overloaded(times=-1))
    root = ask(stack, "is the mail server slow?", channel=LINUS_DM, user=LINUS)

    failed = answer(stack, root, channel=LINUS_DM, seconds=40)

    assert shown(failed) == failures.CLAUDE_DOWN
    assert failed.action_ids == ["turn_retry"]
    assert failures.CLAUDE_WAITS in [status.status for status in stack.slack.statuses if status.thread_ts == root]
    stack.claude.faults.clear()
    stack.claude.script(reply("No, it is fast."), when="mail server slow")
    before = questions(stack, "mail server slow")
    for _ in range(2):  # Pressed twice it is asked once more, not twice.
        stack.slack.click(LINUS_DM, failed.ts, LINUS, "turn_retry")
    within(lambda: shown(stack.slack.message(LINUS_DM, failed.ts)) == "No, it is fast.", "the answer after all")
    assert [message.ts for message in replies(stack, root, LINUS_DM)] == [failed.ts]
    stack.claude.script(reply("Yes, it is up."), when="is it up")
    ask(stack, "is it up?", channel=LINUS_DM, user=LINUS, thread_ts=root)
    within(lambda: "Yes, it is up." in map(shown, replies(stack, root, LINUS_DM)), "the next answer")
    assert questions(stack, "mail server slow") == before + 1
    assert "turn_retry" not in stack.slack.message(LINUS_DM, failed.ts).action_ids


def test_what_a_failed_answer_left_to_be_decided_is_withdrawn_when_it_is_asked_again(stack: Stack) -> None:
    draft = {"project": "OPS", "issue_type": "Task", "summary": "Gate squeaks", "description": "It squeaks."}
    first_try, again = (reply(words, tool("jira_create_issue", draft)) for words in ("I draft it.", "Again."))
    stack.claude.script(first_try, again, reply("Ready."), when="the gate")
    stack.jira.faults.add(Fault(operation="*", kind="delay", seconds=0.5, times=-1))
    root = ask(stack, "file the gate", channel=LINUS_DM, user=LINUS)
    within(lambda: [m for m in replies(stack, root, LINUS_DM) if "I draft it." in shown(m)], "the first words")
    stack.claude.faults.add(spend_limit())
    failed = within(
        lambda: next((m for m in replies(stack, root, LINUS_DM) if "turn_retry" in m.action_ids), None), "the button"
    )
    stack.jira.faults.clear()
    (first,) = cards(stack, root, LINUS_DM)
    stack.slack.click(LINUS_DM, failed.ts, LINUS, "turn_retry")

    within(lambda: len(cards(stack, root, LINUS_DM)) == 2, "the draft of the second try")
    within(lambda: "draft_create" not in stack.slack.message(LINUS_DM, first.ts).action_ids, "one draft to decide")
    assert ["draft_create" in each.action_ids for each in cards(stack, root, LINUS_DM)] == [False, True]


def test_a_short_outage_of_claude_only_delays_the_answer(stack: Stack) -> None:
    stack.claude.script(reply("Back again."), when="short outage")
    stack.claude.faults.add(overloaded(times=2))
    root = ask(stack, "short outage", channel=ADAS_DM)

    assert shown(answer(stack, root, channel=ADAS_DM)) == "Back again."


@pytest.mark.parametrize("seconds", [1, 6])
def test_claude_is_asked_again_when_it_said_and_not_before(stack: Stack, seconds: int) -> None:
    words = f"come again in {seconds}"
    stack.claude.script(reply("There you are."), when=words)
    stack.claude.faults.add(rate_limited(seconds))
    root = ask(stack, words, channel=GRACES_DM, user=GRACE)

    assert shown(answer(stack, root, channel=GRACES_DM)) == "There you are."
    asked = [kept.time for kept in stack.claude.message_requests if words in json.dumps(kept.body)]
    assert len(asked) == 2
    assert asked[1] - asked[0] >= seconds - 0.1


def test_a_spent_budget_is_said_and_not_waited_for(stack: Stack) -> None:
    stack.claude.faults.add(spend_limit())
    root = ask(stack, "what does it cost?", channel=ADAS_DM)

    assert shown(answer(stack, root, channel=ADAS_DM)) == failures.SPENT


@pytest.mark.parametrize(
    "fault",
    [
        Fault(operation="messages", kind="error", error="overloaded_error", after_events=6),
        Fault(operation="messages", kind="drop_after", after_events=6),
        Fault(operation="messages", kind="error", error="api_error", after_events=3),
    ],
    ids=["an error event in the text", "a cut stream", "an error event before the text"],
)
def test_a_half_answer_is_corrected_and_not_doubled(stack: Stack, fault: Fault) -> None:
    words = f"tell me of the {fault.kind} {fault.after_events}"
    whole = "Once upon a time there was a gateway that dropped everyone, every hour, on the hour."
    stack.claude.script(reply(whole), when=words)
    stack.claude.faults.add(fault)
    root = ask(stack, words, channel=ONCALL)

    done = answer(stack, root, channel=ONCALL)

    assert shown(done) == whole
    assert len(replies(stack, root, ONCALL)) == 1


@pytest.mark.parametrize(
    ("name", "odd"),
    [
        ("without a stop reason", reply("Once upon a", stop_reason=None)),
        ("in the middle of a call", reply("Once. ", search(), stop_reason=None, cut_json=12)),
    ],
)
def test_an_answer_that_ends_oddly_is_asked_for_again(stack: Stack, name: str, odd: Reply) -> None:
    stack.claude.script(odd, reply("Once upon a time."), when=f"it ends {name}")
    root = ask(stack, f"it ends {name}", channel=ONCALL)

    assert shown(answer(stack, root, channel=ONCALL)) == "Once upon a time."
    assert len(replies(stack, root, ONCALL)) == 1


def test_a_claude_that_breaks_down_for_a_moment_is_asked_again(stack: Stack) -> None:
    stack.claude.script(reply("Up again."), when="for a moment")
    for status in (500, 504):
        stack.claude.faults.add(Fault(operation="messages", kind="status", status=status, times=1))
    root = ask(stack, "for a moment", channel=ONCALL)

    assert shown(answer(stack, root, channel=ONCALL)) == "Up again."


def test_a_conversation_that_is_too_long_for_the_model_says_so(stack: Stack) -> None:
    stack.claude.script(reply("So much", stop_reason="model_context_window_exceeded"), when="far too long")
    root = ask(stack, "far too long", channel=ONCALL)

    told = shown(answer(stack, root, channel=ONCALL))
    assert told.startswith("So much")
    assert failures.CONVERSATION_TOO_LONG in told


# --- after all of it -------------------------------------------------------------------------------------------------


def test_nobody_has_read_anything_internal_and_nothing_is_left_standing(stack: Stack) -> None:
    assert_nobody_read_internals_and_nothing_stands(stack)
