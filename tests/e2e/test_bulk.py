"""Bulk work by the real processes: a worker dies at each place of the way, and each issue is still triaged once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.faults import Fault
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e.digests import FAST, file_many, heads
from tests.e2e.dying import dies, let_leases_run_out
from tests.e2e.support import ADA, ADAS_DM, CHANNEL, GRACE, within
from tests.e2e.support_views import modal
from workers.failpoints import NAME
from workers.state.channel_settings import Channels

pytestmark = pytest.mark.e2e

ISSUES, ERRORS = 60, 3
# In the order of the way, so that each of one worker after another comes to its own.
PLACES = (
    "bulk_collected",
    "bulk_head_posted",
    "batch_sending",
    "batch_sent",
    "bulk_taken",
    "bulk_page_posted:2",
    "bulk_shown",
)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack(workers=0, beat=False, settings=FAST, folder=tmp_path) as stack:
        yield stack


def shown_keys(stack: Stack) -> list[str]:
    """Return the keys of the suggestions, as often as they are shown."""
    pages = stack.slack.replies_of_bot(CHANNEL, heads(stack)[0].ts)
    return re.findall(r"'text': '<[^|]*[|](OPS-[0-9]+)> · ", str([page.blocks for page in pages if page.is_reply]))


@pytest.mark.timeout(300)
def test_each_issue_is_triaged_once_though_a_worker_dies_at_each_place_of_the_way(stack: Stack) -> None:
    keys = file_many(stack, ISSUES)
    stack.claude.faults.add(Fault(operation="batch_item", kind="error", error="overloaded_error", times=ERRORS))
    stack.slack.command(CHANNEL, ADA, "/jira", "triage OPS")
    for place in PLACES:
        doomed = stack.start_worker({NAME: place})
        dies(doomed)
        stack.workers.remove(doomed)
        let_leases_run_out(stack)
    stack.start_worker()

    within(
        lambda: heads(stack) and "suggest something" in heads(stack)[0].text + str(heads(stack)[0].blocks), "a digest"
    )
    within(lambda: len(shown_keys(stack)) >= ISSUES, "all suggestions", 60)

    assert sorted(shown_keys(stack)) == sorted(keys)
    assert len(heads(stack)) == 1
    assert sorted(len(batch.requests) for batch in stack.claude.batches.values()) == [ERRORS, ISSUES]


def test_a_channel_gets_the_digest_that_it_chose_and_its_buttons_work(stack: Stack) -> None:
    (key,) = file_many(stack, 1)
    stack.start_worker()
    stack.wait_until_ready()
    stack.slack.command(CHANNEL, GRACE, "/jira", "settings")
    modal(stack, GRACE)
    wanted = {"triage_projects": ["OPS"], "triage_at": "06:00", "weekly_day": "monday", "weekly_at": "09:00"}
    assert stack.slack.submit_view(GRACE, "top", wanted) == {}
    told = within(
        lambda: next((m.text for m in stack.slack.messages(CHANNEL) if "changed my settings" in m.text), None),
        "the word",
    )
    assert "triage digest: none → of OPS, daily at 06:00" in told
    assert "weekly digest: none → on Monday at 09:00" in told
    # It will tell only of what she may see.
    kept = Channels(connect(stack.redis_url)).get(stack.slack.workspace.team_id, CHANNEL)
    assert kept.digests_by == GRACE

    stack.slack.command(CHANNEL, ADA, "/jira", "triage")
    within(lambda: heads(stack) and shown_keys(stack), "a digest")
    page = stack.slack.replies_of_bot(CHANNEL, heads(stack)[0].ts)[1]
    stack.slack.click(CHANNEL, page.ts, ADA, "bulk_apply")

    within(lambda: (stack.jira.issue(key).fields["priority"] or {}).get("name") == "Highest", "the change in Jira")
    within(lambda: f"Applied by <@{ADA}>" in str(stack.slack.message(CHANNEL, page.ts).blocks), "the mark")


def test_a_summary_of_many_issues_comes_to_who_asked(stack: Stack) -> None:
    keys = file_many(stack, 5)
    stack.start_worker()
    stack.wait_until_ready()
    stack.slack.command(CHANNEL, ADA, "/jira", f"summarise {' '.join(keys)}")

    head = within(
        lambda: next((m for m in heads(stack, ADAS_DM) if m.text.startswith("5 issues for")), None), "a summary"
    )

    assert "half the usual price" in str(head.blocks)
    assert not heads(stack)
