"""A run of failures stops calls for all processes; one call tries it for all; looks for what was lost go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import redis

from sandbox.faults import Fault
from sandbox.jira.standin import JiraStandIn
from tests.unit.workers.jira.readers import ADA
from workers.errors import FilingUncertain, JiraRefused, JiraUnavailable
from workers.jira.gateway import JiraGateway
from workers.proposals import Comment
from workers.state.outages import MOST_FAILURES, Outages

MakeGateway = Callable[..., JiraGateway]
DOWN = "sb:wall:jira:down"
PAYLOAD: dict[str, Any] = {"fields": {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "VPN drops"}}


def break_jira(jira: JiraStandIn, operation: str = "*", **more: Any) -> None:
    jira.faults.add(Fault.model_validate({"operation": operation, "kind": "status", "status": 503, "times": -1} | more))


def fail(gateway: JiraGateway, times: int = MOST_FAILURES) -> list[float]:
    """Read so often in vain; return how long each was told to wait."""
    waits = []
    for _ in range(times):
        with pytest.raises(JiraUnavailable) as found:
            gateway.who_am_i()
        waits.append(found.value.retry_after_seconds or 0.0)
    return waits


def pause_is_over(client: redis.Redis) -> None:
    """Do what time does."""
    client.delete(DOWN)


@pytest.mark.parametrize("fault", [{}, {"status": 504}, {"status": 408}, {"kind": "drop_before"}])
def test_after_a_run_of_failures_no_process_calls_any_more(
    make_gateway: MakeGateway, jira: JiraStandIn, fault: dict[str, Any]
) -> None:
    break_jira(jira, **fault)
    gateway, other = make_gateway(), make_gateway()
    while jira.faults and len(jira.calls) < MOST_FAILURES:
        fail(gateway, 1)
    met = len(jira.calls)

    (wait,) = fail(other, 1)
    with pytest.raises(JiraUnavailable):
        other.create(PAYLOAD)

    assert len(jira.calls) == met
    assert 5 < wait <= 6


def test_an_answer_between_failures_ends_their_run(gateway: JiraGateway, jira: JiraStandIn) -> None:
    for _ in range(3):
        break_jira(jira)
        fail(gateway, MOST_FAILURES - 1)
        jira.faults.clear()
        assert gateway.who_am_i().name == "Support Bot"

    assert len(jira.calls) == 3 * MOST_FAILURES


def test_a_refusal_is_an_answer(gateway: JiraGateway, jira: JiraStandIn) -> None:
    break_jira(jira, status=403, body={})
    for _ in range(2 * MOST_FAILURES):
        with pytest.raises(JiraRefused):
            gateway.who_am_i()

    assert len(jira.calls) == 2 * MOST_FAILURES


def test_after_the_pause_one_call_tries_it_and_the_pause_grows(
    gateway: JiraGateway, jira: JiraStandIn, redis_client: redis.Redis
) -> None:
    break_jira(jira)
    fail(gateway)
    pause_is_over(redis_client)
    met = len(jira.calls)

    fail(gateway, 1)
    first, second = fail(gateway, 2)

    assert len(jira.calls) == met + 1
    assert 11 < second <= first <= 12


def test_while_one_call_tries_it_the_others_wait(redis_client: redis.Redis) -> None:
    outages = Outages(redis_client, "jira")
    for _ in range(MOST_FAILURES):
        outages.failed()
    pause_is_over(redis_client)

    waits = [outages.weather() for _ in range(3)]

    assert [bool(each.wait_seconds) for each in waits] == [False, True, True]
    outages.answered(waits[0])
    assert outages.weather().wait_seconds == 0
    assert outages.weather().is_fair


def test_an_answer_to_the_one_call_lets_all_through(
    gateway: JiraGateway, jira: JiraStandIn, redis_client: redis.Redis
) -> None:
    break_jira(jira)
    fail(gateway)
    jira.faults.clear()
    pause_is_over(redis_client)

    assert gateway.who_am_i().name == "Support Bot"
    assert gateway.create(PAYLOAD).key.startswith("OPS-")
    assert gateway.issue("OPS-1", ADA).key == "OPS-1"


def test_failures_that_were_on_their_way_make_the_pause_no_longer(redis_client: redis.Redis) -> None:
    outages = Outages(redis_client, "jira")
    for _ in range(4 * MOST_FAILURES):
        outages.failed()

    assert 5 < outages.weather().wait_seconds <= 6


def test_the_pause_is_a_minute_at_most(redis_client: redis.Redis) -> None:
    outages = Outages(redis_client, "jira")
    for _ in range(MOST_FAILURES + 20):
        outages.failed()
        redis_client.delete(DOWN)
    outages.failed()

    assert 55 < outages.weather().wait_seconds <= 60


def test_what_was_lost_is_looked_for_also_in_an_outage(gateway: JiraGateway, jira: JiraStandIn) -> None:
    comment = Comment(id="c1", key="OPS-1", body="x")
    break_jira(jira, "POST issue/{key}/comment", kind="drop_after", times=1)
    with pytest.raises(FilingUncertain):
        gateway.changes.comment(comment)
    break_jira(jira, "GET myself")
    fail(gateway, MOST_FAILURES)

    assert gateway.changes.has_comment("OPS-1", "c1")
    # Jira has answered: all go on.
    assert gateway.issue("OPS-1", ADA).key == "OPS-1"


def test_a_create_that_was_stopped_was_not_sent(gateway: JiraGateway, jira: JiraStandIn) -> None:
    before = len(jira.issues)
    break_jira(jira)
    for _ in range(MOST_FAILURES):
        with pytest.raises(FilingUncertain):
            gateway.create(PAYLOAD)
    with pytest.raises(JiraUnavailable) as found:
        gateway.create(PAYLOAD)

    assert found.value.retry_after_seconds
    assert len(jira.issues) == before
    assert len([call for call in jira.calls if call["method"] == "POST"]) == MOST_FAILURES


def test_without_redis_calls_go_out() -> None:
    outages = Outages(redis.Redis(port=1, socket_connect_timeout=0.2), "jira")
    outages.failed()

    assert outages.weather().wait_seconds == 0
