"""The labelled set: known issues of one project, and reports with the issue that is the same and those that are not.

Ranking and thresholds are tuned on the reports of some topics, and figures are given for those of the others.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Half = Literal["tuned on", "held out"]

HERE = Path(__file__).parent
TUNED_ON = frozenset(
    {
        "vpn", "login", "printing", "calendar", "invoices", "mobile", "api", "performance", "export", "permissions",
        "hardware", "ui", "accounts", "deploy",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Known:
    """An issue that exists."""

    key: str
    topic: str
    summary: str
    description: str


@dataclass(frozen=True)
class Labelled:
    """A new report."""

    id: str
    topic: str
    summary: str
    description: str
    same: frozenset[str]
    """Keys of the issues that tell of the same problem; at most one here."""
    different: dict[str, str]
    """Keys of issues that only look like it, each with the kind of the likeness."""

    @property
    def half(self) -> Half:
        return "tuned on" if self.topic in TUNED_ON else "held out"


def known_issues() -> list[Known]:
    """Return the issues of the project."""
    return [Known(*row) for row in _rows("known.tsv")]


def reports(half: Half | None = None) -> list[Labelled]:
    """Return the labelled reports of one half, or all."""
    every = [
        Labelled(
            id=row[0],
            topic=row[1],
            summary=row[2],
            description=row[3],
            same=frozenset(filter(None, row[4].split(","))),
            different=dict(_named(pair) for pair in row[5].split(",") if pair),
        )
        for row in _rows("reports.tsv")
    ]
    return [report for report in every if half in (None, report.half)]


def _named(pair: str) -> tuple[str, str]:
    key, _, kind = pair.partition(":")
    return key, kind


def _rows(name: str) -> list[list[str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
