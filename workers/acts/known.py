"""What admins are told of the reading of documents: of each source how much, when, and what is left out and why."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePath

from workers.acts.services import ActServices
from workers.knowledge.report import Report, SourceReport, shares, summary
from workers.views.limits import cut_escaped

LONGEST_NAME, LONGEST_REASON = 80, 160
NOT_YET = "They are not read yet; a worker reads them when it starts."


def known_line(services: ActServices) -> str:
    """Return how far the reading is in one line; empty where there is nothing to read."""
    if services.documents is None:
        return ""
    report = Report.of(services.documents.report())
    told = f"{summary(report, time.time())}; more is on my App Home." if report else NOT_YET
    return f"Documents that I search: {told}"


def known_lines(services: ActServices) -> tuple[str, ...] | None:
    """Return a line for each source and each document that is left out; None where there is nothing to read."""
    if services.documents is None:
        return None
    report = Report.of(services.documents.report())
    return tuple(_lines(report)) if report else (NOT_YET,)


def _lines(report: Report) -> Iterator[str]:
    for source in report.sources:
        yield f"• {_shown(source.name)}: {shares(source)}{_read_at(source)}"
        if source.trouble:
            yield f"• :warning: {_shown(source.name)} could not be read: {cut_escaped(source.trouble, LONGEST_REASON)}"
    for name, why in report.problems:
        yield f"• _{cut_escaped(name, LONGEST_NAME)}_ is left out: {cut_escaped(why, LONGEST_REASON)}"


def _read_at(source: SourceReport) -> str:
    if not source.read_at:
        return ", not read to its end yet"
    # Slack shows it in the time zone of who looks.
    utc = datetime.fromtimestamp(source.read_at, UTC)
    return f", read <!date^{int(source.read_at)}^{{date_short_pretty}} at {{time}}|{utc:%Y-%m-%d %H:%M} UTC>"


def _shown(name: str) -> str:
    """Return the name of a source; of a folder only its own: where it lies is the operator's business."""
    return cut_escaped(PurePath(name).name if name.startswith("/") else name, LONGEST_NAME)
