"""Bad input, wrong tokens, services that are down: each ends in a clear sentence to the right person, nothing lost."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from sandbox.claude.faulty import overloaded, rate_limited, spend_limit
from sandbox.claude.scripts import Reply, refusal, reply, tool
from sandbox.faults import Fault
from sandbox.slack.messages import Message, fallback_text
from sandbox.stack import Stack
from tests.e2e.support import ADA, ADAS_DM, CHANNEL, GRACE, answer, ask, cards, replies, within
from workers.views import failures

pytestmark = pytest.mark.e2e

GENERAL, ONCALL, TRIAGE = "C0GENERAL", "C0ONCALL0", "G0TRIAGE0"
GRACES_DM, LINUS_DM = "D0GRACE01", "D0LINUS01"

# What no person should ever read: exceptions, internals, the ids of machines.
INTERNALS = re.compile(
    r"Traceback|Exception|\bError\b|Errno|0x[0-9a-f]{6}|toolu_|req_|msg_standin|https?://127\.0\.0\.1:\d+/(?!browse)"
    r"|T0SANDBOX|sk-ant|xoxb|None\b|\bnull\b|[45]\d\d Server"
)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    settings = {"HOPELESS_SECONDS": "3"}
    with Stack(beat=False, settings=settings, folder=tmp_path_factory.mktemp("bad-input")) as stack:
        yield stack


@pytest.fixture(autouse=True)
def _whole_again(stack: Stack) -> Iterator[None]:
    """What one test breaks is whole again for the next."""
    yield
    for stand_in in (stack.slack, stack.jira, stack.claude):
        stand_in.faults.clear()
    stack.claude.scripts.clear()
    stack.claude.context_tokens = None


def shown(message: Message) -> str:
    """Return the words of a message as Slack shows them."""
    return fallback_text([block for block in message.blocks or [] if block["type"] != "actions"])


def search() -> dict[str, Any]:
    """Return a call of the search, with an id of its own."""
    return tool("jira_search", {"keywords": ["vpn"]})


def told_model(stack: Stack, words: str) -> list[str]:
    """Return the tool results that the model read in turns with these words."""
    return [
        json.dumps(block["content"])
        for kept in stack.claude.message_requests
        if kept.status == 200 and words in json.dumps(kept.body["messages"])
        for block in kept.body["messages"][-1]["content"]
        if block["type"] == "tool_result"
    ]


def jira_calls(stack: Stack) -> int:
    return len(stack.jira.calls)


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


@pytest.mark.parametrize("project", ["NOPE", "SECRET", "OPS' OR project = SECRET"])
def test_a_project_that_is_not_open_is_never_asked_for(stack: Stack, project: str) -> None:
    draft = {"project": project, "issue_type": "Task", "summary": "Spy", "description": "x"}
    calls = [
        tool("jira_create_issue", draft),
        tool("jira_search", {"keywords": ["x"], "project": project}),
        tool("jira_create_options", {"project": project}),
    ]
    stack.claude.script(reply(*calls), reply("I can only use OPS and WEB."), when="closed project")
    before = jira_calls(stack)
    root = ask(stack, f"closed project {project}", channel=ONCALL)

    assert shown(answer(stack, root, channel=ONCALL)) == "I can only use OPS and WEB."
    results = told_model(stack, f"closed project {project}")
    assert len(results) == 3
    assert all("OPS, WEB" in result for result in results)
    assert (jira_calls(stack), cards(stack, root, ONCALL)) == (before, [])


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

    assert "Jira" in shown(failed)
    assert "access" in shown(failed)
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
    root = ask(stack, "is the mail server slow?", channel=LINUS_DM, user="U0LINUS01")

    failed = answer(stack, root, channel=LINUS_DM, seconds=40)

    assert shown(failed) == failures.CLAUDE_DOWN
    assert failed.action_ids == ["turn_retry"]
    assert failures.CLAUDE_WAITS in [status.status for status in stack.slack.statuses if status.thread_ts == root]
    stack.claude.faults.clear()
    stack.claude.script(reply("No, it is fast."), when="mail server slow")
    stack.slack.click(LINUS_DM, failed.ts, "U0LINUS01", "turn_retry")
    within(lambda: shown(stack.slack.message(LINUS_DM, failed.ts)) == "No, it is fast.", "the answer after all")
    assert [message.ts for message in replies(stack, root, LINUS_DM)] == [failed.ts]
    assert stack.slack.message(LINUS_DM, failed.ts).action_ids == []


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
    stack.claude.script(lambda _: reply(search()), when="search for ever", forever=True)
    root = ask(stack, "search for ever", channel=GENERAL)

    assert shown(answer(stack, root, channel=GENERAL)) == failures.TOO_MANY_ROUNDS
    asked = [kept for kept in stack.claude.message_requests if "search for ever" in json.dumps(kept.body)]
    assert len(asked) == 16


# --- after all of it -------------------------------------------------------------------------------------------------


def test_nobody_has_read_anything_internal_and_nothing_is_left_standing(stack: Stack) -> None:
    bot = stack.slack.workspace.bot_id
    written = [m for channel in stack.slack.workspace.channels.values() for m in channel.messages.values()]
    versions = [version for m in written if m.bot_id == bot for version in m.versions]
    texts = [part for v in versions for part in (v.text, fallback_text(v.blocks))]

    assert texts
    assert not [text for text in texts if INTERNALS.search(text)]
    within(lambda: not [s for s in stack.slack.workspace.shown_statuses.values() if s.status], "all statuses gone")
    assert not [m.text for m in written if "turn_stop" in m.action_ids]
    assert not [
        kept.error for kept in stack.claude.message_requests if kept.status == 400 and "too long" not in kept.error
    ]


# --- Redis away ------------------------------------------------------------------------------------------------------


def problem_of(url: str) -> dict[str, Any]:
    """Return what /readyz says while it answers 503, else nothing."""
    found = requests.get(f"{url}/readyz", timeout=10)
    return dict(found.json()) if found.status_code == 503 else {}


@contextmanager
def impatient(stack: Stack) -> Iterator[None]:
    """Let Slack bring an event again every second or so, where it would take a minute."""
    stack.slack.delivery.redelivery_seconds = (0, 1, 1, 2, 2, 4, 4, 4)
    yield


def test_web_and_worker_that_start_before_redis_wait_for_it_and_lose_nothing(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with Stack(web=0, workers=0, beat=False, folder=tmp_path_factory.mktemp("no-redis")) as stack, impatient(stack):
        assert stack.redis is not None
        stack.redis.stop()
        web, worker = stack.start_web(), stack.start_worker()
        within(lambda: stack.slack.connections, "a way in")
        root = ask(stack, "hello before Redis")
        within(lambda: next((d for d in stack.slack.deliveries if d.attempts > 1), None), "a second delivery")
        reason = within(lambda: problem_of(web.url), "the reason")
        assert reason["ready"] is False
        assert "does not answer" in reason["redis"]
        assert (web.is_running, worker.is_running) == (True, True)

        stack.redis.restart()

        answer(stack, root, seconds=45)
        assert len(replies(stack, root)) == 1


def test_a_redis_that_restarts_in_the_middle_of_an_answer_costs_time_only(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    story = " ".join(f"Sentence number {number} of it." for number in range(1, 60))
    with Stack(beat=False, folder=tmp_path_factory.mktemp("redis-restart")) as stack, impatient(stack):
        assert stack.redis is not None
        stack.claude.pacing.chunk_seconds = 0.04
        stack.claude.script(reply(story), when="long story", forever=True)
        root = ask(stack, "a long story please")
        within(lambda: [m for m in replies(stack, root) if "number 3 " in m.text], "half an answer")

        stack.redis.stop()
        second = stack.slack.say(CHANNEL, ADA, f"{stack.slack.mention} and another long story")
        within(lambda: next((d for d in stack.slack.deliveries if d.attempts > 1), None), "a second delivery")
        stack.redis.restart()

        assert shown(answer(stack, root, seconds=60)) == story
        assert shown(answer(stack, second, seconds=60)) == story
        assert (len(replies(stack, root)), len(replies(stack, second))) == (1, 1)
