"""What was measured: named series of values and their percentiles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured quantity; `target` is what the median should stay below."""

    part: str
    name: str
    unit: str
    values: tuple[float, ...]
    target: float | None = None
    note: str = ""

    @property
    def p50(self) -> float:
        return percentile(self.values, 50)

    @property
    def p95(self) -> float:
        return percentile(self.values, 95)

    @property
    def most(self) -> float:
        return max(self.values, default=math.nan)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the nearest-rank percentile; of nothing it is not a number."""
    if not values:
        return math.nan
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]
