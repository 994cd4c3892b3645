"""Two listeners and three workers at once, every event delivered more than once: each question is answered once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Literal

import pytest

from sandbox.claude.scripts import reply
from sandbox.claude.standin import Pacing
from sandbox.environment import SIGNING_SECRET
from sandbox.slack.delivery import Delivery, Retry, Transport
from sandbox.slack.http_delivery import HttpDelivery
from sandbox.slack.messages import Message
from sandbox.slack.records import Channel
from sandbox.stack import Stack
from tests.e2e.support import ADA, GRACE, LINUS, is_final, replies, within

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

MODES: tuple[Literal["socket", "http"], ...] = ("socket", "http")
CHANNELS = tuple(f"C0MANY{number:03d}" for number in range(10))
QUESTIONS = 3
PEOPLE = (ADA, GRACE, LINUS)
# Long enough for questions of one thread to meet while one of them is being answered.
PACE = Pacing(first_token_seconds=0.3)
DONE_SECONDS = 150.0


@pytest.fixture(scope="module", params=MODES)
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp(f"many-{request.param}")
    with Stack(web=2, workers=3, mode=request.param, pace=PACE, folder=folder) as stack:
        for channel in CHANNELS:
            members = [*PEOPLE, stack.slack.workspace.bot_user_id]
            stack.slack.workspace.channels[channel] = Channel(channel, channel.lower(), "channel", members)
        yield stack


def ways_in(stack: Stack) -> list[Transport]:
    """Return how Slack may bring an event once more: to each listener by HTTP, or over whichever socket is next."""
    if stack.mode == "http":
        return [HttpDelivery(f"{web.url}/slack/events", SIGNING_SECRET) for web in stack.web]
    return [stack.slack.delivery.transport] * len(stack.web)


def deliver_again(stack: Stack) -> None:
    """Bring every event that there was again, over every way, all at once: as after lost acknowledgements."""

    async def bring(way: Transport, delivery: Delivery) -> None:
        answer = await way.send("events_api", delivery.payload, Retry(1, "timeout"), 10.0)
        assert answer.is_acked

    async def bring_all() -> None:
        ways = ways_in(stack)
        await asyncio.gather(*(bring(way, delivery) for way in ways for delivery in stack.slack.deliveries))
        for way in ways:
            if isinstance(way, HttpDelivery) and way is not stack.slack.delivery.transport:
                await way.close()

    stack.slack._do(bring_all())


def hold_conversations(stack: Stack) -> dict[str, str]:
    """Ask three questions in each of ten threads, in turns; return the root of each channel's thread."""
    roots: dict[str, str] = {}
    for number in range(QUESTIONS):
        for place, channel in enumerate(CHANNELS):
            name = f"q{number}-of-{channel}."
            stack.claude.script(reply(f"Answer to {name} That is all that there is to say."), when=name)
            text = f"{stack.slack.mention} {name}"
            ts = stack.slack.say(channel, PEOPLE[(place + number) % 3], text, roots.get(channel))
            roots.setdefault(channel, ts)
        deliver_again(stack)
    return roots


def answers(stack: Stack, channel: str, root: str) -> list[Message]:
    return [message for message in replies(stack, root, channel) if is_final(message)]


def test_thirty_questions_in_ten_threads_are_each_answered_once_and_in_order(stack: Stack) -> None:
    roots = hold_conversations(stack)
    within(
        lambda: all(len(answers(stack, channel, root)) == QUESTIONS for channel, root in roots.items()),
        "thirty answers",
        seconds=DONE_SECONDS,
    )
    deliver_again(stack)

    for channel, root in roots.items():
        found = [message.text.split(".")[0] for message in replies(stack, root, channel)]
        assert found == [f"Answer to q{number}-of-{channel}" for number in range(QUESTIONS)]
    asked = [delivery for delivery in stack.slack.deliveries if delivery.event.get("type") == "app_mention"]
    assert len(asked) == len(CHANNELS) * QUESTIONS
    assert all(delivery.is_acked for delivery in stack.slack.deliveries)


def test_each_question_was_put_to_the_model_once_with_all_that_came_before(stack: Stack) -> None:
    requests = stack.claude.message_requests

    assert len(requests) == len(CHANNELS) * QUESTIONS
    assert not [kept.error for kept in requests if kept.error]
    turns = sorted(len([m for m in kept.body["messages"] if m["role"] == "user"]) for kept in requests)
    assert turns == sorted([1, 2, 3] * len(CHANNELS))


def test_the_work_was_shared_and_nothing_is_left_standing(stack: Stack) -> None:
    workspace = stack.slack.workspace
    within(lambda: not [s for s in workspace.shown_statuses.values() if s.status], "all statuses gone")

    assert not [m for channel in CHANNELS for m in stack.slack.messages(channel) if "turn_stop" in m.action_ids]
    assert all("turn_finished" in worker.log_text() for worker in stack.workers)
    assert not [call.outcome for call in stack.slack.calls if call.outcome not in ("ok", "ratelimited")]


def test_slacks_limits_by_the_minute_held_without_a_refusal(stack: Stack) -> None:
    assert stack.slack.limits.enabled
    # Of two posts a second apart the first may arrive late on a busy machine; a refused one is sent again.
    assert {refusal.method for refusal in stack.slack.limits.refused} <= {"chat.postMessage"}


def test_nothing_is_said_after_all_is_said(stack: Stack) -> None:
    before = {channel: len(stack.slack.messages(channel)) for channel in CHANNELS}
    deliver_again(stack)
    # A question in a thread of its own shows that the workers have come past whatever the copies left behind.
    stack.claude.script(reply("Still here."), when="the last question")
    ts = stack.slack.say("C0SUPPORT", ADA, f"{stack.slack.mention} the last question")
    within(lambda: [m for m in replies(stack, ts) if is_final(m)], "the last answer", seconds=60)

    assert {channel: len(stack.slack.messages(channel)) for channel in CHANNELS} == before
