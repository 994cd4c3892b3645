"""All of `web` is gone for a while and Slack gives up: what people asked meanwhile is answered once, later."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.claude.scripts import reply
from sandbox.slack.messages import Message
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e.support import ADA, ADAS_DM, CHANNEL, GRACE, LINUS, answer, ask, replies, within
from workers.state.mailbox import Mailboxes

pytestmark = pytest.mark.e2e

GENERAL = "C0GENERAL"
MORE_THAN_AN_HOUR = 3_700.0


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(web=2, beat=False, folder=tmp_path_factory.mktemp("missed")) as stack:
        stack.claude.script(reply("Answered."), forever=True)
        # Slack gives up at once.
        stack.slack.delivery.wait_for_app_seconds = 0.2
        stack.slack.delivery.redelivery_seconds = ()
        stack.slack.delivery.ack_seconds = 0.5
        yield stack


@pytest.fixture(autouse=True)
def _events_are_brought_while_web_runs(stack: Stack) -> None:
    within(lambda: stack.slack.connections >= 2, "connections")
    rests(stack)


def rests(stack: Stack) -> None:
    """Wait until nothing is missed, waits or is being answered."""
    client = connect(stack.redis_url)
    boxes = Mailboxes(client, ttl_seconds=60)
    job = f"sb:{{catchup:{stack.slack.workspace.team_id}}}:job"
    within(lambda: stack.slack.events_under_way == 0 and not client.exists(job), "nothing left to look at", 60)
    within(lambda: boxes.waiting() == 0, "nothing left to answer", 60)
    client.close()


def leave(stack: Stack) -> None:
    """Kill every listener, and let more time pass than Slack bridges."""
    for web in stack.web:
        web.kill()
    within(lambda: stack.slack.connections == 0, "no connection")
    client = connect(stack.redis_url)
    heard = f"sb:{{catchup:{stack.slack.workspace.team_id}}}:heard"
    client.set(heard, int(client.get(heard) or b"0") - 60_000)
    client.close()


def come_back(stack: Stack) -> None:
    for web in stack.web:
        web.start()
    stack.wait_until_ready()


def missed(stack: Stack, channel: str, user: str, text: str, thread_ts: str | None = None) -> str:
    """Say something that is never brought to the app."""
    ts = stack.slack.say(channel, user, text, thread_ts)
    within(lambda: stack.slack.events_under_way == 0, "given up by Slack")
    return ts


def answers(stack: Stack, channel: str, thread_ts: str) -> list[Message]:
    return replies(stack, thread_ts, channel)


def test_mentions_messages_and_follow_ups_of_the_silence_are_answered_once(stack: Stack) -> None:
    root = ask(stack, "before the silence")
    answer(stack, root)
    leave(stack)
    follow_up = missed(stack, CHANNEL, GRACE, "and what about me?", root)
    mention = missed(stack, GENERAL, LINUS, f"{stack.slack.mention} is the VPN down?")
    direct = missed(stack, ADAS_DM, ADA, "are you there?")
    people = missed(stack, GENERAL, ADA, "lunch?")

    come_back(stack)

    answer(stack, root, number=2)
    answer(stack, mention, channel=GENERAL)
    answer(stack, direct, channel=ADAS_DM)
    rests(stack)
    turns = [(message.metadata or {})["event_payload"]["turn"] for message in answers(stack, CHANNEL, root)]
    assert turns == [root, follow_up]
    assert len(answers(stack, GENERAL, mention)) == len(answers(stack, ADAS_DM, direct)) == 1
    assert answers(stack, GENERAL, people) == []


def test_what_was_answered_before_is_not_answered_again_even_by_a_memory_that_was_lost(stack: Stack) -> None:
    asked = [ask(stack, f"number {number}", channel=GENERAL) for number in range(2)]
    for ts in asked:
        answer(stack, ts, channel=GENERAL)
    rests(stack)
    leave(stack)
    connect(stack.redis_url).flushall()
    new = missed(stack, GENERAL, ADA, f"{stack.slack.mention} and now?")

    come_back(stack)

    answer(stack, new, channel=GENERAL)
    rests(stack)
    assert [len(answers(stack, GENERAL, ts)) for ts in (*asked, new)] == [1, 1, 1]


def test_what_is_older_than_an_hour_is_left(stack: Stack) -> None:
    leave(stack)
    old = missed(stack, GENERAL, ADA, f"{stack.slack.mention} long ago")
    new = missed(stack, GENERAL, ADA, f"{stack.slack.mention} just now")
    message = stack.slack.workspace.channel(GENERAL).messages.pop(old)
    message.ts = f"{float(old) - MORE_THAN_AN_HOUR:.6f}"
    place = stack.slack.workspace.channel(GENERAL)
    place.messages = {message.ts: message, **place.messages}
    connect(stack.redis_url).delete(f"sb:{{catchup:{stack.slack.workspace.team_id}}}:heard")

    come_back(stack)

    answer(stack, new, channel=GENERAL)
    rests(stack)
    assert answers(stack, GENERAL, message.ts) == []


def test_a_listener_that_dies_while_it_looks_leaves_the_rest_to_the_next(stack: Stack) -> None:
    leave(stack)
    asked = {
        channel: missed(stack, channel, ADA, f"{stack.slack.mention} in {channel}")
        for channel in (CHANNEL, GENERAL, "C0ONCALL0", "G0TRIAGE0", ADAS_DM)
    }
    reads = len(stack.slack.calls)
    come_back(stack)
    within(lambda: [c for c in stack.slack.calls[reads:] if c.method == "conversations.history"], "a first look")
    for web in stack.web:
        web.kill()

    come_back(stack)

    for channel, ts in asked.items():
        answer(stack, ts, channel=channel, seconds=60)
    rests(stack)
    assert [len(answers(stack, channel, ts)) for channel, ts in asked.items()] == [1] * 5
