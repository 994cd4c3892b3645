"""Pure: one given value becomes what its field takes, or a sentence that says what the field would take."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from difflib import SequenceMatcher
from typing import Any

from workers.jira.adf_inline import is_safe
from workers.jira.screen import CHILD, is_sprint, is_strange_list
from workers.records import FieldOption, FieldSpec, FieldValue
from workers.views.form_fields import issue_key_in, takes_issue

MOST_OPTIONS_SHOWN = 25
LONGEST_LINE = 255
MEMBERS = ("value", "name", "id", "key", "accountId", "emailAddress", "displayName")
"""Where a value lies if Jira's own shape was given instead of a text."""
ORGANIZATION = "sd-customerorganization"
SEPARATORS = re.compile(r"[,;\n]")
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:(?:,\d{3})+|(?:[ \u00a0\u202f]\d{3})+)(?:\.\d+)?")
"""A number with its thousands set apart, as in 1,200.5 and 1 200."""
THOUSANDS = re.compile(r"[, \u00a0\u202f]")
DECIMAL_COMMA = re.compile(r"^([+-]?\d+),(\d+)$")
"""Half of Europe writes 1,5."""


class BadValue(ValueError):
    """A value that the field cannot take; its text names the field and what it takes."""


def value_of(spec: FieldSpec, value: Any) -> FieldValue:
    """Return the value as text or texts that the field takes; raises BadValue."""
    given = words(value)
    if is_strange_list(spec):
        return _numbers(spec, given)
    if spec.kind in ("multi_select", "labels"):
        return LISTS[spec.kind](spec, given)
    if spec.kind == "user" and spec.schema_type == "array":
        return tuple(_user(spec, word) for word in _split(given))
    if spec.kind == "paragraph":
        return "\n".join(given)
    if len(given) != 1:
        raise BadValue(f"{spec.name} takes one value, not {len(given)}")
    return SINGLE.get(spec.kind, _any)(spec, given[0])


def words(value: Any) -> list[str]:
    """Return what was given as a list of texts without empty ones."""
    if value is None:
        return []
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, dict):
        own, below = words(next((value[member] for member in MEMBERS if value.get(member)), None)), value.get("child")
        # The second level of a value in two steps stands within the first.
        return [CHILD.join([*own, *words(below)])] if own and below else own
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [word for each in value for word in words(each)]
    text = str(value).strip()
    return [text] if text else []


def options_text(spec: FieldSpec, near: str = "", most: int = MOST_OPTIONS_SHOWN) -> str:
    """Return allowed values in words, those like `near` first when not all can be shown; empty if any is allowed."""
    options = list(spec.options)
    if near and len(options) > most:
        options.sort(key=lambda option: -SequenceMatcher(None, near.casefold(), option.name.casefold()).ratio())
    names = [option.name for option in options[:most]]
    shown = ("; " if any("," in name for name in names) else ", ").join(names)
    more = max(spec.options_total, len(options)) - most
    return f"{shown} and {more} more" if shown and more > 0 else shown


def option_named(spec: FieldSpec, name: str) -> FieldOption | None:
    """Return the option of this name, in any case, or of this id."""
    wanted = name.strip().casefold()
    by_name = (option for option in spec.options if option.name.casefold() == wanted)
    return next(by_name, None) or next((option for option in spec.options if option.id == name.strip()), None)


def _option(spec: FieldSpec, word: str) -> str:
    option = option_named(spec, word)
    if option:
        return option.name
    if not spec.options or spec.options_total > len(spec.options):
        return word  # Jira knows more values than were read, and will judge.
    raise BadValue(f"{spec.name}: {_short(word)!r} is not one of {options_text(spec, word)}")


def _options(spec: FieldSpec, given: list[str]) -> tuple[str, ...]:
    found = [each for word in given for each in _apart(spec, word)]
    return tuple(dict.fromkeys(_option(spec, word) for word in found))


def _apart(spec: FieldSpec, word: str) -> list[str]:
    """Return the values that a word names: one with a comma in it is torn apart only if that makes known ones."""
    if option_named(spec, word):
        return [word]
    parts = _split([word])
    is_cut = spec.options_total > len(spec.options)
    return [word] if is_cut and not all(option_named(spec, part) for part in parts) else parts


def _numbers(spec: FieldSpec, given: list[str]) -> tuple[str, ...]:
    """Return the numbers of organizations; of other things the name is not enough, and where to look it up differs."""
    numbers = tuple(_split(given))
    if spec.items_type != ORGANIZATION:
        raise BadValue(f"{spec.name} can't be filled in by me; leave it out, a person can do it in Jira")
    if not all(number.isdecimal() for number in numbers):
        raise BadValue(f"{spec.name} takes the numbers of organizations, not their names")
    return numbers


def _labels(_spec: FieldSpec, given: list[str]) -> tuple[str, ...]:
    labels = ("-".join(word.split())[:LONGEST_LINE] for word in _split(given))
    return tuple(dict.fromkeys(labels))


def _split(given: Iterable[str]) -> list[str]:
    return [word.strip() for each in given for word in SEPARATORS.split(each) if word.strip()]


def _text(spec: FieldSpec, word: str) -> str:
    if takes_issue(spec):
        return _issue_key(spec, word)
    line = " ".join(word.split())
    if is_sprint(spec) and not line.isdigit():
        raise BadValue(f"{spec.name} takes the number of a sprint, not {_short(word)!r}")
    if len(line) > LONGEST_LINE:
        raise BadValue(f"{spec.name} takes at most {LONGEST_LINE} characters")
    return line


def _issue_key(spec: FieldSpec, word: str) -> str:
    found = issue_key_in(word)
    if not found:
        raise BadValue(f"{spec.name} takes the key of an issue such as OPS-12, not {_short(word)!r}")
    return found


def _number(spec: FieldSpec, word: str) -> str:
    try:
        number = float(THOUSANDS.sub("", word) if GROUPED.fullmatch(word) else DECIMAL_COMMA.sub(r"\1.\2", word))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadValue(f"{spec.name} takes a number, not {_short(word)!r}")
    return str(int(number)) if number.is_integer() else str(number)


def _date(spec: FieldSpec, word: str) -> str:
    try:
        return date.fromisoformat(word[:10]).isoformat()
    except ValueError:
        raise BadValue(f"{spec.name} takes a date such as 2026-01-31, not {_short(word)!r}") from None


def _datetime(spec: FieldSpec, word: str) -> str:
    try:
        moment = datetime.fromisoformat(word)
    except ValueError:
        raise BadValue(
            f"{spec.name} takes a date and time such as 2026-01-31T14:30+01:00, not {_short(word)!r}"
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


def _url(spec: FieldSpec, word: str) -> str:
    if not is_safe(word) or len(word) > LONGEST_LINE:
        raise BadValue(f"{spec.name} takes a web address")
    return word


def _user(_spec: FieldSpec, word: str) -> str:
    return word.removeprefix("mailto:")


def _any(_spec: FieldSpec, word: str) -> str:
    return word


def _short(word: str) -> str:
    return word if len(word) <= 60 else word[:59] + "…"


SINGLE: dict[str, Callable[[FieldSpec, str], str]] = {
    "text": _text,
    "number": _number,
    "date": _date,
    "datetime": _datetime,
    "select": _option,
    "user": _user,
    "url": _url,
}
LISTS: dict[str, Callable[[FieldSpec, list[str]], tuple[str, ...]]] = {"multi_select": _options, "labels": _labels}
