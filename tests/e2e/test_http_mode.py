"""The main job over signed HTTP: report, growing answer, draft, Create, filed, remembered."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import requests

from sandbox.claude.standin import Pacing
from sandbox.jira.catalogue import ADA as ADA_IN_JIRA
from sandbox.slack.messages import words_of
from sandbox.stack import Stack
from tests.e2e.support import ADA, CHANNEL, answer, ask, card, cards, filed_by_bot, within

pytestmark = pytest.mark.e2e

REPORT = "the VPN drops every few minutes since this morning, on macOS and Windows. About 20 people are affected."
# An answer of a few sentences takes some seconds: long enough to be seen growing.
PACE = Pacing(first_token_seconds=0.1, chunk_seconds=0.06, chunk_characters=8)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(mode="http", pace=PACE, folder=tmp_path_factory.mktemp("http")) as stack:
        yield stack


def test_a_report_becomes_a_filed_issue(stack: Stack) -> None:
    known = set(stack.jira.issues)
    root = ask(stack, REPORT)

    first = answer(stack, root)
    steps = list(dict.fromkeys(words_of(version) for version in first.versions))
    assert len(steps) >= 3
    assert [len(step) for step in steps] == sorted(len(step) for step in steps)
    found = set(re.findall(r"\b[A-Z]+-\d+\b", steps[-1]))
    assert found
    assert found <= known

    stack.slack.say(CHANNEL, ADA, "Please file it as a bug for the team Workplace.", root)
    draft = card(stack, root)
    answer(stack, root, number=2)
    assert {"draft_create", "draft_edit", "draft_cancel"} <= set(draft.action_ids)
    assert filed_by_bot(stack) == []

    stack.slack.click(CHANNEL, draft.ts, ADA, "draft_create")
    (key,) = within(lambda: filed_by_bot(stack), "the issue")
    within(lambda: key in draft.text and not draft.action_ids, "the card with its link and no button")
    issue = stack.jira.issue(key)
    assert issue.fields["issuetype"]["name"] == "Bug"
    assert issue.fields["reporter"]["accountId"] == ADA_IN_JIRA.account_id
    within(lambda: issue.remote_links, "the link to the thread")
    assert root in issue.remote_links[0]["object"]["url"]

    stack.slack.say(CHANNEL, ADA, "What did I just report, and which issue is it?", root)
    remembered = words_of(answer(stack, root, number=3))
    assert key in remembered
    assert "vpn" in remembered.lower()


def test_one_card_one_issue_and_every_delivery_acknowledged(stack: Stack) -> None:
    roots = [m.ts for m in stack.slack.messages(CHANNEL) if not m.is_reply]

    assert sum(len(cards(stack, root)) for root in roots) == len(filed_by_bot(stack)) == 1
    within(lambda: all(delivery.is_acked for delivery in stack.slack.deliveries), "all acknowledged")
    assert not [delivery for delivery in stack.slack.deliveries if delivery.attempts > 1]
    assert stack.slack.connections == 0


def test_what_slack_did_not_sign_is_refused(stack: Stack) -> None:
    refused = requests.post(f"{stack.web[0].url}/slack/events", json={"type": "event_callback"}, timeout=10)

    assert refused.status_code == 401
