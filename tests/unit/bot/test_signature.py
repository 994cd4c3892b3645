"""Slack's signature, by the example that Slack itself publishes."""

from __future__ import annotations

import pytest

from bot.signature import is_signed_by_slack

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = 1531420618
BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name="
    b"foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2F"
    b"hooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id="
    b"398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
HEADERS = {
    "X-Slack-Request-Timestamp": str(NOW),
    "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
}


def test_slacks_own_example_is_accepted() -> None:
    assert is_signed_by_slack(SECRET, HEADERS, BODY, NOW)


@pytest.mark.parametrize("late", [-301, 301])
def test_a_request_outside_the_replay_window_is_not(late: int) -> None:
    assert not is_signed_by_slack(SECRET, HEADERS, BODY, NOW + late)


def test_a_changed_body_is_not() -> None:
    assert not is_signed_by_slack(SECRET, HEADERS, BODY + b"x", NOW)
