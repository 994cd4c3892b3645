"""When a channel's quiet hours are on, in its own time zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from workers.policy import ChannelSettings

NIGHT = {"quiet_from": "22:00", "quiet_until": "08:00"}
NOON = {"quiet_from": "12:00", "quiet_until": "13:00"}
BERLIN, NEW_YORK = {"time_zone": "Europe/Berlin"}, {"time_zone": "America/New_York"}


def at(clock: str, day: str = "2026-11-25") -> datetime:
    """Return a moment, given in UTC."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "now", "is_quiet"),
    [
        ({}, at("03:00"), False),
        ({"quiet_from": "22:00"}, at("23:00"), False),
        (NOON, at("11:59:59"), False),
        (NOON, at("12:00"), True),
        (NOON, at("12:59:59"), True),
        (NOON, at("13:00"), False),
        (NIGHT, at("21:59:59"), False),
        (NIGHT, at("22:00"), True),
        (NIGHT, at("23:59:59"), True),
        (NIGHT, at("00:00"), True),
        (NIGHT, at("07:59:59"), True),
        (NIGHT, at("08:00"), False),
        (NIGHT | BERLIN, at("20:59"), False),
        (NIGHT | BERLIN, at("21:00"), True),
        (NIGHT | BERLIN, at("07:00"), False),
        # In summer Berlin is two hours ahead.
        (NIGHT | BERLIN, at("20:00", "2026-07-01"), True),
        (NIGHT | BERLIN, at("06:00", "2026-07-01"), False),
        (NIGHT | NEW_YORK, at("02:59"), False),
        (NIGHT | NEW_YORK, at("03:00"), True),
        (NIGHT | NEW_YORK, at("12:59"), True),
        # A zone that is not known here is UTC.
        (NIGHT | {"time_zone": "Atlantis/Main"}, at("22:00"), True),
        # From an hour to the same hour is no time at all.
        ({"quiet_from": "09:00", "quiet_until": "09:00"}, at("09:00"), False),
    ],
)
def test_quiet_hours_are_on_between_two_times_of_the_channels_clock(
    given: dict[str, str], now: datetime, is_quiet: bool
) -> None:
    settings = ChannelSettings.model_validate(given)
    assert settings.is_quiet(now) is is_quiet
    assert settings.wants_mention(now) is is_quiet


def test_where_only_mentions_are_answered_it_needs_no_quiet_hours_for_that() -> None:
    assert ChannelSettings(needs_mention=True).wants_mention(at("12:00"))
