"""Words to one person alone: they take nothing from a channel's answers, and wait for none."""

from __future__ import annotations

import pytest

from sandbox.faults import Fault
from sandbox.redis_server import RedisServer
from sandbox.slack import SlackStandIn
from tests.clients import connect
from tests.integration.listener_harness import RunningListener, conversation_of, fill, settled, thread, wait_for
from workers.state.limiter import Grant, Limiter
from workers.state.mailbox import Mailboxes
from workers.state.slack_budgets import budgets_of

pytestmark = pytest.mark.integration

GENERAL = "C0GENERAL"


@pytest.fixture
def limiter(own_redis: RedisServer) -> Limiter:
    return Limiter(connect(own_redis.url))


def ask_too_much(slack: SlackStandIn, boxes: Mailboxes) -> str:
    """Ask in a thread in which too much waits already."""
    root = thread(slack)
    fill(boxes, conversation_of(slack, "general", root).box)
    return slack.say("general", "grace", f"{slack.mention} one too many", thread_ts=root)


def test_a_hint_does_not_wait_for_the_answers_of_its_channel(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes, limiter: Limiter
) -> None:
    (posts,) = budgets_of(slack.workspace.team_id, "chat.postMessage", GENERAL)
    limiter.pause(posts, 60)
    ask_too_much(slack, boxes)
    (hint,) = wait_for(lambda: slack.ephemerals)
    assert "a lot waiting" in hint.text
    assert listener.is_ready()


def test_a_hint_that_slack_refuses_delays_no_answer(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes, limiter: Limiter
) -> None:
    refusal = Fault(
        operation="chat.postEphemeral",
        kind="status",
        status=429,
        headers={"Retry-After": "20"},
        body={"ok": False, "error": "ratelimited"},
        times=-1,
    )
    slack.faults.add(refusal)
    ask_too_much(slack, boxes)
    told = 'method="chat.postEphemeral",outcome="ratelimited"'
    wait_for(lambda: settled(slack) and told in listener.door.metrics_text().decode())
    posts = budgets_of(slack.workspace.team_id, "chat.postMessage", GENERAL)
    assert isinstance(limiter.acquire(posts, priority=True), Grant)


def test_a_hint_that_did_not_arrive_comes_with_the_next_delivery(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    slack.faults.add(Fault(operation="chat.postEphemeral", kind="error", error="fatal_error", times=-1))
    ts = ask_too_much(slack, boxes)
    failed = 'method="chat.postEphemeral",outcome="fatal_error"'
    wait_for(lambda: settled(slack) and failed in listener.door.metrics_text().decode())
    slack.faults.clear()
    slack.redeliver(next(each for each in slack.deliveries if each.event.get("ts") == ts))
    (hint,) = wait_for(lambda: slack.ephemerals)
    assert "a lot waiting" in hint.text
