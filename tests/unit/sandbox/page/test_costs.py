"""The page's figures add up to what the price list says of every answer."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.claude.batches import Batch
from sandbox.claude.standin import Recorded
from sandbox.page.costs import costs
from workers.claude.prices import PriceList
from workers.rounds import Usage

SONNET, HAIKU = "claude-sonnet-5-5", "claude-haiku-5-5"
USAGE = {
    "input_tokens": 500,
    "output_tokens": 300,
    "cache_read_input_tokens": 9_000,
    "cache_creation_input_tokens": 1_500,
    "cache_creation": {"ephemeral_5m_input_tokens": 500, "ephemeral_1h_input_tokens": 1_000},
}
COUNTED = Usage(
    input_tokens=500,
    output_tokens=300,
    cache_read_input_tokens=9_000,
    cache_creation_input_tokens=1_500,
    cache_creation_1h_input_tokens=1_000,
)


def asked(model: str, *messages: dict[str, Any], tools: bool = True, path: str = "/v1/messages") -> Recorded:
    body = {"model": model, "messages": list(messages), **({"tools": [{"name": "jira_search"}]} if tools else {})}
    return Recorded(path, body, {}, 0.0, "req_1", usage=USAGE)


def said(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "content": [{"type": "text", "text": text}]}


RESULT = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "none"}]}


def test_the_rounds_of_a_question_are_one_turn_with_the_price_of_all_of_them() -> None:
    first = said("user", "<message>the VPN drops</message>")
    shown = costs([asked(SONNET, first), asked(SONNET, first, said("assistant", "I look"), RESULT)])
    (turn,) = shown["turns"]
    assert (turn["question"], turn["calls"]) == ("the VPN drops", 2)
    assert (turn["input"], turn["cached"], turn["output"]) == (22_000, 18_000, 600)
    assert turn["usd"] == pytest.approx(2 * PriceList().cost(SONNET, COUNTED))


def test_the_parts_of_a_price_add_up_to_it() -> None:
    one = costs([asked(SONNET, said("user", "hello"))])["total"]
    assert one["usd"] == pytest.approx(one["input_usd"] + one["output_usd"])
    assert 0 < one["cached_usd"] < one["input_usd"]


def test_what_has_no_tools_stands_beside_the_turns_and_in_the_sum() -> None:
    shown = costs([asked(SONNET, said("user", "hello")), asked(HAIKU, said("user", "a title"), tools=False)])
    assert [turn["question"] for turn in shown["turns"]] == ["hello"]
    assert shown["beside"]["usd"] == pytest.approx(PriceList().cost(HAIKU, COUNTED))
    assert {one["model"]: one["calls"] for one in shown["models"]} == {SONNET: 1, HAIKU: 1}
    assert shown["total"]["usd"] == pytest.approx(sum(one["usd"] for one in shown["models"]))


def test_a_batch_costs_half() -> None:
    done = {"result": {"type": "succeeded", "message": {"model": HAIKU, "usage": USAGE}}}
    failed = {"result": {"type": "errored", "error": {}}}
    shown = costs([], [Batch("b", {}, 0.0, 0.0, results=[done, failed])])
    assert shown["batches"]["calls"] == 1
    assert shown["batches"]["usd"] == pytest.approx(PriceList().cost(HAIKU, COUNTED) / 2)


def test_requests_that_were_refused_or_asked_for_something_else_cost_nothing() -> None:
    refused = asked(SONNET, said("user", "hello"))
    refused.usage = {}
    counted = asked(SONNET, said("user", "hello"), path="/v1/messages/count_tokens")
    assert costs([refused, counted])["total"]["usd"] == 0
