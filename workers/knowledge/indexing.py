"""Reading the sources: only what changed, some documents at a time, by one worker for all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

from workers.errors import Misconfigured, StateUnavailable, SupportBotError
from workers.knowledge.report import Report, SourceReport
from workers.knowledge.values import Source, SourceAway, Unreadable
from workers.logs import get_logger
from workers.state.knowledge import KnowledgeStore
from workers.state.metrics import Metrics

AT_ONCE = 25
COUNTED = "supportbot_knowledge_documents_total"
MOST_NAMED = 10
"""So many documents that cannot be read are named in the report."""

log = get_logger(__name__)


class Stopped(Exception):
    """The reading was told to stop, or another worker does it now."""


class Indexer:
    """Reads all sources once; what one of them lacks holds up no other."""

    def __init__(
        self, store: KnowledgeStore, sources: Sequence[Source], metrics: Metrics, go_on: Callable[[], bool]
    ) -> None:
        """`go_on` is asked between some documents; False ends the reading, and the next one continues it."""
        self._store, self._sources, self._metrics, self._go_on = store, sources, metrics, go_on
        old = Report.of(store.report()) or Report()
        known = {each.name: each for each in old.sources}
        self._reports = {source.name: known.get(source.name) or SourceReport(source.name) for source in sources}

    def run(self) -> Report:
        """Bring the store up to date; raises StateUnavailable."""
        self._forget_others()
        try:
            for source in self._sources:
                self._read(source)
        except Stopped:
            log.info("knowledge_reading_stopped")
        report = self._report()
        self._store.save_report(asdict(report))
        return report

    def _read(self, source: Source) -> None:
        """Read one source; one that is away keeps what is known of it."""
        began, trouble = time.time(), ""
        try:
            self._update(source)
        except (SourceAway, Unreadable) as error:
            trouble = str(error)
        except Misconfigured as error:
            trouble = error.operator_message
        except (StateUnavailable, Stopped):
            raise
        except SupportBotError as error:
            trouble = f"it does not answer ({error})"
        except Exception:
            log.exception("knowledge_source_broke", source=source.name)
            trouble = "reading it failed; the log says where"
        if trouble:
            log.warning("knowledge_source_away", source=source.name, why=trouble)
        read_at = self._reports[source.name].read_at if trouble else began
        self._note(source, to_read=0, trouble=trouble, read_at=read_at)

    def _update(self, source: Source) -> None:
        known = self._store.versions(source.prefix)
        listed: dict[str, str] = {}
        for each in source.listed():
            listed[each.id] = each.version
            self._check(len(listed))
        gone = [document_id for document_id in known if document_id not in listed]
        self._store.change({}, gone)
        self._count(len(gone), "removed")
        changed = [document_id for document_id, version in listed.items() if known.get(document_id) != version]
        for start in range(0, len(changed), AT_ONCE):
            self._note(source, to_read=len(changed) - start)
            self._take(source, changed[start : start + AT_ONCE], listed)
            self._check(AT_ONCE)

    def _take(self, source: Source, ids: list[str], versions: dict[str, str]) -> None:
        """Read some documents and store what came of them, in one step."""
        put: dict[str, tuple[str, Any]] = {}
        gone: list[str] = []
        problems: dict[str, tuple[str, str]] = {}
        for document_id, found in source.read(ids):
            if found is None:
                gone.append(document_id)
            elif isinstance(found, Unreadable):
                problems[document_id] = (versions[document_id], str(found))
            else:
                put[document_id] = (versions[document_id], found.model_dump(mode="json"))
        self._store.change(put, gone, problems)
        for count, outcome in ((len(put), "read"), (len(gone), "removed"), (len(problems), "unreadable")):
            self._count(count, outcome)

    def _forget_others(self) -> None:
        """Drop what comes from sources that are in the settings no more."""
        prefixes = tuple(source.prefix for source in self._sources)
        others = [key for key in self._store.versions("") if not key.startswith(prefixes or ("\0",))]
        self._store.change({}, others)

    def _check(self, count: int) -> None:
        if count % AT_ONCE == 0 and not self._go_on():
            raise Stopped

    def _note(self, source: Source, **changed: Any) -> None:
        problems = self._store.problems(source.prefix)
        total = len(self._store.versions(source.prefix))
        counts: dict[str, Any] = {"documents": total - len(problems), "unreadable": len(problems)}
        self._reports[source.name] = replace(self._reports[source.name], **counts, **changed)
        self._store.save_report(asdict(self._report()))

    def _report(self) -> Report:
        return Report(tuple(self._reports.values()), tuple(self._named())[:MOST_NAMED])

    def _named(self) -> Iterator[tuple[str, str]]:
        for document_id, why in sorted(self._store.problems().items()):
            yield document_id.split(":", 2)[-1], why

    def _count(self, count: int, outcome: str) -> None:
        if count:
            self._metrics.count(COUNTED, count, outcome=outcome)
