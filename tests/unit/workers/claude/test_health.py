"""When a model counts as gone, and when as going."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from workers.claude.health import SOON_DAYS, ModelState


@pytest.mark.parametrize(
    ("lifecycle", "days", "soon", "gone"),
    [
        ("active", None, False, False),
        ("active", SOON_DAYS + 1, False, False),
        ("deprecated", SOON_DAYS - 1, True, False),
        ("deprecated", -1, True, True),
        ("retired", None, False, True),
    ],
)
def test_a_model_goes_in_the_last_two_months(lifecycle: str, days: int | None, *, soon: bool, gone: bool) -> None:
    retires = None if days is None else datetime.now(UTC) + timedelta(days=days)
    state = ModelState(lifecycle, retires)

    assert (state.retires_soon, state.is_gone) == (soon, gone)
