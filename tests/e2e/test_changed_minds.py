"""Who edits or stops an answer is told what it has led to in Jira, and may stop what still grows, whatever is filed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.claude.faulty import spend_limit
from sandbox.claude.scripts import reply, tool
from sandbox.claude.standin import Pacing
from sandbox.slack.messages import Message, words_of
from sandbox.slack.records import Session
from sandbox.stack import Stack
from tests.e2e import changing
from tests.e2e.drafting import press, shows
from tests.e2e.dying import only_a_doomed_worker
from tests.e2e.support import ADA, CHANNEL, answer, ask, card, cards, filed_by_bot, replies, within

pytestmark = pytest.mark.e2e

# Slow enough for a person to change their mind.
PACE = Pacing(first_token_seconds=0.05, chunk_seconds=0.1, chunk_characters=12)
ENDLESS = " ".join(f"Sentence number {number}." for number in range(1, 160))
SHORT = "That was the short one."


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(beat=False, pace=PACE, folder=tmp_path_factory.mktemp("minds")) as stack:
        yield stack


def growing(stack: Stack, ts: str, words: str) -> Message:
    """Wait until an answer has come so far and return its message."""
    return within(lambda: next((m for m in replies(stack, ts) if words in words_of(m)), None), f"{words} in {ts}")


def drafted(stack: Stack, summary: str) -> tuple[str, Message]:
    """Ask for an issue and let the answer grow behind its draft; return the question's ts and the card."""
    wanted = {"project": "OPS", "issue_type": "Task", "summary": summary, "description": "So it is."}
    stack.claude.script(reply("Let me draft it.", tool("jira_create_issue", wanted)), reply(ENDLESS), when=summary)
    ts = ask(stack, f"file it: {summary}")
    shown = card(stack, ts)
    growing(stack, ts, "number 2.")
    return ts, shown


def filed(stack: Stack, summary: str) -> tuple[str, str]:
    """Let a draft be filed while its answer grows; return the question's ts and the issue's key."""
    ts, shown = drafted(stack, summary)
    press(stack, shown, "draft_create")
    shows(shown, "Filed as")
    return ts, next(key for key in filed_by_bot(stack) if stack.jira.issues[key].fields["summary"] == summary)


def edit(stack: Stack, ts: str, words: str) -> None:
    stack.slack.edit(CHANNEL, ts, f"{stack.slack.mention} {words}")


def stopped(stack: Stack, ts: str) -> str:
    """Press Slack's own Stop and return the last word."""
    stack.slack.stop(CHANNEL, ts, ADA)
    return words_of(growing(stack, ts, "Stopped"))


def failed(stack: Stack, ts: str) -> Message:
    """Wait until an answer has failed, and return it."""
    return within(lambda: next((m for m in replies(stack, ts) if "turn_retry" in m.action_ids), None), "the button")


def tried_again(stack: Stack, ts: str) -> Message:
    """Press the button of an answer that failed, and return what is said in the end."""
    shown = failed(stack, ts)
    stack.slack.click(CHANNEL, shown.ts, ADA, "turn_retry")
    within(lambda: SHORT in words_of(stack.slack.message(CHANNEL, shown.ts)), "the answer after all")
    return answer(stack, ts)


def session_of(stack: Stack, ts: str) -> Session:
    return stack.slack.workspace.sessions[CHANNEL, ts]


def test_what_was_filed_before_a_question_was_edited_is_said_once_with_the_new_answer(stack: Stack) -> None:
    stack.claude.script(reply(SHORT), when="basin new")
    ts, key = filed(stack, "Basin leaks")

    edit(stack, ts, "basin new")

    said = words_of(answer(stack, ts))
    assert said.startswith(SHORT)
    assert said.count(key) == 1
    assert f"edited. Before that I had already filed {key}" in said
    assert len(replies(stack, ts)) == 1


def test_what_was_changed_before_a_question_was_edited_is_said(stack: Stack) -> None:
    stack.claude.script(reply(tool(*changing.comment("OPS-4", "Quick."))), reply(ENDLESS), when="candle old")
    stack.claude.script(reply(SHORT), when="candle new")
    ts = ask(stack, "candle old")
    shown = card(stack, ts, changing.CONFIRM)
    growing(stack, ts, "number 2.")
    press(stack, shown, changing.CONFIRM)
    shows(shown, "✅")

    edit(stack, ts, "candle new")

    assert "comment on OPS-4" in words_of(answer(stack, ts))


def test_it_is_said_also_by_a_worker_that_takes_the_new_answer_over(stack: Stack) -> None:
    stack.claude.script(reply(SHORT), reply(SHORT), when="drawer new")
    with only_a_doomed_worker(stack, "sealed"):
        ts, key = filed(stack, "Drawer sticks")
        edit(stack, ts, "drawer new")

    assert words_of(answer(stack, ts)).count(key) == 1
    assert len(replies(stack, ts)) == 1


