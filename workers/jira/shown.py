"""Pure: what a field holds in Jira becomes what a person reads of it, and can be compared with what it shall hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from workers.jira.screen import CHILD, is_sprint
from workers.records import FieldSpec, FieldValue

NAMES = ("displayName", "value", "name", "key", "emailAddress", "id")
SPRINT_NAME = re.compile(r"[\[,]name=(.*?)(?:,\w+=|\]$)")
"""In the text that older servers make of a sprint."""
ReadText = Callable[[Any], str]


def shown(
    spec: FieldSpec, raw: Any, read_text: ReadText, accounts: Mapping[str, str] = MappingProxyType({})
) -> FieldValue:
    """Return a wire value in words: texts for a list, an empty text for nothing.

    `accounts` says for whom names stand: a namesake gets another one.
    """
    if isinstance(raw, list):
        return tuple(filter(None, (_one(spec, each, read_text, accounts) for each in raw)))
    return _one(spec, raw, read_text, accounts)


def normal(spec: FieldSpec, value: FieldValue) -> tuple[str, ...]:
    """Return a value in the form in which two that mean the same are equal."""
    words = (value,) if isinstance(value, str) else tuple(value)
    found = [_same(spec, word) for word in words if word.strip()]
    return tuple(sorted(found)) if spec.schema_type == "array" else tuple(found)


def in_words(value: FieldValue) -> str:
    """Return a value as one text."""
    return value if isinstance(value, str) else ", ".join(value)


def _one(spec: FieldSpec, raw: Any, read_text: ReadText, accounts: Mapping[str, str]) -> str:
    if raw is None or isinstance(raw, bool):
        return "" if raw is None else str(raw).lower()
    if spec.kind == "paragraph":
        return read_text(raw)
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    if not isinstance(raw, dict):
        sprint = SPRINT_NAME.search(str(raw)) if is_sprint(spec) else None
        return sprint[1] if sprint else str(raw)
    name = next((str(raw[member]) for member in NAMES if raw.get(member)), "")
    if spec.kind == "user" and accounts:
        return _person(raw, name, accounts)
    child = raw.get("child")
    return f"{name}{CHILD}{_one(spec, child, read_text, accounts)}" if isinstance(child, dict) else name


def _person(raw: dict[str, Any], name: str, accounts: Mapping[str, str]) -> str:
    account = str(raw.get("accountId") or raw.get("name") or "")
    known = next((each for each, its in accounts.items() if its == account), "")
    is_namesake = bool(account) and not known and name in accounts
    return f"{name} ({raw.get('emailAddress') or 'another account'})" if is_namesake else known or name


def _same(spec: FieldSpec, word: str) -> str:
    if spec.kind == "datetime":
        try:
            moment = datetime.fromisoformat(word)
        except ValueError:
            return word
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="minutes")
    if spec.kind == "number":
        try:
            return repr(float(word))
        except ValueError:
            return word
    return "\n".join(" ".join(line.split()) for line in word.split("\n")).strip()
