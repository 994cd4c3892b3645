"""Jira's own word that an issue exists settles a filing whose answer was lost, long before search finds it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import requests

from sandbox.faults import Fault
from sandbox.jira.webhooks import Delivery
from sandbox.stack import Stack
from tests.e2e.drafting import CREATE, SEARCH, filed, press, propose, shows, words
from tests.e2e.support import within
from workers.filing import LOOKS

pytestmark = pytest.mark.e2e

SECRET = "a webhook's secret"
AN_HOUR = 3600.0


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    settings = {"JIRA_WEBHOOK_SECRET": SECRET}
    with Stack(beat=False, settings=settings, folder=tmp_path_factory.mktemp("webhook")) as stack:
        stack.jira.webhooks.url = f"{stack.web[0].url}/jira/webhook"
        stack.jira.webhooks.secret = SECRET
        stack.jira.webhooks.retry_seconds = 0.1
        stack.jira.index_delay_seconds = AN_HOUR
        yield stack


def deliveries(stack: Stack, summary: str) -> list[Delivery]:
    """Return what Jira told of the issue with this summary."""
    told = list(stack.jira.webhooks.deliveries)
    return [delivery for delivery in told if delivery.payload["issue"]["fields"]["summary"] == summary]


def test_a_create_whose_answer_is_lost_is_confirmed_by_the_webhook(stack: Stack) -> None:
    stack.jira.faults.add(Fault(operation=CREATE, kind="drop_after"))
    shown = propose(stack, "The lift hangs")
    searches = [call for call in stack.jira.calls if call["route"] == SEARCH]
    began = time.monotonic()

    press(stack, shown, "draft_create")

    shows(shown, "Filed as")
    assert time.monotonic() - began < LOOKS[0]
    (issue,) = filed(stack, "The lift hangs")
    assert issue.key in words(shown)
    assert [call for call in stack.jira.calls if call["route"] == SEARCH] == searches
    assert [delivery.statuses for delivery in deliveries(stack, "The lift hangs")] == [[200]]


def test_a_delivery_that_comes_again_changes_nothing(stack: Stack) -> None:
    stack.jira.faults.add(Fault(operation=CREATE, kind="drop_after"))
    shown = propose(stack, "The door squeaks")
    press(stack, shown, "draft_create")
    shows(shown, "Filed as")
    (delivery,) = deliveries(stack, "The door squeaks")
    seen = len(shown.versions)

    stack.jira.webhooks.again(delivery)

    within(lambda: delivery.statuses == [200, 200], "the second try")
    assert len(filed(stack, "The door squeaks")) == 1
    assert len(shown.versions) == seen


def test_the_webhook_waits_for_a_memory_that_is_away(stack: Stack) -> None:
    assert stack.redis is not None
    shown = propose(stack, "The roof leaks")
    press(stack, shown, "draft_create")
    shows(shown, "Filed as")
    (delivery,) = within(lambda: deliveries(stack, "The roof leaks"), "the event")
    within(lambda: delivery.statuses == [200], "the event taken")

    stack.redis.pause()
    try:
        stack.jira.webhooks.again(delivery)
        within(lambda: 503 in delivery.statuses, "a refusal")
    finally:
        stack.redis.resume()

    within(lambda: delivery.statuses[-1] == 200, "the event taken after all")
    assert len(filed(stack, "The roof leaks")) == 1


def test_an_issue_of_somebody_else_changes_nothing(stack: Stack) -> None:
    key = next(iter(stack.jira.issues))
    stack.jira.move(key, "In Progress", by="ada@example.com")
    told = stack.jira.webhooks.deliveries
    within(lambda: [d for d in told if d.event == "jira:issue_updated" and d.statuses == [200]], "an event taken")
    unsigned = requests.post(stack.jira.webhooks.url, data=b"{}", timeout=10)
    assert unsigned.status_code == 401