def test_it_is_said_also_when_the_new_answer_failed_and_is_tried_again(stack: Stack) -> None:
    stack.claude.script(reply(SHORT), when="kettle new")
    ts, key = filed(stack, "Kettle drips")
    stack.claude.faults.add(spend_limit())
    edit(stack, ts, "kettle new")

    said = words_of(tried_again(stack, ts))

    assert said.startswith(SHORT)
    assert said.count(key) == 1
    assert f"another try. Before that I had already filed {key}" in said


def test_what_an_answer_had_filed_before_it_failed_is_said_when_it_is_tried_again(stack: Stack) -> None:
    wanted = {"project": "OPS", "issue_type": "Task", "summary": "Ladder bends", "description": "So it is."}
    look = tool("jira_search", {"keywords": ["ladder"]})
    stack.claude.script(reply(tool("jira_create_issue", wanted)), reply(ENDLESS[:800], look), when="ladder")
    ts = ask(stack, "file the ladder")
    shown = card(stack, ts)
    growing(stack, ts, "number 2.")
    press(stack, shown, "draft_create")
    shows(shown, "Filed as")
    (key,) = [each for each in filed_by_bot(stack) if stack.jira.issues[each].fields["summary"] == "Ladder bends"]
    stack.claude.faults.add(spend_limit())
    assert f"filed {key}" in words_of(failed(stack, ts))
    stack.claude.script(reply(SHORT), when="ladder")

    said = words_of(tried_again(stack, ts))

    assert f"Before that I had already filed {key}" in said


@pytest.mark.parametrize("place", ["old_withdrawn", "retry_stored"])
def test_a_press_of_try_again_whose_worker_dies_asks_once_and_leaves_one_draft(stack: Stack, place: str) -> None:
    name = f"Mast sways, {place}"
    wanted = {"project": "OPS", "issue_type": "Task", "summary": name, "description": "So it is."}
    look = tool("jira_search", {"keywords": ["mast"]})
    stack.claude.script(reply(tool("jira_create_issue", wanted)), reply(ENDLESS[:800], look), when=name)
    ts = ask(stack, f"file it: {name}")
    growing(stack, ts, "number 2.")
    stack.claude.faults.add(spend_limit())
    shown = failed(stack, ts)
    stack.claude.script(reply(tool("jira_create_issue", wanted)), reply(SHORT), when=name)

    with only_a_doomed_worker(stack, place):
        stack.slack.click(CHANNEL, shown.ts, ADA, "turn_retry")

    within(lambda: SHORT in words_of(stack.slack.message(CHANNEL, shown.ts)), "the answer after all")
    answer(stack, ts)
    assert len(replies(stack, ts)) == 1
    assert ["draft_create" in each.action_ids for each in cards(stack, ts)] == [False, True]


def test_what_was_filed_before_an_answer_was_stopped_is_said(stack: Stack) -> None:
    ts, key = filed(stack, "Easel wobbles")

    assert f"Already done in Jira: filed {key}." in stopped(stack, ts)


@pytest.mark.parametrize(("button", "words", "rests"), [
    ("draft_create", "Filed as", "closed"),
    ("draft_cancel", "Draft cancelled", "active"),
])  # fmt: skip
def test_an_answer_can_be_stopped_while_its_draft_is_settled_and_then_the_thread_rests(
    stack: Stack, button: str, words: str, rests: str
) -> None:
    ts, shown = drafted(stack, f"Fence has a hole, {button}")
    within(lambda: session_of(stack, ts).status == "processing", "the Stop of Slack")

    press(stack, shown, button)
    shows(shown, words)

    growing(stack, ts, "number 30.")
    assert [status for status, _ in session_of(stack, ts).history] == ["processing"]
    stopped(stack, ts)
    within(lambda: session_of(stack, ts).status == rests, f"the session to be {rests}")


def test_the_new_answer_to_an_edited_question_can_be_stopped(stack: Stack) -> None:
    stack.claude.script(reply(ENDLESS.replace("Sentence", "Line")), when="garage new")
    ts, shown = drafted(stack, "Garage is cold")

    edit(stack, ts, "garage new")

    shows(shown, "Draft cancelled")
    growing(stack, ts, "Line number 9.")
    assert session_of(stack, ts).status == "processing"
    assert "Stopped" in stopped(stack, ts)
    within(lambda: session_of(stack, ts).status == "active", "the session to rest")


def test_a_draft_settled_while_a_later_answer_is_thought_of_sets_the_thread_at_rest(stack: Stack) -> None:
    """Also where that answer comes whole and never had a session of its own."""
    ts, shown = drafted(stack, "Hinge creaks")
    stopped(stack, ts)
    stack.claude.script(reply("Ok."), when="hinge more")
    stack.claude.pacing.first_token_seconds = 3
    try:
        ask(stack, "hinge more", thread_ts=ts)
        within(lambda: any("hinge more" in str(each.body) for each in stack.claude.message_requests), "the question")
        press(stack, shown, "draft_create")
        shows(shown, "Filed as")
        growing(stack, ts, "Ok.")
    finally:
        stack.claude.pacing.first_token_seconds = PACE.first_token_seconds

    within(lambda: session_of(stack, ts).status == "closed", "the session to be closed")
    assert session_of(stack, ts).status == "closed"
