"""Batches as the SDK meets them: taken whole, told once, refused where the API refuses."""

from __future__ import annotations

from typing import Any

import anthropic
import pytest

from sandbox.claude import ClaudeStandIn
from sandbox.faults import Fault


def _request(custom_id: str, **changed: Any) -> dict[str, Any]:
    params = {"model": "claude-haiku-5-5", "max_tokens": 500, "messages": [{"role": "user", "content": "Hello"}]}
    return {"custom_id": custom_id, "params": params | changed}


def _create(client: anthropic.Anthropic, *requests: dict[str, Any]) -> anthropic.types.messages.MessageBatch:
    return client.messages.batches.create(requests=list(requests))  # type: ignore[arg-type]


def test_a_batch_works_for_a_while_and_then_tells_each_result(
    claude: ClaudeStandIn, client: anthropic.Anthropic
) -> None:
    claude.batch_seconds = 60
    made = _create(client, *(_request(f"item-{number}") for number in range(5)))
    assert made.processing_status == "in_progress"
    assert made.request_counts.processing == 5
    assert made.results_url is None

    claude.advance(61)
    ended = client.messages.batches.retrieve(made.id)
    assert (ended.processing_status, ended.request_counts.succeeded) == ("ended", 5)
    told = {each.custom_id: each.result for each in client.messages.batches.results(made.id)}
    assert sorted(told) == [f"item-{number}" for number in range(5)]
    first = told["item-0"]
    assert first.type == "succeeded"
    assert first.message.usage.service_tier == "batch"


def test_what_one_request_does_wrong_is_told_with_its_result(
    claude: ClaudeStandIn, client: anthropic.Anthropic
) -> None:
    claude.batch_seconds = 0
    made = _create(client, _request("good"), _request("hot", temperature=0.5), _request("cut", stream=True))
    told = {each.custom_id: each.result for each in client.messages.batches.results(made.id)}
    assert told["good"].type == "succeeded"
    for name in ("hot", "cut"):
        result = told[name]
        assert result.type == "errored"
        assert result.error.error.type == "invalid_request_error"


@pytest.mark.parametrize("ids", [("same", "same"), ("with space",), ("x" * 65,), ("",), ()])
def test_a_batch_with_wrong_ids_or_none_is_refused(client: anthropic.Anthropic, ids: tuple[str, ...]) -> None:
    with pytest.raises(anthropic.BadRequestError):
        _create(client, *(_request(each) for each in ids))
    assert not list(client.messages.batches.list())


def test_a_canceled_batch_ends_with_canceled_items(claude: ClaudeStandIn, client: anthropic.Anthropic) -> None:
    claude.batch_seconds = 600
    made = _create(client, _request("a"), _request("b"))
    assert client.messages.batches.cancel(made.id).processing_status == "canceling"
    assert client.messages.batches.retrieve(made.id).request_counts.canceled == 2


def test_a_batch_that_takes_longer_than_a_day_expires(claude: ClaudeStandIn, client: anthropic.Anthropic) -> None:
    claude.batch_seconds = 200_000
    made = _create(client, _request("a"))
    claude.advance(86_401)
    assert [each.result.type for each in client.messages.batches.results(made.id)] == ["expired"]


def test_results_are_gone_after_29_days(claude: ClaudeStandIn, client: anthropic.Anthropic) -> None:
    claude.batch_seconds = 0
    made = _create(client, _request("a"))
    claude.advance(30 * 86_400)
    assert client.messages.batches.retrieve(made.id).results_url is None
    with pytest.raises(anthropic.AnthropicError):
        client.messages.batches.results(made.id)


def test_batches_are_listed_with_the_newest_first(client: anthropic.Anthropic) -> None:
    made = [_create(client, _request("a")).id for _ in range(3)]
    assert [batch.id for batch in client.messages.batches.list(limit=2)] == made[::-1]


def test_a_lost_answer_leaves_a_batch_that_the_list_knows(claude: ClaudeStandIn, client: anthropic.Anthropic) -> None:
    claude.faults.add(Fault(operation="batches.create", kind="drop_after"))
    with pytest.raises(anthropic.APIConnectionError):
        _create(client, _request("a"))
    (only,) = client.messages.batches.list()
    assert only.request_counts.processing == 1


def test_faults_of_single_items_are_played(claude: ClaudeStandIn, client: anthropic.Anthropic) -> None:
    claude.batch_seconds = 0
    claude.faults.add(Fault(operation="batch_item", kind="error", error="overloaded_error"))
    claude.faults.add(Fault(operation="batch_item", kind="error", error="expired"))
    made = _create(client, *(_request(name) for name in "abc"))
    told = {each.custom_id: each.result.type for each in client.messages.batches.results(made.id)}
    assert told == {"a": "errored", "b": "expired", "c": "succeeded"}
