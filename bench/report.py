"""The figures as a table for the screen and as JSON for comparisons, with the machine they come from."""

from __future__ import annotations

import json
import math
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.figures import Figure

RESULTS = Path(__file__).parent / "results"
LIBRARIES = ("anthropic", "celery", "redis", "slack-bolt", "slack-sdk", "aiohttp")
HEADS = ("measured", "n", "p50", "p95", "max", "unit", "target", "note")


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as text, a group for each part."""
    rows = [HEADS, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    lines, part = [_line(HEADS, widths)], ""
    for figure, row in zip(figures, rows[1:], strict=True):
        if figure.part != part:
            part = figure.part
            lines += ["", part]
        lines.append(_line(row, widths))
    return "\n".join(lines)


def write_json(figures: Sequence[Figure], path: Path) -> None:
    """Write everything that was measured, single values too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {**asdict(figure), "p50": _plain(figure.p50), "p95": _plain(figure.p95), "max": _plain(figure.most)}
        for figure in figures
    ]
    found = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine(), "figures": rows}
    path.write_text(json.dumps(found, indent=1) + "\n")


def machine() -> dict[str, Any]:
    """Return what a figure depends on: processors, their load, memory, versions."""
    return {
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": _processor(),
        "processors": os.cpu_count(),
        "load_1_min": round(os.getloadavg()[0], 2),
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
    }


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _row(figure: Figure) -> tuple[str, ...]:
    target = "" if figure.target is None else f"≤ {figure.target:g}"
    numbers = [_number(value) for value in (figure.p50, figure.p95, figure.most)]
    return (f"  {figure.name}", str(len(figure.values)), *numbers, figure.unit, target, figure.note)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *middle = row
    cells = [first.ljust(widths[0])]
    for head, cell, width in zip(HEADS[1:], middle, widths[1:], strict=True):
        cells.append(cell.ljust(width) if head in ("unit", "note") else cell.rjust(width))
    return "  ".join(cells).rstrip()


def _number(value: float) -> str:
    if math.isnan(value):
        return "none"
    return f"{value:.0f}" if value >= 1000 or value == int(value) else f"{value:.3f}"


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)
