"""A question that is edited is answered anew in the same message; one that is deleted takes its answer along."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from sandbox.claude.scripts import reply, tool
from sandbox.claude.standin import Pacing
from sandbox.slack.messages import Message
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e import changing
from tests.e2e.drafting import press, shows
from tests.e2e.support import ADA, CHANNEL, answer, ask, card, cards, filed_by_bot, is_final, replies, within
from workers.state.mailbox import Mailboxes

pytestmark = pytest.mark.e2e

# Slow enough for a person to change their mind.
PACE = Pacing(first_token_seconds=0.05, chunk_seconds=0.1, chunk_characters=12)
ENDLESS = " ".join(f"Sentence number {number}." for number in range(1, 120))
SHORT = "That was the short one."
KNOWN = "VPN drops every few minutes on office Wi-Fi"
DRAFT = {"project": "OPS", "issue_type": "Task", "description": "It drops."}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(beat=False, pace=PACE, folder=tmp_path_factory.mktemp("changes")) as stack:
        yield stack


def growing(stack: Stack, ts: str, words: str = "number 3") -> Message:
    """Wait until an answer has come so far and return its message."""
    return within(lambda: next((m for m in replies(stack, ts) if words in m.text), None), f"an answer to {ts}")


def edit(stack: Stack, ts: str, words: str) -> None:
    stack.slack.edit(CHANNEL, ts, f"{stack.slack.mention} {words}")


def rests(stack: Stack) -> None:
    """Wait until every event was taken and no message waits or is being answered."""
    client = connect(stack.redis_url)
    boxes = Mailboxes(client, ttl_seconds=60)
    within(lambda: stack.slack.events_under_way == 0 and boxes.waiting() == 0, "nothing left to do")
    client.close()


def questions(stack: Stack, words: str) -> list[str]:
    """Return what the model was asked, where it holds these words."""
    asked = [json.dumps(kept.body["messages"]) for kept in stack.claude.message_requests]
    return [question for question in asked if words in question]


def status(stack: Stack, ts: str) -> str:
    return stack.slack.workspace.status_of(CHANNEL, ts)


def test_new_words_while_the_answer_grows_are_answered_in_the_same_message(stack: Stack) -> None:
    stack.claude.script(reply(ENDLESS), when="alpha one")
    stack.claude.script(reply(SHORT), when="alpha two")
    ts = ask(stack, "alpha one")
    shown = growing(stack, ts)

    edit(stack, ts, "alpha two")

    done = answer(stack, ts)
    rests(stack)
    assert (done.ts, done.text.strip()) == (shown.ts, SHORT)
    assert len(replies(stack, ts)) == 1
    assert not [version for version in done.versions if "That was" in version.text and "Sentence" in version.text]
    assert status(stack, ts) == ""


def test_history_knows_only_the_new_words(stack: Stack) -> None:
    stack.claude.script(reply(ENDLESS), when="beta one")
    stack.claude.script(reply(SHORT), when="beta two")
    stack.claude.script(reply("Third."), when="beta three")
    ts = ask(stack, "beta one")
    growing(stack, ts)
    edit(stack, ts, "beta two")
    answer(stack, ts)

    ask(stack, "beta three", thread_ts=ts)

    answer(stack, ts, number=2)
    (asked,) = questions(stack, "beta three")
    assert "beta two" in asked
    assert "beta one" not in asked
    assert "Sentence" not in asked


def test_a_question_edited_in_the_queue_is_answered_once_with_its_new_words(stack: Stack) -> None:
    stack.claude.script(reply(ENDLESS[:2_000]), when="gamma first")
    stack.claude.script(reply(SHORT), when="gamma new")
    root = ask(stack, "gamma first")
    growing(stack, root)
    waiting = ask(stack, "gamma old", thread_ts=root)
    edit(stack, waiting, "gamma new")

    assert answer(stack, root, number=2).text.strip() == SHORT

    rests(stack)
    assert len(replies(stack, root)) == 2
    assert questions(stack, "gamma old") == []


def test_an_edit_that_leaves_the_words_the_same_changes_nothing(stack: Stack) -> None:
    words = ENDLESS[:300].strip()
    stack.claude.script(reply(words), when="delta")
    ts = ask(stack, "delta  question")
    growing(stack, ts)

    stack.slack.edit(CHANNEL, ts, f"delta question {stack.slack.mention}")

    assert words in answer(stack, ts).text
    rests(stack)
    assert len(questions(stack, "delta")) == 1


def test_an_edit_after_the_answer_is_final_changes_nothing(stack: Stack) -> None:
    stack.claude.script(reply(SHORT), when="epsilon one")
    ts = ask(stack, "epsilon one")
    before = answer(stack, ts)
    rests(stack)
    calls = len(stack.slack.calls)

    edit(stack, ts, "epsilon two")

    rests(stack)
    assert [m.text for m in replies(stack, ts)] == [before.text]
    assert questions(stack, "epsilon two") == []
    assert [call.method for call in stack.slack.calls[calls:] if call.method.startswith("chat.")] == []


def test_a_draft_of_the_old_words_is_cancelled_and_the_new_one_stays(stack: Stack) -> None:
    old, new = {"summary": "Zeta old", **DRAFT}, {"summary": "Zeta new", **DRAFT}
    stack.claude.script(reply(tool("jira_create_issue", old)), reply(ENDLESS), when="zeta one")
    stack.claude.script(reply(tool("jira_create_issue", new)), reply(SHORT), when="zeta two")
    ts = ask(stack, "zeta one")
    card(stack, ts)
    growing(stack, ts)

    edit(stack, ts, "zeta two")

    assert SHORT in answer(stack, ts).text
    first, second = cards(stack, ts)
    shows(first, "Draft cancelled: Zeta old")
    shows(second, "Zeta new")
    assert "draft_create" in second.action_ids


def test_a_question_deleted_while_it_is_answered_takes_its_answer_along(stack: Stack) -> None:
    stack.claude.script(reply(ENDLESS), when="omicron one")
    stack.claude.script(reply("Next."), when="omicron two")
    root = stack.slack.say(CHANNEL, "ada", "just a root")
    ts = ask(stack, "omicron one", thread_ts=root)
    growing(stack, root)

    stack.slack.delete(CHANNEL, ts)

    within(lambda: not replies(stack, root), "the answer taken away")
    rests(stack)
    assert status(stack, root) == ""
    ask(stack, "omicron two", thread_ts=root)
    answer(stack, root)
    (asked,) = questions(stack, "omicron two")
    assert "omicron one" not in asked
    assert "Sentence" not in asked


def test_a_deleted_question_that_opened_its_thread_takes_its_answer_along(stack: Stack) -> None:
    stack.claude.script(reply(ENDLESS), when="theta")
    ts = ask(stack, "theta")
    growing(stack, ts)

    stack.slack.delete(CHANNEL, ts)

    within(lambda: not replies(stack, ts), "the answer taken away")
    rests(stack)
    assert status(stack, ts) == ""


def test_a_question_deleted_in_the_queue_is_never_asked(stack: Stack) -> None:
    stack.claude.script(reply(ENDLESS[:400]), when="iota first")
    root = ask(stack, "iota first")
    growing(stack, root)
    waiting = ask(stack, "iota second", thread_ts=root)
    within(lambda: stack.slack.events_under_way == 0, "the second question stored")

    stack.slack.delete(CHANNEL, waiting)

    answer(stack, root)
    rests(stack)
    assert len(replies(stack, root)) == 1
    assert questions(stack, "iota second") == []
    assert status(stack, root) == ""


def test_a_draft_of_a_deleted_question_is_cancelled(stack: Stack) -> None:
    wanted = {"summary": "Kappa", **DRAFT}
    stack.claude.script(reply(tool("jira_create_issue", wanted)), reply(ENDLESS), when="kappa")
    ts = ask(stack, "kappa")
    shown = card(stack, ts)
    growing(stack, ts)

    stack.slack.delete(CHANNEL, ts)

    shows(shown, "Draft cancelled: Kappa")
    within(lambda: not replies(stack, ts), "the answer taken away")
    assert shown.action_ids == []


def test_what_was_filed_before_the_question_was_deleted_is_said(stack: Stack) -> None:
    wanted = {"summary": "Lambda", **DRAFT}
    stack.claude.script(reply(tool("jira_create_issue", wanted)), reply(ENDLESS), when="lambda")
    ts = ask(stack, "lambda")
    shown = card(stack, ts)
    growing(stack, ts)
    press(stack, shown, "draft_create")
    shows(shown, "Filed as")
    key = next(key for key in filed_by_bot(stack) if stack.jira.issues[key].fields["summary"] == "Lambda")

    stack.slack.delete(CHANNEL, ts)

    said = within(lambda: next((m for m in replies(stack, ts) if "deleted" in m.text), None), "a word on the issue")
    assert key in said.text
    assert "Sentence" not in said.text
    assert is_final(said)
    shows(shown, "Filed as")


def test_what_was_added_to_an_issue_before_the_question_was_deleted_is_said(stack: Stack) -> None:
    words = "VPN disconnects all the time on the office wifi, upsilon"
    known = next(key for key, issue in stack.jira.issues.items() if issue.fields["summary"] == KNOWN)
    stack.claude.script(reply(tool("jira_create_issue", {**DRAFT, "summary": words})), reply(ENDLESS), when="upsilon")
    ts = ask(stack, words)
    shown = card(stack, ts, "duplicate_use")
    growing(stack, ts)
    draft = (shown.metadata or {})["event_payload"]["draft"]
    stack.slack.click(shown.channel, shown.ts, ADA, "duplicate_use", value=f"{draft} {known}")
    shows(shown, "as a comment")

    stack.slack.delete(CHANNEL, ts)

    said = within(lambda: next((m for m in replies(stack, ts) if "deleted" in m.text), None), "a word on the issue")
    assert f"added to {known}" in said.text
    assert "filed" not in said.text


def test_a_change_of_a_deleted_question_is_cancelled(stack: Stack) -> None:
    stack.claude.script(reply(tool(*changing.comment("OPS-3", "Hasty."))), reply(ENDLESS), when="omicron")
    ts = ask(stack, "omicron")
    shown = card(stack, ts, changing.CONFIRM)
    growing(stack, ts)

    stack.slack.delete(CHANNEL, ts)

    shows(shown, "Cancelled")
    within(lambda: not replies(stack, ts), "the answer taken away")
    assert changing.comments(stack, "OPS-3", "Hasty") == []
    assert shown.action_ids == []


def test_what_was_changed_before_the_question_was_deleted_is_said(stack: Stack) -> None:
    stack.claude.script(reply(tool(*changing.comment("OPS-4", "Quick."))), reply(ENDLESS), when="sigma")
    ts = ask(stack, "sigma")
    shown = card(stack, ts, changing.CONFIRM)
    growing(stack, ts)
    press(stack, shown, changing.CONFIRM)
    shows(shown, "✅")

    stack.slack.delete(CHANNEL, ts)

    said = within(lambda: next((m for m in replies(stack, ts) if "deleted" in m.text), None), "a word on the change")
    assert "comment on OPS-4" in said.text
    assert len(changing.comments(stack, "OPS-4", "Quick")) == 1


def test_an_edited_question_takes_back_the_change_that_its_old_words_asked_for(stack: Stack) -> None:
    stack.claude.script(reply(tool(*changing.comment("OPS-5", "Old words."))), reply(ENDLESS), when="upsilon one")
    stack.claude.script(reply(tool(*changing.comment("OPS-5", "New words."))), reply(SHORT), when="upsilon two")
    ts = ask(stack, "upsilon one")
    old = card(stack, ts, changing.CONFIRM)
    growing(stack, ts)

    edit(stack, ts, "upsilon two")

    shows(old, "Cancelled")
    new = card(stack, ts, changing.CONFIRM)
    assert "New words." in str(new.blocks)
    press(stack, new, changing.CONFIRM)
    shows(new, "✅")
    assert changing.comments(stack, "OPS-5", "Old words") == []
    assert len(changing.comments(stack, "OPS-5", "New words")) == 1
