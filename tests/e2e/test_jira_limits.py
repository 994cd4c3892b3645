"""Jira says no for a while or for good: what was confirmed is filed by itself, and nobody hears of no results."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.faults import Fault
from sandbox.stack import Stack
from tests.e2e.drafting import CREATE, SEARCH, filed, is_told, press, propose, sent, shows, shows_filed
from tests.e2e.support import answer, ask, within

pytestmark = pytest.mark.e2e


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack(folder=tmp_path, beat=False) as stack:
        yield stack


def refuse_once(stack: Stack, seconds: int) -> None:
    headers = {"RateLimit-Reason": "jira-burst-based", "Retry-After": str(seconds)}
    stack.jira.faults.add(Fault(operation=CREATE, kind="status", status=429, headers=headers, body={}))


def test_a_confirmed_draft_is_filed_by_itself_once_jira_lets_it(stack: Stack) -> None:
    shown = propose(stack, "Heating is off")
    refuse_once(stack, 11)

    press(stack, shown, "draft_create")

    is_told(stack, "U0ADA0001", "by myself")
    shows_filed(shown, seconds=60)
    assert len(filed(stack, "Heating is off")) == 1
    assert [call["status"] for call in sent(stack, "Heating is off")] == [429, 201]


def test_a_draft_that_waits_for_jira_can_still_be_cancelled(stack: Stack) -> None:
    shown = propose(stack, "Cooling is off")
    refuse_once(stack, 12)
    press(stack, shown, "draft_create")
    is_told(stack, "U0ADA0001", "by myself")

    press(stack, shown, "draft_cancel")

    shows(shown, "cancelled")
    other = propose(stack, "Pump is loud")
    press(stack, other, "draft_create")
    shows_filed(other, seconds=60)
    assert filed(stack, "Cooling is off") == []
    assert "cancelled" in str(shown.blocks)


def test_an_expired_token_is_the_operators_and_is_never_told_as_no_results(stack: Stack) -> None:
    stack.jira.faults.add(Fault(operation=SEARCH, kind="status", status=401, times=-1, body={}))

    ts = ask(stack, "Is the VPN problem known?")
    text = answer(stack, ts).text

    assert "my access to it needs attention" in text
    assert "found no" not in text
    assert "401" not in text
    log = within(
        lambda: next((w.log_text() for w in stack.workers if "jira_misconfigured" in w.log_text()), None), "log"
    )
    assert "JIRA_API_TOKEN" in log
    assert "expired" in log
