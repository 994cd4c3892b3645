"""What the recorded traffic costs by the published prices: as it was, without a cache, and with a perfect one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.claude.usage import units

if TYPE_CHECKING:
    from sandbox.claude.standin import Recorded

MILLION = 1_000_000


@dataclass(frozen=True)
class Tariff:
    """Dollars for a million tokens."""

    read: float
    input: float
    minutes: float
    hour: float
    output: float


TARIFFS = {
    "claude-sonnet-5-5": Tariff(read=0.20, input=2, minutes=2.50, hour=4, output=10),
    "claude-opus-5-5": Tariff(read=0.20, input=4, minutes=5, hour=8, output=20),
    "claude-haiku-5-5": Tariff(read=0.01, input=0.10, minutes=0.125, hour=0.20, output=0.50),
}
"""Of November 2026; of Haiku those for prompts of at most 100,000 tokens."""


@dataclass(frozen=True)
class Bill:
    """Tokens and dollars of some requests."""

    requests: int
    prompt_tokens: int
    read_tokens: int
    input_usd: float
    uncached_usd: float
    """The input side if there were no cache."""
    perfect_usd: float
    """The input side if every token was written once, for five minutes, and read ever after."""
    output_usd: float

    @property
    def read_share(self) -> float:
        return self.read_tokens / self.prompt_tokens

    @property
    def input_share(self) -> float:
        """The input side, as a part of what it costs without a cache."""
        return self.input_usd / self.uncached_usd

    @property
    def whole_share(self) -> float:
        """All of it, as a part of what it costs without a cache."""
        return (self.input_usd + self.output_usd) / (self.uncached_usd + self.output_usd)

    @property
    def over_perfect(self) -> float:
        """All of it, by what it costs with a perfect cache."""
        return (self.input_usd + self.output_usd) / (self.perfect_usd + self.output_usd)


def bill(requests: Sequence[Recorded], before: Sequence[Recorded] = ()) -> Bill:
    """Add requests up; a perfect cache also knows those that came `before`."""
    seen = {unit.prefix for kept in before for unit in units(kept.body)}
    lines = [_line(kept, seen) for kept in requests]
    return Bill(len(lines), *(sum(column) for column in zip(*lines, strict=True)))


def _line(kept: Recorded, seen: set[str]) -> tuple[float, ...]:
    tariff, usage = TARIFFS[kept.body["model"]], kept.usage
    pieces = units(kept.body)
    new = sum(unit.tokens for unit in pieces if unit.prefix not in seen)
    total = sum(unit.tokens for unit in pieces)
    seen.update(unit.prefix for unit in pieces)
    written = usage["cache_creation"]
    paid = (
        usage["cache_read_input_tokens"] * tariff.read
        + usage["input_tokens"] * tariff.input
        + written["ephemeral_5m_input_tokens"] * tariff.minutes
        + written["ephemeral_1h_input_tokens"] * tariff.hour
    )
    perfect = (total - new) * tariff.read + new * tariff.minutes
    output = usage["output_tokens"] * tariff.output
    dollars = (each / MILLION for each in (paid, total * tariff.input, perfect, output))
    return (total, usage["cache_read_input_tokens"], *dollars)
