"""The fault run counts what is wrong: each way in which an answer or a draft may fail is seen."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

import pytest

from bench.chaos.answers import apology, sentences
from bench.chaos.counts import findings
from bench.chaos.people import Asked
from bench.chaos.plan import Kind, Mention
from sandbox.jira.issues import create
from sandbox.slack.delivery import Delivery
from sandbox.slack.messages import Message
from sandbox.stack import Stack
from workers.views import failures

CHANNEL, ADA = "C0SUPPORT", "U0ADA0001"
TOKEN, OTHER = "zk01m002x0a1b2c", "zk01m003x0a1b2d"


@pytest.fixture
def stack() -> Stack:
    """The stand-ins, with nothing started."""
    return Stack()


def ask(stack: Stack, token: str = TOKEN, kind: Kind = "plain", root: Asked | None = None) -> Asked:
    ts = stack.slack.clock.next_ts()
    root_ts = root.ts if root else ts
    stack.slack.workspace.add(Message(CHANNEL, ts, ADA, token, root.ts if root else None))
    return Asked(Mention(token, 1, 0.0, kind, ADA), CHANNEL, root_ts, ts, 0.0)


def say(stack: Stack, asked: Asked, text: str, *, buttons: tuple[str, ...] = (), **more: Any) -> Message:
    mark = {"event_type": "supportbot_reply", "event_payload": {"turn": asked.ts, "segment": 0}}
    return _post(stack, asked, text, buttons, **{"metadata": mark, **more})


def show_card(stack: Stack, asked: Asked, text: str, *, buttons: tuple[str, ...] = ()) -> Message:
    mark = {"event_type": "supportbot_card", "event_payload": {"draft": "d1"}}
    return _post(stack, asked, f"{text} {asked.mention.token}", buttons, metadata=mark)


def _post(stack: Stack, asked: Asked, text: str, buttons: tuple[str, ...], **more: Any) -> Message:
    workspace = stack.slack.workspace
    elements = [{"type": "button", "action_id": name} for name in buttons]
    blocks: list[dict[str, Any]] = [{"type": "markdown", "text": text}, {"type": "actions", "elements": elements}]
    given = {"blocks": blocks, "thread_ts": asked.root_ts, "bot_id": workspace.bot_id, **more}
    return workspace.add(
        Message(channel=CHANNEL, ts=stack.slack.clock.next_ts(), user=workspace.bot_user_id, text=text, **given)
    )


def hear(stack: Stack, asked: Asked) -> None:
    """Let the bot have acknowledged a question by now."""
    event = {"event": {"type": "message", "ts": asked.ts}}
    stack.slack.delivery.log.append(Delivery("events_api", event, time.monotonic(), is_acked=True, ack_seconds=0.0))


def file(stack: Stack, token: str = TOKEN) -> str:
    fields = {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": f"Printer {token}"}
    return create(stack.jira.site, stack.jira.bot, {"fields": fields}).key


def whole(token: str = TOKEN) -> str:
    return " ".join(sentences(token))


def wrongs(stack: Stack, *asked: Asked) -> list[str]:
    return [finding.wrong for finding in findings(stack, list(asked))]


def test_a_whole_answer_is_right(stack: Stack) -> None:
    asked = ask(stack)
    say(stack, asked, whole())
    assert wrongs(stack, asked) == []


def test_a_question_without_an_answer_is_lost(stack: Stack) -> None:
    assert wrongs(stack, ask(stack)) == ["lost"]


def test_a_question_that_ended_in_an_excuse_is_lost(stack: Stack) -> None:
    asked = ask(stack)
    say(stack, asked, "Something that I need does not answer.", buttons=("turn_retry",))
    assert wrongs(stack, asked) == ["lost"]


def test_an_answer_that_was_cut_is_half_text(stack: Stack) -> None:
    asked = ask(stack)
    say(stack, asked, whole()[:200])
    assert wrongs(stack, asked) == ["half text"]


@pytest.mark.parametrize("again", ["a message", "a sentence"])
def test_what_is_said_twice_is_counted(stack: Stack, again: str) -> None:
    asked = ask(stack)
    if again == "a message":
        say(stack, asked, whole())
        say(stack, asked, "")
    else:
        say(stack, asked, f"{whole()} {sentences(TOKEN)[2]}")
    assert wrongs(stack, asked) == ["answered twice"]


@pytest.mark.parametrize("is_late", [False, True])
def test_answers_in_another_order_than_their_questions_are_counted_if_they_were_heard_in_order(
    stack: Stack, *, is_late: bool
) -> None:
    first = ask(stack)
    second = ask(stack, OTHER, root=first)
    for each in (second, first) if is_late else (first, second):
        hear(stack, each)
    say(stack, second, whole(OTHER))
    say(stack, first, whole())
    assert wrongs(stack, first, second) == ([] if is_late else ["out of order"])


def test_a_status_and_a_stop_button_that_stay_are_counted(stack: Stack) -> None:
    asked = ask(stack)
    say(stack, asked, whole(), buttons=("turn_stop",))
    stack.slack.workspace.set_status(CHANNEL, asked.root_ts, "is thinking…", [])
    assert wrongs(stack, asked) == ["stuck status", "stuck Stop button"]


def test_a_draft_that_was_filed_once_is_right(stack: Stack) -> None:
    asked = ask(stack, kind="file")
    say(stack, asked, whole())
    show_card(stack, asked, f"Filed as {file(stack)}")
    assert wrongs(stack, asked) == []


def test_a_draft_that_could_not_be_made_is_right_if_that_is_said(stack: Stack) -> None:
    asked = ask(stack, kind="file")
    say(stack, asked, " ".join(apology(TOKEN)))
    assert wrongs(stack, asked) == []


def test_two_issues_for_one_draft_are_counted(stack: Stack) -> None:
    asked = ask(stack, kind="file")
    say(stack, asked, whole())
    show_card(stack, asked, f"Filed as {file(stack)}")
    file(stack)
    assert wrongs(stack, asked) == ["filed twice"]


def test_an_issue_that_nobody_wanted_is_counted(stack: Stack) -> None:
    asked = ask(stack, kind="file")
    say(stack, asked, whole())
    file(stack)
    show_card(stack, asked, "Cancelled:")
    assert wrongs(stack, asked) == ["filed unasked"]


@pytest.mark.parametrize("buttons", [(), ("draft_create",), ("filing_check", "filing_force")])
def test_a_draft_that_never_came_to_its_end_is_lost(stack: Stack, buttons: tuple[str, ...]) -> None:
    asked = ask(stack, kind="file")
    say(stack, asked, whole())
    show_card(stack, asked, "Draft:", buttons=buttons)
    assert wrongs(stack, asked) == ["drafts lost"]


def test_a_draft_without_card_issue_and_word_is_lost(stack: Stack) -> None:
    asked = ask(stack, kind="file")
    say(stack, asked, whole())
    assert wrongs(stack, asked) == ["drafts lost"]


def test_a_refusal_stands_alone_for_an_answer(stack: Stack) -> None:
    asked = ask(stack)
    say(stack, asked, failures.REFUSED)
    verdicts = {asked.mention.token: failures.REFUSED}

    assert [one.wrong for one in findings(stack, [asked], verdicts)] == []
    assert wrongs(stack, asked) == ["lost"]


def test_a_refusal_below_what_was_said_is_half_a_text(stack: Stack) -> None:
    asked = ask(stack)
    say(stack, asked, f"{sentences(TOKEN)[0]} {failures.REFUSED}")

    assert [one.wrong for one in findings(stack, [asked], {TOKEN: failures.REFUSED})] == ["half text"]


def test_an_answer_that_ends_for_want_of_room_says_so_once(stack: Stack) -> None:
    asked = ask(stack)
    say(stack, asked, f"{sentences(TOKEN)[0]}\n\n{failures.CONVERSATION_TOO_LONG}")

    assert [one.wrong for one in findings(stack, [asked], {TOKEN: failures.CONVERSATION_TOO_LONG})] == []


def test_the_beginning_of_an_answer_may_stay_where_its_channel_was_closed(stack: Stack) -> None:
    asked = ask(stack)
    excused = dataclasses.replace(asked, mention=dataclasses.replace(asked.mention, is_excused=True))
    say(stack, asked, "This is the", metadata=None)

    assert wrongs(stack, excused) == []
    say(stack, asked, sentences(TOKEN)[0])
    assert wrongs(stack, excused) == ["answered twice"]


def test_a_card_that_was_withdrawn_for_another_try_is_no_second_one(stack: Stack) -> None:
    asked = ask(stack, kind="file")
    say(stack, asked, whole())
    show_card(stack, asked, "Cancelled")
    key = file(stack)
    show_card(stack, asked, f"Filed as {key}")

    assert "answered twice" in wrongs(stack, asked)
    assert wrongs(stack, dataclasses.replace(asked, retries=1)) == []
