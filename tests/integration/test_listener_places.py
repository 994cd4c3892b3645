"""The listener's own small calls: each has its place in the limiter that all processes share."""

from __future__ import annotations

import pytest
import redis

from bot import opened_form
from sandbox.faults import Fault
from sandbox.redis_server import RedisServer
from sandbox.slack import SlackStandIn
from tests.clients import connect
from tests.integration.listener_harness import RunningListener, front_view, thread, wait_for
from workers.state.limiter import Limiter, Wait
from workers.state.slack_budgets import budgets_of

pytestmark = pytest.mark.integration

GRACE = "U0GRACE01"


@pytest.fixture
def limiter(own_redis: RedisServer) -> Limiter:
    return Limiter(connect(own_redis.url))


@pytest.fixture
def _no_worker_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker runs here that would fill a form, and Slack is asked again soon."""
    monkeypatch.setattr(opened_form, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(opened_form, "PAUSE_SECONDS", 0.3, raising=False)


def taken(own_redis: RedisServer, slack: SlackStandIn, method: str, channel: str = "") -> int:
    """Return how many calls of a method the limiter knows of."""
    client: redis.Redis = connect(own_redis.url)
    (budget,) = budgets_of(slack.workspace.team_id, method, channel)
    return int(client.zcard(f"sb:limit:{budget.key}:calls"))


def sent(slack: SlackStandIn, method: str) -> int:
    """Return how many calls of a method reached Slack."""
    return sum(call.method == method for call in slack.calls)


def test_what_the_listener_calls_by_itself_is_counted_for_all(
    listener: RunningListener, slack: SlackStandIn, own_redis: RedisServer
) -> None:
    slack.shortcut("general", thread(slack), "grace", "file_issue")
    slack.command("general", "grace", "/jira", "help")
    slack.open_home("grace")
    wait_for(lambda: taken(own_redis, slack, "views.publish") == sent(slack, "views.publish") == 1)
    # The help and the first home each ask who reads them.
    for method, number in (("views.open", 1), ("users.info", 2)):
        assert taken(own_redis, slack, method) == sent(slack, method) == number
    assert listener.is_ready()


def test_a_form_for_which_there_is_no_place_in_time_is_asked_for_all_the_same(
    listener: RunningListener, slack: SlackStandIn, limiter: Limiter
) -> None:
    limiter.pause(budgets_of(slack.workspace.team_id, "views.open")[0], 60)
    slack.shortcut("general", thread(slack), "grace", "file_issue")
    assert GRACE in slack.views, "our budgets are estimates"
    assert not slack.ephemerals
    assert listener.is_ready()


@pytest.mark.usefixtures("_no_worker_is_waited_for")
def test_an_own_form_that_slack_refuses_is_shown_once_slack_takes_it(
    listener: RunningListener, slack: SlackStandIn
) -> None:
    slack.faults.add(Fault(operation="views.update", kind="status", status=429, headers={"Retry-After": "1"}, times=2))
    slack.shortcut("general", thread(slack), "grace", "file_issue")
    assert front_view(slack, GRACE)["submit"]
    assert not slack.ephemerals
    assert listener.is_ready()


@pytest.mark.usefixtures("_no_worker_is_waited_for")
def test_an_own_form_that_slack_never_takes_is_said_to_the_person(
    listener: RunningListener, slack: SlackStandIn
) -> None:
    slack.faults.add(Fault(operation="views.update", kind="error", error="fatal_error", times=-1))
    slack.shortcut("general", thread(slack), "grace", "file_issue")
    (hint,) = wait_for(lambda: slack.ephemerals)
    assert "could not be opened" in hint.text
    assert listener.is_ready()


def test_a_form_waits_for_a_place_that_comes_soon(
    listener: RunningListener, slack: SlackStandIn, limiter: Limiter
) -> None:
    limiter.pause(budgets_of(slack.workspace.team_id, "views.open")[0], 0.5)
    slack.shortcut("general", thread(slack), "grace", "file_issue")
    assert sent(slack, "views.open") == 1
    assert not slack.ephemerals
    assert listener.is_ready()


def test_a_refusal_is_noted_for_all_others(listener: RunningListener, slack: SlackStandIn, limiter: Limiter) -> None:
    slack.faults.add(Fault(operation="views.open", kind="status", status=429, headers={"Retry-After": "20"}))
    slack.shortcut("general", thread(slack), "grace", "file_issue")
    wait_for(lambda: slack.ephemerals)
    opening = budgets_of(slack.workspace.team_id, "views.open")
    answer = wait_for(lambda: isinstance(found := limiter.acquire(opening, priority=True), Wait) and found)
    assert isinstance(answer, Wait)
    assert 10 < answer.seconds <= 20
    assert listener.is_ready()


def test_a_refusal_while_redis_hangs_delays_no_ack(
    listener: RunningListener, slack: SlackStandIn, own_redis: RedisServer
) -> None:
    slack.faults.add(Fault(operation="views.open", kind="status", status=429, headers={"Retry-After": "20"}))
    ts = thread(slack)
    own_redis.pause()
    try:
        slack.shortcut("general", ts, "grace", "file_issue")
        assert all(each.is_acked for each in slack.deliveries if each.kind == "interactive")
    finally:
        own_redis.resume()
    wait_for(listener.is_ready)


def test_a_form_is_opened_while_redis_hangs(
    listener: RunningListener, slack: SlackStandIn, own_redis: RedisServer
) -> None:
    ts = thread(slack)
    own_redis.pause()
    try:
        slack.shortcut("general", ts, "grace", "file_issue")
        assert sent(slack, "views.open") == 1
    finally:
        own_redis.resume()
    wait_for(listener.is_ready)
