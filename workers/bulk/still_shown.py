"""What of a digest may be told when it is told: days lie between that and the reading of its issues."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from workers.jira.gateway import JiraGateway
from workers.jira.reader import Reader
from workers.views.triage_digest import Entry

AT_ONCE = 100
"""As many as Jira's search gives at most."""


def still_shown(entries: Sequence[Entry], reader: Reader, jira: JiraGateway) -> list[Entry]:
    """Return those that may be shown here now, without duplicates that may not; raises JiraUnavailable."""
    keys = {key for entry in entries for key in (entry.key, entry.duplicate_of) if key}
    seen = seen_now(keys, reader, jira)
    shown = (_without_hidden_twin(entry, seen) for entry in entries if entry.key in seen)
    return [entry for entry in shown if entry.has_changes or entry.duplicate_of]


def seen_now(keys: Iterable[str], reader: Reader, jira: JiraGateway) -> frozenset[str]:
    """Return the keys of those issues that may be shown here now; raises JiraUnavailable."""
    wanted = sorted(set(keys))
    parts = [wanted[start : start + AT_ONCE] for start in range(0, len(wanted), AT_ONCE)]
    return frozenset(key for part in parts for key in jira.visible_keys(part, reader))


def _without_hidden_twin(entry: Entry, seen: Collection[str]) -> Entry:
    if entry.duplicate_of in seen:
        return entry
    return replace(entry, duplicate_of="", duplicate_summary="", duplicate_url="")
