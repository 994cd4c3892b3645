"""`/jira search` and `/jira mine`: what the person alone reads, and what nobody reads who may not."""

from __future__ import annotations

import pytest

from sandbox.faults import Fault
from sandbox.stack import Stack
from tests.e2e.drafting import is_told, press, propose, shows_filed, told
from tests.e2e.support import ADA, CHANNEL, GRACE, GUEST, within
from workers.views import failures

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("mended_jira")]


def say(stack: Stack, text: str, *, user: str = ADA) -> None:
    stack.slack.command(CHANNEL, user, "/jira", text)


def test_a_search_shows_up_to_eight_issues_with_links(stack: Stack) -> None:
    seen = len(stack.slack.messages(CHANNEL))
    say(stack, "search login")
    said = is_told(stack, ADA, "In Jira for “login”")
    lines = said.splitlines()[1:]
    assert 1 <= len(lines) <= 8
    assert all("/browse/" in line for line in lines)
    assert len(stack.slack.messages(CHANNEL)) == seen


def test_a_key_finds_its_issue_and_nothing_else(stack: Stack) -> None:
    key = next(key for key in stack.jira.issues if key.startswith("OPS-"))
    say(stack, f"search {key.lower()}")
    said = is_told(stack, ADA, f"In Jira for “{key.lower()}”")
    assert f"/browse/{key}|{key}" in said
    assert len(said.splitlines()) == 2


def test_what_is_not_there_is_said(stack: Stack) -> None:
    say(stack, "search xylophone zeppelin")
    is_told(stack, ADA, "found nothing in Jira for “xylophone zeppelin”")
    say(stack, "search OPS-99999")
    assert is_told(stack, ADA, "found nothing in Jira for “OPS-99999”")


def test_a_project_that_is_not_open_stays_closed(stack: Stack) -> None:
    say(stack, "search SECRET-1")
    assert is_told(stack, ADA, "not open to me")


def test_a_search_for_nothing_asks_for_words(stack: Stack) -> None:
    say(stack, "search")
    assert is_told(stack, ADA, "Say what to look for")


def test_words_of_people_cannot_call_the_channel(stack: Stack) -> None:
    say(stack, "search <!channel> zzzz")
    assert "<!channel>" not in is_told(stack, ADA, "zzzz")


def test_a_guest_reads_nothing_of_jira(stack: Stack) -> None:
    say(stack, "search vpn", user=GUEST)
    assert is_told(stack, GUEST, "full members") == failures.JIRA_CLOSED
    say(stack, "mine", user=GUEST)
    assert not [text for text in told(stack, GUEST) if "/browse/" in text]


def test_when_jira_is_down_the_person_is_told(stack: Stack) -> None:
    stack.jira.faults.add(Fault(operation="*", kind="status", status=503, times=-1))
    say(stack, "search printer jam")
    assert is_told(stack, ADA, "Jira does not answer") == failures.JIRA_DOWN


def test_mine_shows_drafts_and_what_became_of_issues(stack: Stack) -> None:
    say(stack, "mine", user=GRACE)
    is_told(stack, GRACE, "not filed anything here yet")

    propose(stack, "Shelf wobbles", user=GRACE)
    draft = propose(stack, "Carpet is wet", user=GRACE)
    press(stack, draft, "draft_create", GRACE)
    shows_filed(draft)
    say(stack, "mine", user=GRACE)

    said = is_told(stack, GRACE, "Filed by you here (1)")
    assert "Your drafts (1)" in said
    assert "Shelf wobbles" in said
    assert "waits for Create" in said
    line = next(line for line in said.splitlines() if "Carpet is wet" in line)
    assert "/browse/OPS-" in line
    assert "To Do" in line or "Open" in line


def test_mine_shows_an_issue_that_is_gone_as_gone(stack: Stack) -> None:
    first = propose(stack, "Clock is slow")
    press(stack, first, "draft_create")
    shows_filed(first)
    second = propose(stack, "Clock is fast")
    press(stack, second, "draft_create")
    shows_filed(second)
    gone = next(key for key, issue in stack.jira.issues.items() if issue.fields["summary"] == "Clock is slow")
    del stack.jira.issues[gone]
    say(stack, "mine")

    def look() -> str | None:
        return next((text for text in told(stack, ADA) if "Clock is slow" in text), None)

    said = within(look, "the list")
    assert "_gone_" in next(line for line in said.splitlines() if "Clock is slow" in line)
    assert "_gone_" not in next(line for line in said.splitlines() if "Clock is fast" in line)
