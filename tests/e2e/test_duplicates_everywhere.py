"""However a draft comes about, it is asked first whether its problem is known; on Cloud and on Data Center."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.claude.scripts import reply
from sandbox.jira.site import Issue
from sandbox.slack.messages import Message
from sandbox.stack import Stack
from tests.e2e.drafting import JUDGEMENT, filed, is_told, press, propose, shows, shows_filed, words
from tests.e2e.support import ADA, ADAS_DM, CHANNEL, GRACE, answer, ask, card, filed_by_bot, within
from tests.e2e.support_views import choose, modal

pytestmark = pytest.mark.e2e

USE = "duplicate_use"
KNOWN = "VPN drops every few minutes on office Wi-Fi"
TEXT = "It reconnects at once, and on a cable it is stable."


@pytest.fixture(scope="module", params=["cloud", "datacenter"])
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("everywhere")
    with Stack(beat=False, folder=folder, settings={"JIRA_DEPLOYMENT": request.param}) as stack:
        yield stack


def known(stack: Stack) -> Issue:
    """Return the seeded issue that tells of the same problem."""
    return next(issue for issue in stack.jira.issues.values() if issue.fields["summary"] == KNOWN)


def reported(how: str) -> str:
    return f"VPN disconnects all the time on the office wifi, {how}"


def joined(stack: Stack, shown: Message, summary: str) -> list[dict[str, Any]]:
    """See the known issue on the card and nothing in Jira, press its button, and return the comments it made."""
    issue = known(stack)
    assert f"/browse/{issue.key}|{issue.key}>" in words(shown)
    assert KNOWN in words(shown)
    assert "draft_create" in shown.action_ids
    assert filed(stack, summary) == []
    draft = (shown.metadata or {})["event_payload"]["draft"]

    stack.slack.click(shown.channel, shown.ts, ADA, USE, value=f"{draft} {issue.key}")

    shows(shown, f"/browse/{issue.key}|{issue.key}>* as a comment")
    assert filed(stack, summary) == []
    return [each for each in issue.comments if summary in json.dumps(each["body"])]


def submit(stack: Stack, user: str, summary: str) -> None:
    """Send the form in front of a person."""
    modal(stack, user)
    choose(stack, user, "form_project", "OPS")
    choose(stack, user, "form_type", "Task")
    assert stack.slack.submit_view(user, "top", {"summary": summary, "description": TEXT}) == {}


def test_a_draft_of_the_conversation(stack: Stack) -> None:
    summary = reported("asked for")

    shown = propose(stack, summary, description=TEXT)

    assert len(joined(stack, shown, summary)) == 1


def test_a_message_that_is_filed_from_its_menu(stack: Stack) -> None:
    summary = reported("from the menu")
    ts = stack.slack.say(CHANNEL, ADA, f"{summary}. {TEXT}")
    stack.slack.shortcut(CHANNEL, ts, GRACE, "file_issue")

    submit(stack, GRACE, summary)

    assert len(joined(stack, card(stack, ts, USE), summary)) == 1


def test_a_command(stack: Stack) -> None:
    summary = reported("by a command")
    stack.slack.command(CHANNEL, ADA, "/jira", f"create {summary}")

    submit(stack, ADA, summary)

    is_told(stack, ADA, "waits for you in our direct messages")
    found = within(
        lambda: [each for each in stack.slack.messages(ADAS_DM) if summary in words(each) and USE in each.action_ids],
        "the card in the person's own messages",
    )
    assert len(joined(stack, found[0], summary)) == 1


def test_a_reaction(stack: Stack) -> None:
    summary = reported("by a reaction")
    ts = stack.slack.say(CHANNEL, ADA, f"{summary}. {TEXT}")
    values = {"summary": summary, "description": TEXT, "issue_type": "Task", "priority": "", "confidence": "high"}
    stack.claude.script(reply(json.dumps(JUDGEMENT | values)), when=summary)

    stack.slack.react(CHANNEL, ts, GRACE, "ticket")

    assert len(joined(stack, card(stack, ts, USE), summary)) == 1


def test_new_words_of_a_draft_are_looked_for_again(stack: Stack) -> None:
    summary = reported("after an edit")
    shown = propose(stack, f"Violin strings are torn, {stack.jira.site.deployment}", description=TEXT)
    assert USE not in shown.action_ids
    press(stack, shown, "draft_edit")
    modal(stack, ADA)

    assert stack.slack.submit_view(ADA, "top", {"summary": summary}) == {}

    within(lambda: USE in shown.action_ids, "the question on the card")
    assert len(joined(stack, shown, summary)) == 1


def test_create_files_it_all_the_same(stack: Stack) -> None:
    summary = reported("and filed")
    shown = propose(stack, summary, description=TEXT)
    assert USE in shown.action_ids

    press(stack, shown, "draft_create")

    shows_filed(shown)
    assert len(filed(stack, summary)) == 1


def test_what_the_card_lists_is_not_listed_once_more_in_the_draft(stack: Stack) -> None:
    before = len(filed_by_bot(stack))
    ts = ask(stack, "The VPN disconnects all the time on the office wifi since Monday for everyone")
    answer(stack, ts)
    ask(stack, "please file it as a task", thread_ts=ts)

    shown = card(stack, ts, USE)

    assert words(shown).count(f"|{known(stack).key}>") == 1
    assert words(shown).count(known(stack).key) == 2  # Its link has the key in its address, too.
    assert len(filed_by_bot(stack)) == before
