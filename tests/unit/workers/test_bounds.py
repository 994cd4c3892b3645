"""An answer ends within its bounds, and calls in a circle are noticed."""

from __future__ import annotations

from workers.bounds import TOLD_AT, Bounds, CallBook
from workers.rounds import Round, Usage
from workers.views import failures
from workers.views.bounds import calls_used_up

MOST = {"jira_search": 3, "other": 2}


def rounds(number: int, tokens: int = 10) -> list[Round]:
    usage = Usage(input_tokens=tokens // 2, cache_read_input_tokens=tokens - tokens // 2)
    return [Round(blocks=(), stop_reason="tool_use", usage=usage)] * number


def call(name: str = "jira_search", word: str = "vpn") -> dict[str, object]:
    return {"name": name, "input": {"keywords": [word]}}


def test_rounds_and_tokens_are_bounded_and_each_end_is_a_sentence() -> None:
    bounds = Bounds(rounds=4, tokens=1_000)

    assert bounds.reached(rounds(3)) == ""
    assert bounds.reached(rounds(4)) == failures.TOO_MANY_ROUNDS
    assert bounds.reached(rounds(2, tokens=500)) == failures.TOO_MANY_TOKENS


def test_a_tool_is_refused_once_it_was_called_as_often_as_it_may_be() -> None:
    book = CallBook(MOST)

    assert [book.refusal(call(word=str(number))) for number in range(3)] == [""] * 3
    assert book.exhausted == {}
    assert "may be called 3 times" in book.refusal(call("Jira_Search "))
    assert book.refusal(call("jira_get_issue")) == ""
    assert [bool(book.refusal(call("jira_add_comment"))) for _ in range(3)] == [False, False, True]
    assert book.exhausted == {"jira_search": 3, "jira_add_comment": 2}


def test_the_person_reads_of_what_there_was_no_more() -> None:
    assert calls_used_up({}) == ""
    assert calls_used_up({"jira_search": 3, "jira_teleport": 2}) == (
        "_One answer may take 3 searches in Jira and 2 steps of one kind, and I needed more."
        " Ask me to go on if something is missing._"
    )


def test_the_third_same_answer_to_the_same_call_is_told_and_the_fourth_ends_it() -> None:
    book = CallBook(MOST)
    notes = [book.note(call(), "nothing found") for _ in range(TOLD_AT)]

    assert notes[:-1] == [""] * (TOLD_AT - 1)
    assert "Don't make it again" in notes[-1]
    assert not book.is_stuck
    book.note(call(), "nothing found")
    assert book.is_stuck


def test_another_result_or_another_call_is_no_circle() -> None:
    book = CallBook(MOST)

    assert not any(book.note(call(), f"result {number}") for number in range(9))
    assert not any(book.note(call(word=str(number)), "nothing") for number in range(9))
    assert not book.is_stuck
