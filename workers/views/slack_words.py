"""Slack's own signs in a text that is read elsewhere: people, channels and groups by name, never by an id. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from workers.person import SOMEBODY

LONGEST_NAME = 80

_ID = r"[UW](?=[A-Z]*[0-9])[A-Z0-9]{7,12}"
# As Slack writes it, and as the model is shown people and may write them.
_PERSON = re.compile(
    rf"<@(?P<id>[UW][A-Z0-9]{{1,30}})(?:\|(?P<label>[^<>\n]{{0,{LONGEST_NAME}}}))?>"
    rf"|(?<![\w@])@(?P<said>[^\n@<>()]{{1,{LONGEST_NAME}}}) \((?P<said_id>{_ID})\)"
    rf"|(?<![\w@])@(?P<bare_id>{_ID})(?![\w@])"
)
_CHANNEL = re.compile(r"<#[CG][A-Z0-9]{1,30}(?:\|(?P<name>[^<>\n]*))?>")
_EVERYBODY = re.compile(r"<!(?P<who>channel|here|everyone)(?:\|[^<>\n]*)?>")
_GROUP = re.compile(r"<!subteam\^\w+(?:\|@?(?P<name>[^<>\n]*))?>")
_DATE = re.compile(r"<!date\^[^<>|\n]*(?:\|(?P<words>[^<>\n]*))?>")
_LINK = re.compile(r"<(?P<address>(?:https?://|mailto:)[^\s<>|]+)(?:\|(?P<label>[^<>\n]*))?>")


def people_in(text: str) -> tuple[str, ...]:
    """Return the ids of the people whom a text names by id."""
    found = (match["id"] or match["said_id"] or match["bare_id"] for match in _PERSON.finditer(text))
    return tuple(dict.fromkeys(found))


def written(names: Iterable[str]) -> re.Pattern[str]:
    """Return what finds these names where they stand whole behind an `@`."""
    alternatives = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) or r"(?!)"
    return re.compile(rf"(?<![\w@./-])@(?P<name>{alternatives})(?![\w@]|[.-]\w)")


def by_name(text: str, names: Mapping[str, str] | None = None) -> str:
    """Return the text with a name for each id, of people by `names`; links stay as they are."""
    if "@" not in text and "<" not in text:
        return text
    known = names or {}

    def person(match: re.Match[str]) -> str:
        user_id = match["id"] or match["said_id"] or match["bare_id"]
        return f"@{known.get(user_id) or match['label'] or match['said'] or SOMEBODY}"

    text = _PERSON.sub(person, text)
    text = _CHANNEL.sub(lambda match: f"#{match['name']}" if match["name"] else "a channel", text)
    text = _EVERYBODY.sub(lambda match: f"@{match['who']}", text)
    text = _GROUP.sub(lambda match: f"@{match['name']}" if match["name"] else "a group", text)
    return _DATE.sub(lambda match: match["words"] or "", text)


def in_plain(text: str) -> str:
    """Return the text for a field that knows no markup: names for ids, and addresses behind their words."""
    return _LINK.sub(_address, by_name(text))


def _address(match: re.Match[str]) -> str:
    address = match["address"].removeprefix("mailto:")
    label = match["label"]
    return f"{label} ({address})" if label and label not in address else address
