"""A digest or summary that comes to nothing says so where it would have been shown, and its button is gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.faults import Fault
from sandbox.slack.messages import Message, words_of
from sandbox.stack import Stack
from tests.e2e.breaking import mend
from tests.e2e.digests import FAST, heads
from tests.e2e.drafting import SEARCH
from tests.e2e.support import ADA, ADAS_DM, CHANNEL, within
from workers.views import failures
from workers.views.bulk_words import GAVE_UP

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(beat=False, settings=FAST, folder=tmp_path_factory.mktemp("failing-digests")) as stack:
        yield stack


@pytest.fixture(autouse=True)
def _whole_again(stack: Stack) -> Iterator[None]:
    yield
    mend(stack)


def is_told(stack: Stack, channel: str, sentence: str) -> Message:
    """Wait until the one head in a channel says nothing but this, and return it."""
    within(lambda: [words_of(head) for head in heads(stack, channel)] == [sentence], sentence)
    (head,) = heads(stack, channel)
    return head


def test_a_digest_of_threads_that_slack_does_not_show_is_given_up(stack: Stack) -> None:
    stack.slack.faults.add(Fault(operation="conversations.history", kind="error", error="channel_not_found", times=-1))
    stack.slack.command(CHANNEL, ADA, "/jira", "weekly")

    assert is_told(stack, CHANNEL, GAVE_UP).action_ids == []


def test_a_summary_of_issues_that_jira_refuses_to_search_for_asks_for_other_words(stack: Stack) -> None:
    posted = len(stack.slack.messages(CHANNEL))
    stack.jira.faults.add(Fault(operation=SEARCH, kind="status", status=400, body={}, times=-1))
    stack.slack.command(CHANNEL, ADA, "/jira", "summarise OPS")

    assert is_told(stack, ADAS_DM, failures.NOT_LOOKED_UP).action_ids == []
    assert len(stack.slack.messages(CHANNEL)) == posted
