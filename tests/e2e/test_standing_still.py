"""A worker that stands still only briefly takes nobody's click with it: it is done once, or its card can be pressed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e import changing
from tests.e2e.drafting import filed, press, propose, sent, shows_filed
from tests.e2e.dying import frozen_meanwhile
from tests.e2e.support import within

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
