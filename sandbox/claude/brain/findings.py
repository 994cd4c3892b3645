"""Reads what tools answered: issues in lists, fields with their allowed values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.claude.brain.reading import KEY

_URL = re.compile(r"https?://[^\s)>\]|\"']+")
_ADDRESS = re.compile(r"https?://\S*<key>")
_FIELD = re.compile(
    r"^\W*(?:(?:required|missing|optional|field)\W+)*(?P<name>[A-Z][A-Za-z0-9 /-]{1,40}?)[`'\"*]*\s*"
    r"(?:\((?P<note>[^()]*)\)\W*|[:=\u2013\u2014]\s*|(?:is required|is missing|must be set|needs a value)\W*)"
    r"(?P<values>.*)$"
)
_NOISE = ("@", "upd", "unassigned", "no priority")
_NO_FIELD = re.compile(
    r"(?:required|optional|missing|fields?|jira|issue|types?|the|this|these|please|allowed|ask|call|projects?|one|summary"
    r"|description|priority|labels?|reporter|assignee|parent|attachment|note|use|send)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Finding:
    """One issue that a search found."""

    key: str
    about: str
    url: str | None

    def as_item(self) -> str:
        """Return the issue as an item of a Markdown list."""
        name = f"[{self.key}]({self.url})" if self.url else f"**{self.key}**"
        return f"- {name}: {self.about}" if self.about else f"- {name}"


def issues_in(result: str) -> list[Finding]:
    """Return the issues that a result lists, one per line or per JSON object."""
    found: dict[str, Finding] = {}
    pattern = _ADDRESS.search(result)
    for key, line in _lines_with_keys(result):
        url = next((match for match in _URL.findall(line) if key in match), None)
        if url is None and pattern:
            url = pattern[0].replace("<key>", key)
        about = _about(line, key)
        if key not in found and about:
            found[key] = Finding(key, about, url)
    return list(found.values())


def _lines_with_keys(result: str) -> Iterator[tuple[str, str]]:
    try:
        parsed = json.loads(result)
    except ValueError:
        for line in result.splitlines():
            match = KEY.search(line)
            # A key far into a line is mentioned there; the line is about another thing.
            if match and match.start() < 60:
                yield match[0], line
        return
    listed = parsed.get("issues", [parsed]) if isinstance(parsed, dict) else parsed
    for issue in listed if isinstance(listed, list) else ():
        if isinstance(issue, dict) and issue.get("key"):
            yield str(issue["key"]), _flat(issue)


def _flat(issue: dict[str, Any]) -> str:
    members = ("key", "type", "issue_type", "status", "priority", "url", "summary")
    return " | ".join(str(issue[name]) for name in members if issue.get(name))


def _about(line: str, key: str) -> str:
    """Return the line without key and address: the summary first, then the short facts."""
    plain = _URL.sub("", line).replace(key, "", 1)
    parts = [part.strip(" -*[]()<>:·") for part in re.split(r"\s*\|\s*|\t", plain)]
    parts = [part for part in parts if part]
    if not parts:
        return ""
    if len(parts) == 1:
        return parts[0]
    # In a line of columns the summary comes last, behind the age, or else it is the longest one.
    summary = parts[-1] if any(part.startswith("upd") for part in parts[:-1]) else max(parts, key=len)
    facts = [part for part in parts if part != summary and not part.startswith(_NOISE)]
    return f"{summary} ({', '.join(facts)})" if facts else summary


def fields_in(result: str) -> dict[str, list[str]]:
    """Return the fields that a result names together with allowed values, by display name."""
    try:
        return dict(_fields_of_json(json.loads(result)))
    except ValueError:
        pass
    fields: dict[str, list[str]] = {}
    for line in re.split(r"\n|;\s+|(?<=[a-z)])\.\s+", result):
        match = _FIELD.match(line.strip())
        if not match or _NO_FIELD.match(match["name"]):
            continue
        values = _values(match["values"]) or _values(match["note"] or "")
        if len(values) > 1:
            fields.setdefault(match["name"].strip(), values)
    return fields


def wanted_in(error: str) -> dict[str, list[str]]:
    """Return the fields that an error asks for, by display name; without values if any text will do."""
    listed = re.findall(r"^[-*] ([^:\n]+): (.+)$", error, re.MULTILINE)
    return {name.strip(): [] for name, _ in listed if not _NO_FIELD.match(name)} | fields_in(error)


def _values(listed: str) -> list[str]:
    listed = re.sub(r"^.*?\b(?:one of|allowed(?: values)?|choose|options|values)\b\W*", "", listed, flags=re.IGNORECASE)
    parts = re.split(r"\s*[,|]\s*(?:or\s+)?|\s+or\s+", listed.strip(" .:()[]"))
    values = [part.strip(" .`'\"*[]()") for part in parts]
    return [value for value in values if value and len(value) <= 60 and value.lower() not in ("required", "select")]


def _fields_of_json(parsed: Any) -> Iterator[tuple[str, list[str]]]:
    if isinstance(parsed, list):
        for part in parsed:
            yield from _fields_of_json(part)
    elif isinstance(parsed, dict):
        name, allowed = (
            parsed.get("name"),
            parsed.get("allowed") or parsed.get("allowed_values") or parsed.get("options"),
        )
        if isinstance(name, str) and isinstance(allowed, list):
            yield name, [str(value.get("name") or value.get("value")) if isinstance(value, dict) else str(value)
                         for value in allowed]  # fmt: skip
        for part in parsed.values():
            yield from _fields_of_json(part)
