"""Pure: what happened to an issue and which files hang on it; what is optional in Jira's answer may be missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workers.jira.reading import moment
from workers.jira.values import IssueEvent, IssueFile

Raw = dict[str, Any]

TELL_OF_OTHERS = frozenset(
    {
        "comment", "link", "remoteissuelink", "remoteworkitemlink", "epic link", "epic child", "parent",
        "issueparentassociation", "security", "workid", "worklogid",
    }
)  # fmt: skip
"""Fields whose old and new values name other issues, or what not all who see the issue may read."""
LONG_FIELDS = frozenset({"description", "environment"})
LONGEST_VALUE = 100


def events_of(raw: Raw) -> tuple[IssueEvent, ...]:
    """Return what was changed, newest first."""
    histories = (raw.get("changelog") or {}).get("histories") or ()
    rows = sorted(histories, key=lambda each: str(each.get("created") or ""), reverse=True)
    events = [IssueEvent(_name(row.get("author")), moment(row.get("created")), tuple(_changes(row))) for row in rows]
    return tuple(event for event in events if event.changes)


def files_of(raw: Raw) -> tuple[IssueFile, ...]:
    """Return the files on an issue, newest first."""
    rows = raw["fields"].get("attachment") or ()
    files = (
        IssueFile(str(row["filename"]), int(row.get("size") or 0), _name(row.get("author")), moment(row.get("created")))
        for row in rows
    )
    return tuple(sorted(files, key=lambda each: str(each.created or ""), reverse=True))


def _changes(row: Raw) -> Iterator[str]:
    for item in row.get("items") or ():
        name = str(item.get("field") or "")
        if name.casefold() in TELL_OF_OTHERS:
            continue
        if name.casefold() in LONG_FIELDS:
            yield f"{name} rewritten"
        else:
            yield f"{name}: {_short(item.get('fromString'))} → {_short(item.get('toString'))}"


def _short(value: Any) -> str:
    words = " ".join(str(value or "none").split())
    return words if len(words) <= LONGEST_VALUE else words[: LONGEST_VALUE - 1] + "…"


def _name(raw: Any) -> str:
    return str((raw or {}).get("displayName") or (raw or {}).get("name") or "unknown")
