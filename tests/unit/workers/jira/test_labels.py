"""Labels as people type them into a form."""

from __future__ import annotations

import pytest

from workers.jira.forms import labels_of


@pytest.mark.parametrize(
    ("typed", "labels"),
    [
        ("printing, floor 3", ["printing", "floor-3"]),
        ("printing floor3", ["printing", "floor3"]),
        (" vpn ,, office  wi fi,", ["vpn", "office-wi-fi"]),
        ("", []),
        (None, []),
        (["vpn", "wifi"], ["vpn", "wifi"]),
    ],
)
def test_what_stands_between_commas_is_one_label(typed: object, labels: list[str]) -> None:
    assert labels_of(typed) == labels
