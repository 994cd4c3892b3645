"""What a person is told who presses a button of a digest in vain, word for word; the digest stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.faults import Fault
from sandbox.jira import issues
from sandbox.jira.catalogue import ADA as ADA_IN_JIRA
from sandbox.jira.seeds import paragraphs
from sandbox.slack.messages import Message
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e.changing import field
from tests.e2e.digests import FAST, file_many, heads
from tests.e2e.drafting import press, shows, told, words
from tests.e2e.support import ADA, CHANNEL, within
from workers.acts.bulk_apply import NO_LINK_TYPE, NOT_SEEN, NOTHING_LEFT
from workers.views import failures

pytestmark = pytest.mark.e2e

RELATES = {"id": "1", "name": "Relates", "inward": "relates to", "outward": "relates to"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("digests")
    with Stack(beat=False, folder=folder, settings=FAST) as stack:
        yield stack


@pytest.fixture(autouse=True)
def _jira_is_empty_and_well_again(stack: Stack) -> Iterator[None]:
    stack.jira.issues.clear()
    yield
    stack.jira.faults.clear()
    client = connect(stack.redis_url)
    client.delete("sb:cache:jira:link_types", *client.scan_iter("sb:triaged:*"))


def file(stack: Stack, summary: str, **fields: object) -> str:
    """File an issue in Jira and return its key."""
    given = {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "description": paragraphs("It happens.")}
    return str(issues.create(stack.jira.site, ADA_IN_JIRA, {"fields": {**given, "summary": summary, **fields}}).key)


def digest(stack: Stack, action_id: str) -> Message:
    """Ask for a triage, and return the part of its digest that has this button."""
    before = len(heads(stack))
    stack.slack.command(CHANNEL, ADA, "/jira", "triage OPS")
    head = within(lambda: heads(stack)[before] if len(heads(stack)) > before else None, "a digest")
    shows(head, "suggest something")
    return within(
        lambda: next((m for m in stack.slack.replies_of_bot(CHANNEL, head.ts) if action_id in m.action_ids), None),
        "a suggestion",
    )


def is_told(stack: Stack, seen: int, sentence: str) -> bool:
    """Wait until Ada alone is told exactly this, after what she was told before."""
    return within(lambda: sentence in told(stack, ADA)[seen:], sentence)


def test_a_jira_without_a_kind_of_link_for_duplicates_is_said_and_nothing_is_linked(stack: Stack) -> None:
    first = file(stack, "Printer on floor three prints blank pages", components=[{"name": "Workplace"}])
    second = file(stack, "Printer on floor three prints blank pages again")
    page, seen = digest(stack, "bulk_link"), len(told(stack, ADA))
    assert f"Likely the same as <{stack.jira_url}/browse/{first}|{first}>" in words(page)
    kinds = {"issueLinkTypes": [RELATES]}
    stack.jira.faults.add(Fault(operation="GET issueLinkType", kind="status", status=200, body=kinds))
    press(stack, page, "bulk_link")

    assert is_told(stack, seen, NO_LINK_TYPE)
    assert stack.jira.issue(second).fields["issuelinks"] == []
    assert "bulk_link" in page.action_ids


def test_an_issue_that_is_gone_is_said_by_its_key_and_the_others_are_changed(stack: Stack) -> None:
    gone, here = file_many(stack, 2)
    page, seen = digest(stack, "bulk_apply_all"), len(told(stack, ADA))
    del stack.jira.issues[gone]
    press(stack, page, "bulk_apply_all")

    assert is_told(stack, seen, NOT_SEEN.format(keys=gone))
    within(lambda: f"Applied by <@{ADA}>" in words(page), "the mark on the other")
    assert field(stack, here, "priority") == "Highest"


def test_fields_that_cannot_be_changed_any_more_are_said_and_nothing_is_changed(stack: Stack) -> None:
    (key,) = file_many(stack, 1)
    page, seen = digest(stack, "bulk_apply"), len(told(stack, ADA))
    before = field(stack, key, "priority")
    stack.jira.faults.add(
        Fault(operation="GET issue/{key}/editmeta", kind="status", status=200, body={"fields": {}}, times=-1)
    )
    press(stack, page, "bulk_apply")

    assert is_told(stack, seen, NOTHING_LEFT.format(keys=key))
    assert field(stack, key, "priority") == before
    stack.jira.faults.clear()
    press(stack, page, "bulk_apply")
    within(lambda: f"Applied by <@{ADA}>" in words(page), "the mark")


def test_a_digest_whose_question_jira_does_not_take_says_so(stack: Stack) -> None:
    before, body = len(heads(stack)), {"errorMessages": ["The query is not valid."], "errors": {}}
    stack.jira.faults.add(Fault(operation="POST search/jql", kind="status", status=400, body=body, times=-1))
    stack.slack.command(CHANNEL, ADA, "/jira", "triage OPS")

    head = within(lambda: heads(stack)[before] if len(heads(stack)) > before else None, "a word on it")
    assert shows(head, failures.NOT_LOOKED_UP)
    assert head.action_ids == []
