from __future__ import annotations

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.slack import SlackStandIn
from sandbox.slack.clock import Clock
from sandbox.slack.limits import Limits

SUPPORT = "C0SUPPORT"


def test_one_channel_takes_one_post_a_second_and_another_channel_takes_its_own(
    client: WebClient, slack: SlackStandIn
) -> None:
    client.chat_postMessage(channel=SUPPORT, text="one")
    client.chat_postMessage(channel="C0GENERAL", text="one")
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=SUPPORT, text="two")

    assert caught.value.response.status_code == 429
    assert caught.value.response["error"] == "ratelimited"
    assert caught.value.response.headers["Retry-After"] == "1"
    assert [(r.method, r.channel) for r in slack.limits.refused] == [("chat.postMessage", SUPPORT)]
    assert slack.calls[-1].outcome == "ratelimited"
    slack.clock.advance(1)
    client.chat_postMessage(channel=SUPPORT, text="two")


def test_a_word_to_one_person_is_no_part_of_a_channels_one_post_a_second(client: WebClient) -> None:
    client.chat_postMessage(channel=SUPPORT, text="one")
    hints = [client.chat_postEphemeral(channel=SUPPORT, user="U0ADA0001", text=str(n))["ok"] for n in range(3)]

    assert hints == [True] * 3


def test_any_sixty_seconds_hold_no_more_calls_than_the_tier() -> None:
    clock = Clock()
    limits = Limits(clock)

    assert [limits.take("chat.update", SUPPORT) for _ in range(30)] == [None] * 30
    clock.advance(40)
    assert [limits.take("chat.update", SUPPORT) for _ in range(20)] == [None] * 20
    wait = limits.take("chat.update", SUPPORT)
    assert wait is not None
    assert 18 <= wait <= 20
    clock.advance(20)
    assert [limits.take("chat.update", SUPPORT) for _ in range(30)] == [None] * 30
    assert limits.take("chat.update", SUPPORT) is not None


@pytest.mark.parametrize(
    ("method", "tier"),
    [
        ("chat.startStream", 20),
        ("chat.stopStream", 20),
        ("chat.appendStream", 100),
        ("chat.update", 50),
        ("chat.postEphemeral", 100),
        ("conversations.replies", 50),
        ("users.info", 100),
        ("views.open", 100),
        ("agents.sessions.setStatus", 50),
    ],
)
def test_the_documented_tiers_are_on_by_default(method: str, tier: int) -> None:
    limits = Limits(Clock())

    taken = [limits.take(method, None) for _ in range(tier + 1)]

    assert taken[:-1] == [None] * tier
    assert taken[-1] is not None


def test_the_switch_turns_all_limits_off(client: WebClient, slack: SlackStandIn) -> None:
    slack.limits.enabled = False

    answers: list[Any] = [client.chat_postMessage(channel=SUPPORT, text=str(n))["ok"] for n in range(3)]

    assert answers == [True] * 3


def test_an_app_outside_the_marketplace_reads_one_short_page_a_minute(client: WebClient, slack: SlackStandIn) -> None:
    slack.limits.restrict_history()
    root = slack.say(SUPPORT, "ada", "root")
    for n in range(20):
        slack.say(SUPPORT, "ada", str(n), thread_ts=root)

    assert len(client.conversations_replies(channel=SUPPORT, ts=root)["messages"]) == 15
    with pytest.raises(SlackApiError) as caught:
        client.conversations_replies(channel=SUPPORT, ts=root)
    assert caught.value.response.status_code == 429
