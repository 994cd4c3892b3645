"""A long conversation with tools is read from the cache, byte for byte, and costs what that promises."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.caching import converse, one_search, prefix_of
from sandbox.claude.bill import bill
from sandbox.claude.standin import Recorded
from sandbox.stack import Stack
from sandbox.waiting import wait_for

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(beat=False, folder=tmp_path_factory.mktemp("caching")) as stack:
        yield stack


@pytest.fixture(scope="module")
def turns(stack: Stack) -> list[list[Recorded]]:
    return converse(stack)


def test_from_the_second_turn_on_nine_tenths_are_read_from_the_cache(turns: list[list[Recorded]]) -> None:
    later = [kept for turn in turns[1:] for kept in turn]

    assert len(turns) == 10
    assert all(len(turn) == 3 for turn in turns)
    assert bill(later).read_share >= 0.9


def test_the_conversation_costs_little_more_than_with_a_perfect_cache(turns: list[list[Recorded]]) -> None:
    found = bill([kept for turn in turns for kept in turn])

    assert found.input_share <= 0.2
    assert found.whole_share <= 0.3
    assert found.over_perfect <= 1.1


def test_a_conversation_of_few_words_costs_little_more_than_with_a_perfect_cache_too(tmp_path: Path) -> None:
    with Stack(beat=False, folder=tmp_path) as stack:
        talk = converse(stack, rounds=one_search)

    found = bill([kept for turn in talk for kept in turn])
    assert found.input_share <= 0.2
    assert found.over_perfect <= 1.1


def test_each_request_begins_with_the_bytes_of_the_one_before(turns: list[list[Recorded]]) -> None:
    bodies = [kept.body for turn in turns for kept in turn]

    for before, after in itertools.pairwise(bodies):
        assert prefix_of(after).startswith(prefix_of(before))


def test_each_request_names_the_answer_before_it_and_no_miss_is_told(stack: Stack, turns: list[list[Recorded]]) -> None:
    asked = [kept.body["diagnostics"]["previous_message_id"] for turn in turns for kept in turn]

    assert asked[0] is None
    assert all(asked[1:])
    assert "cache_missed" not in stack.workers[0].log_text()


def test_a_person_in_another_channel_reads_tools_and_prompt_from_the_same_cache(
    stack: Stack, turns: list[list[Recorded]]
) -> None:
    stack.slack.say("C0GENERAL", "U0GRACE01", f"{stack.slack.mention} is the wiki slow today?")
    request = turns[0][0]
    stack.slack.say("D0ADA0001", "U0ADA0001", "and is the mail slow?")

    def heads() -> list[str]:
        seen = stack.claude.message_requests
        return [json.dumps([kept.body["tools"], kept.body["system"]]) for kept in seen if kept.body.get("tools")]

    wait_for(lambda: len(heads()) >= 32, "the other answers", seconds=30)
    assert set(heads()) == {json.dumps([request.body["tools"], request.body["system"]])}
