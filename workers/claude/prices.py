"""What tokens cost, in US dollars per million; figures of Anthropic's published price list, November 2026."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from workers.rounds import Usage

BATCH_FACTOR = 0.5
"""What is sent in a batch costs half."""


@dataclass(frozen=True)
class Price:
    """Dollars per million tokens, for prompts of more than `above` tokens."""

    input: float
    output: float
    cache_read: float
    cache_write_5m: float
    cache_write_1h: float
    above: int = 0


Tiers = tuple[Price, ...]
"""The prices of one model, the one for the longest prompts first."""


def standard(input_price: float, output_price: float, read: float | None = None, above: int = 0) -> Price:
    """Cache writes cost 1.25 and 2 times the input, reads a tenth unless the list says otherwise."""
    return Price(
        input=input_price,
        output=output_price,
        cache_read=input_price / 10 if read is None else read,
        cache_write_5m=input_price * 1.25,
        cache_write_1h=input_price * 2,
        above=above,
    )


_OPUS = (standard(5, 25),)
PRICES: dict[str, Tiers] = {
    "claude-haiku-5-5": (standard(0.50, 2.50, above=100_000), standard(0.10, 0.50)),
    "claude-sonnet-5-5": (standard(2, 10),),
    "claude-opus-5-5": (standard(4, 20, 0.20),),
    # The list says nothing of cache reads of these two yet: the usual tenth, which is dearer than their elders'.
    "claude-fable-5-2": (standard(8, 40),),
    "claude-mythos-5-2": (standard(8, 40),),
    "claude-fable-5-1": (standard(10, 50, 0.25),),
    "claude-mythos-5-1": (standard(10, 50, 0.25),),
    "claude-fable-5": (standard(10, 50),),
    "claude-mythos-5": (standard(10, 50),),
    "claude-opus-5": _OPUS,
    "claude-sonnet-5": (standard(2, 10),),
    "claude-opus-4-8": _OPUS,
    "claude-opus-4-7": _OPUS,
    "claude-opus-4-6": _OPUS,
    "claude-opus-4-5": _OPUS,
    "claude-sonnet-4-6": (standard(3, 15),),
    "claude-sonnet-4-5": (standard(3, 15),),
    "claude-haiku-4-5": (standard(1, 5),),
}


class PriceList:
    """The published prices, with what the operator knows better: by model, the prices of its tiers."""

    def __init__(self, overrides: Sequence[tuple[str, Sequence[float]]] = ()) -> None:
        given: dict[str, list[Price]] = {}
        for model, row in overrides:
            given.setdefault(model, []).append(_of_numbers(row))
        longest_first = {model: tuple(sorted(tiers, key=_shorter)) for model, tiers in given.items()}
        self._prices: dict[str, Tiers] = {**PRICES, **longest_first}
        # An unknown model is counted at the dearest price, kind by kind: a budget errs on the safe side.
        self._dearest = _dearest([tier for tiers in self._prices.values() for tier in tiers])

    def knows(self, model: str) -> bool:
        """Return whether the list names this model, or one of which it is a dated version."""
        return self._name(model) in self._prices

    def of(self, model: str, prompt_tokens: int) -> Price:
        """Return the price of a model for a prompt of this length."""
        tiers = self._prices.get(self._name(model))
        if tiers is None:
            return self._dearest
        return next((tier for tier in tiers if prompt_tokens > tier.above), tiers[-1])

    def cost(self, model: str, usage: Usage, *, is_batch: bool = False) -> float:
        """Return what one call cost, in dollars."""
        price = self.of(model, prompt_tokens(usage))
        written_1h = usage.cache_creation_1h_input_tokens
        dollars = (
            usage.input_tokens * price.input
            + usage.output_tokens * price.output
            + usage.cache_read_input_tokens * price.cache_read
            + (usage.cache_creation_input_tokens - written_1h) * price.cache_write_5m
            + written_1h * price.cache_write_1h
        )
        return dollars / 1_000_000 * (BATCH_FACTOR if is_batch else 1)

    def most(self, model: str, prompt: int, output: int) -> float:
        """Return what a call costs at most: all of its prompt written to the cache for an hour, all output used."""
        price = self.of(model, prompt)
        return (prompt * max(price.cache_write_1h, price.input) + output * price.output) / 1_000_000

    def _name(self, model: str) -> str:
        """Return the name under which a model is listed: without the date of its version."""
        head, _, last = model.rpartition("-")
        return head if model not in self._prices and len(last) == 8 and last.isdigit() else model


def prompt_tokens(usage: Usage) -> int:
    """Return how many tokens a call read, from the cache or not."""
    return usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens


def _dearest(prices: Sequence[Price]) -> Price:
    """Return a price of which each part is the highest of all."""
    return Price(**{part.name: max(getattr(each, part.name) for each in prices) for part in fields(Price)})


def _shorter(price: Price) -> int:
    return -price.above


def _of_numbers(row: Sequence[float]) -> Price:
    """Read above, input, output and, where they were given, cache read, write for 5 minutes, write for an hour."""
    above, input_price, output_price, *cache = row
    usual = standard(input_price, output_price, above=int(above))
    read, write_5m, write_1h = (*cache, *(usual.cache_read, usual.cache_write_5m, usual.cache_write_1h)[len(cache) :])
    return replace(usual, cache_read=read, cache_write_5m=write_5m, cache_write_1h=write_1h)
