"""A 429 stops what it is about, for all processes, and nothing else; short waits are waited for, long ones are not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import redis

from sandbox.faults import Fault
from sandbox.jira.standin import JiraStandIn
from workers.errors import JiraUnavailable
from workers.jira.deployment import Cloud, DataCenter
from workers.jira.gateway import JiraGateway
from workers.jira.rate_limits import RateLimits
from workers.proposals import Comment
from workers.state.walls import Walls

MakeGateway = Callable[..., JiraGateway]

BURST, PER_ISSUE, QUOTA = "jira-burst-based", "jira-per-issue-on-write", "jira-quota-tenant-based"


def refuse(jira: JiraStandIn, operation: str, reason: str, **headers: str) -> None:
    given = {"RateLimit-Reason": reason, **{name.replace("_", "-"): value for name, value in headers.items()}}
    jira.faults.add(Fault(operation=operation, kind="status", status=429, headers=given, body={}))


def comment(key: str) -> Comment:
    return Comment(id=f"c-{key}", key=key, body="x")


def test_a_quota_stops_every_call_of_every_process_until_its_reset(
    make_gateway: MakeGateway, jira: JiraStandIn
) -> None:
    reset = (datetime.now(UTC) + timedelta(minutes=10)).isoformat()
    refuse(jira, "GET myself", QUOTA, X_RateLimit_Reset=reset)
    with pytest.raises(JiraUnavailable) as first:
        make_gateway().who_am_i()
    met = len(jira.calls)

    with pytest.raises(JiraUnavailable) as other:
        make_gateway().issue_types("OPS")

    assert len(jira.calls) == met
    assert 500 < (first.value.retry_after_seconds or 0) <= 600
    assert 500 < (other.value.retry_after_seconds or 0) <= 600


def test_a_burst_stops_that_endpoint_only(make_gateway: MakeGateway, jira: JiraStandIn) -> None:
    refuse(jira, "GET myself", BURST, Retry_After="30")
    gateway, other = make_gateway(), make_gateway()
    with pytest.raises(JiraUnavailable):
        gateway.who_am_i()
    met = len(jira.calls)

    with pytest.raises(JiraUnavailable):
        other.who_am_i()
    assert len(jira.calls) == met
    assert other.issue_types("OPS")


def test_writes_to_one_issue_stop_that_issue_only(gateway: JiraGateway, jira: JiraStandIn) -> None:
    refuse(jira, "POST issue/{key}/comment", PER_ISSUE, Retry_After="30")
    with pytest.raises(JiraUnavailable):
        gateway.changes.comment(comment("OPS-1"))
    met = len(jira.calls)

    with pytest.raises(JiraUnavailable):
        gateway.link_thread("OPS-1", global_id="g", url="https://a.example", title="t")
    assert len(jira.calls) == met
    gateway.changes.comment(comment("OPS-2"))
    assert len(jira.issue("OPS-2").comments) >= 1
    assert gateway.attachments("OPS-1") == ()


def test_a_short_wait_is_waited_for_once(gateway: JiraGateway, jira: JiraStandIn) -> None:
    refuse(jira, "GET myself", BURST, Retry_After="1")

    assert gateway.who_am_i().name == "Support Bot"
    assert [call["status"] for call in jira.calls] == [429, 200]


@pytest.mark.parametrize(
    ("reason", "headers", "stops", "passes"),
    [
        (BURST, {}, ("GET", "issue/OPS-2"), ("POST", "issue")),
        (QUOTA, {}, ("POST", "issue"), None),
        ("jira-quota-global-based", {}, ("POST", "issue"), None),
        ("jira-cost-based", {}, ("GET", "issue/OPS-2"), ("GET", "myself")),
        ("", {}, ("GET", "issue/OPS-9"), ("GET", "myself")),
    ],
)
def test_reasons_are_told_apart(
    redis_client: redis.Redis,
    reason: str,
    headers: dict[str, str],
    stops: tuple[str, str],
    passes: tuple[str, str] | None,
) -> None:
    limits = RateLimits(Walls(redis_client), Cloud())

    error = limits.heard("GET", "issue/OPS-1", {"RateLimit-Reason": reason, **headers})

    assert error.retry_after_seconds
    with pytest.raises(JiraUnavailable):
        limits.check(*stops)
    if passes:
        limits.check(*passes)


def test_data_centers_limit_is_the_accounts(redis_client: redis.Redis) -> None:
    limits = RateLimits(Walls(redis_client), DataCenter())
    limits.heard("GET", "issue/OPS-1", {"Retry-After": "20"})

    with pytest.raises(JiraUnavailable) as found:
        limits.check("POST", "search")

    assert 15 < (found.value.retry_after_seconds or 0) <= 20


def test_without_redis_calls_go_out() -> None:
    nowhere = redis.Redis(port=1, socket_connect_timeout=0.2)

    assert Walls(nowhere).wait_before(["jira"]) == 0
