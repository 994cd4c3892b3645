"""Earlier turns as one person may have them used: what was shown to somebody, or once, is not for all and ever."""

from __future__ import annotations

from collections.abc import Sequence

from workers.errors import JiraRefused, JiraUnavailable, Misconfigured
from workers.jira.gateway import JiraGateway
from workers.jira.reader import Reader
from workers.knowledge.library import Library
from workers.logs import get_logger
from workers.rounds import HistoryEntry

log = get_logger(__name__)


def usable_history(
    entries: Sequence[HistoryEntry], reader: Reader, jira: JiraGateway, library: Library | None
) -> list[HistoryEntry]:
    """Leave out the turns whose tools read an issue that this person may not be shown here now, or a closed document.

    While Jira does not say, what other people were shown is left out, and what this person was shown stays.
    """
    entries = _with_open_documents(entries, library)
    keys = dict.fromkeys(key for entry in entries for key in entry.issue_keys)
    if not keys:
        return list(entries)
    try:
        seen = jira.visible_keys(keys, reader)
    except (JiraUnavailable, JiraRefused, Misconfigured) as error:
        log.info("rights_unknown", cause=type(error).__name__)
        return [entry for entry in entries if not entry.issue_keys or _is_own(entry, reader)]
    usable = [entry for entry in entries if seen.issuperset(entry.issue_keys)]
    if len(usable) < len(entries):
        log.info("turns_left_out", number=len(entries) - len(usable))
    return usable


def _with_open_documents(entries: Sequence[HistoryEntry], library: Library | None) -> list[HistoryEntry]:
    """Leave out the turns that rest on a page or file that was closed, or taken away, since."""
    ids = dict.fromkeys(each for entry in entries for each in entry.document_ids)
    there = library.there(ids) if ids and library else frozenset()
    usable = [entry for entry in entries if there.issuperset(entry.document_ids)]
    if len(usable) < len(entries):
        log.info("turns_left_out", number=len(entries) - len(usable))
    return usable


def _is_own(entry: HistoryEntry, reader: Reader) -> bool:
    """Return whether only this person asked; a summary may stand for turns of several."""
    return entry.asker_id == reader.user_id and not entry.is_summary
