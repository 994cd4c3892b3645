"""The two events of a mention are dispatched once, and only those two are taken for one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from slack_bolt.response import BoltResponse

from bot.twins import Twins, mention_key

BOT = "U0BOT"


def body(**event: Any) -> dict[str, Any]:
    said = {"type": "message", "channel": "C1", "ts": "1.5", "text": f"<@{BOT}> the export hangs"}
    return {"type": "event_callback", "team_id": "T1", "event": {**said, **event}}


def answered(status: int) -> tuple[list[tuple[BoltResponse, bool]], int]:
    """Send both events while the first is at work; return their answers and how often they were dispatched."""
    dispatched = 0

    async def dispatch() -> BoltResponse:
        nonlocal dispatched
        dispatched += 1
        await asyncio.sleep(0)
        return BoltResponse(status=status)

    async def both() -> list[tuple[BoltResponse, bool]]:
        twins = Twins()
        key = mention_key(body(), BOT)
        return await asyncio.gather(*(twins.dispatched(key, dispatch) for _ in range(2)))

    return asyncio.run(both()), dispatched


def test_both_events_of_a_mention_have_one_key() -> None:
    assert mention_key(body(type="app_mention"), BOT) == mention_key(body(type="message"), BOT) == ("T1", "C1", "1.5")


@pytest.mark.parametrize(
    "other",
    [
        body(text="no call, which `message` may ignore and `app_mention` may not"),
        body(text="<@U0ADA> hello"),
        body(edited={"ts": "2.0"}),
        body(hidden=True),
        body(subtype="me_message"),
        body(subtype="bot_message"),
        body(type="reaction_added"),
        body(subtype="message_changed", text=None, message={"text": f"<@{BOT}> new"}),
        body(ts=None),
        body(channel=""),
        {"type": "event_callback", "event": "nonsense"},
        {},
    ],
)
def test_what_may_mean_something_else_has_none(other: dict[str, Any]) -> None:
    assert mention_key(other, BOT) is None


def test_nobody_is_called_while_the_bot_does_not_know_its_name() -> None:
    assert mention_key(body(), "") is None


@pytest.mark.parametrize("status", [200, 503])
def test_the_second_event_gets_the_answer_of_the_first(status: int) -> None:
    answers, dispatched = answered(status)

    assert dispatched == 1
    assert [(response.status, is_twin) for response, is_twin in answers] == [(status, False), (status, True)]


def test_an_event_that_comes_later_is_dispatched_again() -> None:
    async def dispatch() -> BoltResponse:
        return BoltResponse(status=200)

    async def one_after_the_other() -> list[bool]:
        twins = Twins()
        return [(await twins.dispatched(("T1", "C1", "1.5"), dispatch))[1] for _ in range(2)]

    assert asyncio.run(one_after_the_other()) == [False, False]
