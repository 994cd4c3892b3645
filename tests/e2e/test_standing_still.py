"""A worker that stands still only briefly takes nobody's click with it: it is done once, or its card can be pressed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.claude.scripts import reply, tool
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e import changing
from tests.e2e.drafting import filed, press, propose, sent, shows_filed
from tests.e2e.dying import first_then, frozen_meanwhile
from tests.e2e.support import answer, ask, card, cards, replies, within

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("still")
    with Stack(beat=False, folder=folder) as stack:
        yield stack


@contextmanager
def still_until_another_came(stack: Stack, place: str, act: Callable[[], None]) -> Iterator[None]:
    """Let a worker stand still at `place` until another has its click, but not for as long as it may send."""
    client, before = connect(stack.redis_url), met(stack)
    try:
        with frozen_meanwhile(stack, place, act):
            for key in [*client.scan_iter("sb:draft:*"), *client.scan_iter("sb:action:*")]:
                # However slow this machine is, the other one comes first.
                client.hset(key, "lease_until", int(time.time() * 1000) + 60_000)
            within(
                lambda: met(stack) > before or not list(client.scan_iter("sb:{act:*}:mail")), "another has the click"
            )
            yield
    finally:
        client.close()


def met(stack: Stack) -> int:
    """Return how often somebody found that another is sending."""
    return sum(worker.log_text().count("another_sends") for worker in stack.workers)


def test_what_one_that_stood_still_gives_back_is_filed_once_by_the_one_that_has_the_click(stack: Stack) -> None:
    shown = propose(stack, "Blind is stuck")
    with still_until_another_came(stack, "filing_sending", lambda: press(stack, shown, "draft_create")):
        assert sent(stack, "Blind is stuck") == []

    shows_filed(shown)
    assert len(filed(stack, "Blind is stuck")) == len(sent(stack, "Blind is stuck")) == 1


def test_a_change_that_one_that_stood_still_gives_back_is_made_once(stack: Stack) -> None:
    shown = changing.propose(stack, "remark on OPS-13", changing.comment("OPS-13", "Said after a pause."))
    with still_until_another_came(stack, "change_begun", lambda: press(stack, shown, changing.CONFIRM)):
        assert changing.comments(stack, "OPS-13", "after a pause") == []

    within(lambda: "✅" in str(shown.blocks), "a card that says it was done")
    assert len(changing.comments(stack, "OPS-13", "after a pause")) == 1


def test_a_report_whose_worker_stood_still_is_added_once(stack: Stack) -> None:
    first = propose(stack, "The coffee machine on floor two leaks water")
    press(stack, first, "draft_create")
    shows_filed(first)
    (issue,) = filed(stack, "The coffee machine on floor two leaks water")
    again = propose(stack, "The coffee machine on floor two leaks water")
    within(lambda: "duplicate_use" in again.action_ids, "the question whether it is the same")
    with still_until_another_came(stack, "joining_begun", lambda: press(stack, again, "duplicate_use")):
        assert changing.comments(stack, issue.key, "Reported once more") == []

    within(lambda: "duplicate_use" not in again.action_ids and issue.key in str(again.blocks), "a card that says it")
    within(lambda: changing.comments(stack, issue.key, "Reported once more"), "the comment")
    assert len(changing.comments(stack, issue.key, "Reported once more")) == 1
    assert len(filed(stack, "The coffee machine on floor two leaks water")) == 1


TOO_LATE = {"posted": ("chat.postMessage sending", "false"), "streamed": ("chat.startStream sending", "true")}


@pytest.mark.parametrize("how", TOO_LATE)
def test_an_answer_that_one_that_stood_still_posted_too_late_is_taken_back(stack: Stack, how: str) -> None:
    place, may_stream = TOO_LATE[how]
    words = f"All is well, {how}."
    stack.claude.script(reply(words), when=f"what is {how}?", forever=True)
    asked: list[str] = []
    before = deletions(stack)
    with frozen_meanwhile(
        stack, place, lambda: asked.append(ask(stack, f"what is {how}?")), SLACK_STREAMING=may_stream
    ):
        shown = answer(stack, asked[0])
        slack_takes_another_post(stack)

    assert [(each.ts, each.text) for each in replies(stack, asked[0])] == [(shown.ts, words)]
    assert not [each for each in replies(stack, asked[0]) if each.is_growing]
    assert deletions(stack) == before + 1


def test_a_card_that_one_that_stood_still_posted_too_late_is_taken_back(stack: Stack) -> None:
    wanted = {"project": "OPS", "issue_type": "Task", "summary": "Two cards", "description": "It does not work."}
    calls = first_then(reply(tool("jira_create_issue", wanted)), reply("Ready."))
    stack.claude.script(calls, when="file two cards", forever=True)
    asked: list[str] = []
    before = deletions(stack)
    with frozen_meanwhile(stack, "chat.postMessage sending", lambda: asked.append(ask(stack, "file two cards"))):
        shown = card(stack, asked[0])
        answer(stack, asked[0])
        slack_takes_another_post(stack)

    assert [each.ts for each in cards(stack, asked[0])] == [shown.ts]
    assert deletions(stack) == before + 1
    press(stack, shown, "draft_create")
    shows_filed(shown)
    assert len(filed(stack, "Two cards")) == 1


def slack_takes_another_post(stack: Stack) -> None:
    """Wait until it is not Slack's limit of one post a second that keeps a second one out."""
    within(lambda: time.monotonic() > stack.slack.calls[-1].at + 2, "Slack would take another post")


def deletions(stack: Stack) -> int:
    """Return how many messages have been taken back so far."""
    return sum(call.method == "chat.delete" and call.outcome == "ok" for call in stack.slack.calls)
