"""A question that waits long for the model says so all the time, and can be stopped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest

from sandbox.claude.faulty import rate_limited
from sandbox.claude.scripts import reply
from sandbox.slack.messages import words_of
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e.support import ADA, CHANNEL, answer, ask, replies, within
from workers.records import Conversation
from workers.state.codec import decode, encode
from workers.state.mailbox import READY
from workers.views import failures

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(beat=False, folder=tmp_path_factory.mktemp("waiting")) as stack:
        yield stack


def box_of(stack: Stack, ts: str) -> str:
    return Conversation(team_id=stack.slack.workspace.team_id, channel_id=CHANNEL, thread_ts=ts).box


def waits(stack: Stack, ts: str) -> bool:
    """Whether the thread says that the model is waited for."""
    return stack.slack.workspace.status_of(CHANNEL, ts) == failures.CLAUDE_WAITS


def is_parked(stack: Stack, ts: str) -> bool:
    """Whether nobody holds the turn and it waits for a time."""
    client = connect(stack.redis_url)
    key = f"sb:{{{box_of(stack, ts)}}}"
    found = not client.exists(f"{key}:lease") and client.hexists(f"{key}:journal", "not_before")
    client.close()
    return bool(found)


def let_pass(stack: Stack, ts: str, seconds: int) -> None:
    """Do now what so many seconds do to a turn that waits for a time and to the status of its thread."""
    client = connect(stack.redis_url)
    client.hincrby(f"sb:{{{box_of(stack, ts)}}}:journal", "not_before", -seconds * 1000)
    client.zincrby(READY, -seconds * 1000, box_of(stack, ts))
    client.close()
    stack.slack.clock.advance(seconds)


def grow_old(stack: Stack, ts: str, seconds: int) -> None:
    """Let a turn that waits have failed for the first time so much earlier."""
    client = connect(stack.redis_url)
    key = f"sb:{{{box_of(stack, ts)}}}:journal"
    since = decode(cast("bytes", client.hget(key, "failing_since")))
    client.hset(key, "failing_since", encode(since - seconds))
    client.close()


@pytest.fixture(autouse=True)
def _model_is_back(stack: Stack) -> Iterator[None]:
    yield
    stack.claude.faults.clear()


def test_who_waits_for_minutes_for_the_model_sees_so_all_the_time(stack: Stack) -> None:
    stack.claude.faults.add(rate_limited(300, times=-1))
    ts = ask(stack, "is it known")
    within(lambda: waits(stack, ts) and is_parked(stack, ts), "the turn waits for the model")
    asked = len(stack.claude.message_requests)

    for _ in range(2):
        let_pass(stack, ts, 125)
        within(lambda: waits(stack, ts) and is_parked(stack, ts), "the thread says so again", 20)

    assert len(stack.claude.message_requests) == asked, "the model said for how long it is not to be asked"
    stack.slack.stop(CHANNEL, ts, ADA)
    within(lambda: any("Stopped" in words_of(each) for each in replies(stack, ts)), "the last word")
    within(lambda: not stack.slack.workspace.status_of(CHANNEL, ts), "no status is left")


def test_a_model_that_asks_for_a_moment_again_and_again_is_given_up_in_the_end(stack: Stack) -> None:
    stack.claude.script(reply("Known since Monday."), when="is the moment known")
    stack.claude.faults.add(rate_limited(6, times=-1))
    ts = ask(stack, "is the moment known")
    within(lambda: waits(stack, ts) and is_parked(stack, ts), "the turn waits for the model")

    grow_old(stack, ts, 900)

    failed = answer(stack, ts)
    assert words_of(failed).startswith(failures.CLAUDE_DOWN)
    assert failed.action_ids == ["turn_retry"]
    stack.claude.faults.clear()
    stack.slack.click(CHANNEL, failed.ts, ADA, "turn_retry")
    within(lambda: "Known since Monday." in words_of(stack.slack.message(CHANNEL, failed.ts)), "the answer after all")


def test_a_model_that_asked_for_one_long_wait_is_asked_once_more_before_it_is_given_up(stack: Stack) -> None:
    stack.claude.script(reply("After all."), when="is the long wait known")
    stack.claude.faults.add(rate_limited(6))
    ts = ask(stack, "is the long wait known")
    within(lambda: is_parked(stack, ts), "the turn waits for the model")

    grow_old(stack, ts, 600)

    assert "After all." in words_of(answer(stack, ts))
