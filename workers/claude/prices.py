"""What tokens cost, in US dollars per million; figures of Anthropic's published price list, November 2026."""

from __future__ import annotations

from dataclasses import dataclass

from workers.records import Usage

LONG_PROMPT_TOKENS = 100_000
"""Above this claude-haiku-5-5 costs more."""


@dataclass(frozen=True)
class Price:
    """Dollars per million tokens."""

    input: float
    output: float
    cache_read: float
    cache_write_5m: float
    cache_write_1h: float


def _standard(input_price: float, output_price: float, read: float | None = None) -> Price:
    """Cache writes cost 1.25 and 2 times the input, reads a tenth unless the list says otherwise."""
    return Price(
        input_price, output_price, input_price / 10 if read is None else read, input_price * 1.25, input_price * 2
    )


PRICES: dict[str, Price] = {
    "claude-haiku-5-5": _standard(0.10, 0.50),
    "claude-sonnet-5-5": _standard(2, 10),
    "claude-opus-5-5": _standard(4, 20, 0.20),
    "claude-fable-5-2": _standard(8, 40),
    "claude-fable-5-1": _standard(10, 50, 0.25),
    "claude-opus-5": _standard(5, 25),
    "claude-sonnet-5": _standard(2, 10),
    "claude-opus-4-7": _standard(5, 25),
    "claude-opus-4-6": _standard(5, 25),
    "claude-sonnet-4-6": _standard(3, 15),
    "claude-haiku-4-5": _standard(1, 5),
}
HAIKU_LONG = _standard(0.50, 2.50)
# An unknown model is counted at the dearest price: a budget errs on the safe side.
DEAREST = max(PRICES.values(), key=lambda price: price.output)


def price_of(model: str, prompt_tokens: int) -> Price:
    """Return the price of a model for a prompt of this length."""
    if model.startswith("claude-haiku-5-5") and prompt_tokens > LONG_PROMPT_TOKENS:
        return HAIKU_LONG
    known = [name for name in PRICES if model == name or model.startswith(f"{name}-")]
    return PRICES[max(known, key=len)] if known else DEAREST


def cost_usd(model: str, usage: Usage) -> float:
    """Return what one round cost."""
    prompt = usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens
    price = price_of(model, prompt)
    written_1h = usage.cache_creation_1h_input_tokens
    dollars = (
        usage.input_tokens * price.input
        + usage.output_tokens * price.output
        + usage.cache_read_input_tokens * price.cache_read
        + (usage.cache_creation_input_tokens - written_1h) * price.cache_write_5m
        + written_1h * price.cache_write_1h
    )
    return dollars / 1_000_000


def tokens_of(usage: Usage) -> int:
    """Return how many tokens a round took, read and written."""
    read = usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens
    return read + usage.output_tokens
