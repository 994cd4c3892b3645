""".env.example names every setting, each with a word on it and its true default."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from workers.settings import BotSettings, WorkerSettings

LINES = (Path(__file__).parents[2] / ".env.example").read_text().splitlines()
SETTING = re.compile(r"^(#?)([A-Z][A-Z0-9_]+)=(.*)$")
FIELDS: dict[str, Any] = {
    name.upper(): field for kind in (BotSettings, WorkerSettings) for name, field in kind.model_fields.items()
}
SHOWN = {match[2]: match for line in LINES if (match := SETTING.match(line))}


def test_it_names_every_setting_and_no_other() -> None:
    assert SHOWN.keys() == FIELDS.keys()


def test_every_setting_has_a_comment_above_it() -> None:
    for place, line in enumerate(LINES):
        if SETTING.match(line):
            assert LINES[place - 1].startswith("#"), line


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_a_value_that_is_shown_is_the_default(name: str) -> None:
    field, (_, _, value) = FIELDS[name], SHOWN[name].groups()
    if not value:
        assert field.is_required() or field.default in (None, ())
    else:
        assert str(field.default) == value


def test_only_what_must_be_filled_in_stands_without_a_comment_sign() -> None:
    bare = {name for name, match in SHOWN.items() if not match[1]}
    required = {name for name, field in FIELDS.items() if field.is_required()}
    assert required <= bare
    assert all(not SHOWN[name][3] for name in bare)
