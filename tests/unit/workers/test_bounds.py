"""An answer ends within its bounds, and calls in a circle are noticed."""

from __future__ import annotations

from workers.bounds import MOST_CALLS, MOST_OTHER_CALLS, TOLD_AT, Bounds, CallBook
from workers.rounds import Round, Usage
from workers.views import failures


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
    book = CallBook()
    most = MOST_CALLS["jira_search"]

    assert [book.refusal(call(word=str(number))) for number in range(most)] == [""] * most
    assert f"may be called {most} times" in book.refusal(call("Jira_Search "))
    assert book.refusal(call("jira_get_issue")) == ""
    assert [bool(book.refusal(call("jira_add_comment"))) for _ in range(MOST_OTHER_CALLS + 1)][-2:] == [False, True]


def test_the_third_same_answer_to_the_same_call_is_told_and_the_fourth_ends_it() -> None:
    book = CallBook()
    notes = [book.note(call(), "nothing found") for _ in range(TOLD_AT)]

    assert notes[:-1] == [""] * (TOLD_AT - 1)
    assert "Don't make it again" in notes[-1]
    assert not book.is_stuck
    book.note(call(), "nothing found")
    assert book.is_stuck


def test_another_result_or_another_call_is_no_circle() -> None:
    book = CallBook()

    assert not any(book.note(call(), f"result {number}") for number in range(9))
    assert not any(book.note(call(word=str(number)), "nothing") for number in range(9))
    assert not book.is_stuck
