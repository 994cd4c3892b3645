"""The price list: every model that can be asked is in it, and each kind of token costs what is published."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import get_args

import pytest
from anthropic.resources.messages.messages import DEPRECATED_MODELS
from anthropic.types.model import Model

from workers.claude.prices import PriceList
from workers.rounds import Usage
from workers.settings import WorkerSettings

MILLION = 1_000_000
# The day on which the list was read: what was retired by then has no price.
READ_ON = datetime(2026, 11, 28, tzinfo=UTC)
NAMES = [name for part in get_args(Model) for name in get_args(part)]


def is_retired(model: str) -> bool:
    told = DEPRECATED_MODELS.get(model)
    if not told:
        return False
    day = re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", told)
    return datetime.strptime(day, "%B %d, %Y").replace(tzinfo=UTC) <= READ_ON


def test_the_sdk_names_models() -> None:
    assert len(NAMES) > 15


@pytest.mark.parametrize("model", [name for name in NAMES if not is_retired(name)])
def test_every_model_of_the_sdk_that_is_not_retired_has_a_price(model: str) -> None:
    assert PriceList().knows(model)


@pytest.mark.parametrize(
    ("model", "usage", "dollars"),
    [
        ("claude-sonnet-5-5", Usage(input_tokens=MILLION, output_tokens=MILLION), 12),
        ("claude-sonnet-5-5", Usage(cache_read_input_tokens=MILLION), 0.20),
        ("claude-opus-5-5", Usage(cache_read_input_tokens=MILLION), 0.20),
        ("claude-fable-5-1", Usage(cache_read_input_tokens=MILLION), 0.25),
        ("claude-opus-5-5", Usage(cache_creation_input_tokens=MILLION), 5),
        (
            "claude-opus-5-5",
            Usage(cache_creation_input_tokens=MILLION, cache_creation_1h_input_tokens=MILLION),
            8,
        ),
        ("claude-haiku-5-5", Usage(input_tokens=100_000, output_tokens=MILLION), 0.51),
        ("claude-haiku-5-5", Usage(input_tokens=50_001, cache_read_input_tokens=50_000), 0.0275005),
        ("claude-haiku-4-5-20251001", Usage(output_tokens=MILLION), 5),
    ],
)
def test_each_kind_of_token_costs_what_is_published(model: str, usage: Usage, dollars: float) -> None:
    assert PriceList().cost(model, usage) == pytest.approx(dollars)


def test_a_batch_costs_half() -> None:
    usage = Usage(input_tokens=MILLION, cache_read_input_tokens=MILLION)
    prices = PriceList()
    half = prices.cost("claude-sonnet-5-5", usage, is_batch=True)
    assert half == pytest.approx(prices.cost("claude-sonnet-5-5", usage) / 2)


def test_an_unknown_model_is_counted_at_the_dearest_price() -> None:
    prices, usage = PriceList(), Usage(input_tokens=MILLION, output_tokens=MILLION)
    assert not prices.knows("claude-colossus-9")
    assert prices.cost("claude-colossus-9", usage) == max(prices.cost(name, usage) for name in NAMES)
    for kind in Usage.model_fields:
        # The model whose answers are dearest need not be the one whose cache is.
        one = Usage(**{kind: MILLION, **({"cache_creation_input_tokens": MILLION} if "_1h_" in kind else {})})
        assert prices.cost("claude-colossus-9", one) == max(prices.cost(name, one) for name in NAMES)
    # A name that merely begins like a known one is another model.
    assert not prices.knows("claude-opus-5-7")


def settings(model_prices: str) -> WorkerSettings:
    given = {"slack_bot_token": "xoxb-1", "anthropic_api_key": "k", "jira_url": "http://j", "jira_projects": "OPS"}
    return WorkerSettings.model_validate({**given, "model_prices": model_prices})


def test_the_operator_can_say_what_a_model_costs() -> None:
    own = PriceList(settings("claude-x=3/15, claude-x>200000=6/30/1/8/12,claude-sonnet-5-5=1/5/0.5").model_prices)
    assert own.cost("claude-x", Usage(input_tokens=100_000)) == pytest.approx(0.3)
    assert own.cost("claude-x", Usage(input_tokens=300_000)) == pytest.approx(1.8)
    assert own.of("claude-x", 300_000).cache_write_1h == 12
    assert own.cost("claude-sonnet-5-5", Usage(cache_read_input_tokens=MILLION)) == pytest.approx(0.5)


@pytest.mark.parametrize("wrong", ["claude-x", "claude-x=3", "=3/15", "claude-x=a/b", "claude-x=-1/5"])
def test_prices_that_cannot_be_read_are_refused_in_words(wrong: str) -> None:
    with pytest.raises(ValueError, match="must be a comma list such as"):
        settings(wrong)


def test_the_most_that_a_call_costs_is_no_less_than_what_it_costs() -> None:
    prices = PriceList()
    whole = Usage(cache_creation_input_tokens=9_000, cache_creation_1h_input_tokens=9_000, output_tokens=500)
    assert prices.most("claude-sonnet-5-5", 9_000, 500) >= prices.cost("claude-sonnet-5-5", whole)
