"""Citations are numbered the same while the model speaks and when the answer is made again from its journal."""

from __future__ import annotations

from typing import Any

from workers.citations import Citations
from workers.rounds import Round, Usage


def cited(*sources: str) -> list[dict[str, Any]]:
    return [{"type": "search_result_location", "source": source, "title": f"About [{source}]"} for source in sources]


def spoken(*blocks: dict[str, Any]) -> Round:
    return Round(blocks=blocks, stop_reason="end_turn", usage=Usage(), model="m")


BLOCKS = (
    {"type": "text", "text": "First.", "citations": cited("https://a/x y")},
    {"type": "text", "text": " Second.\n\n", "citations": cited("b.md", "https://a/x y", "b.md")},
    {"type": "text", "text": "| a | b |", "citations": cited("b.md")},
    {"type": "text", "text": "\n\nDone."},
)


def test_numbers_stand_behind_the_words_and_the_same_source_has_the_same_number() -> None:
    citations = Citations()

    text = citations.text_of(spoken(*BLOCKS))

    assert text == "First. [1] Second. [2] [1]\n\n| a | b |\n\n[2]\n\nDone."
    assert citations.listed() == "**Sources**\n1. [About (https://a/x y)](https://a/x%20y)\n2. About (b.md) (`b.md`)"


def test_an_answer_that_is_cut_lists_the_sources_whose_numbers_can_be_seen() -> None:
    citations = Citations()
    first = citations.text_of(spoken(*BLOCKS[:1]))
    citations.of_round().cite(cited("b.md"))

    assert citations.listed_for(f"{first}\n\nMore. [2]").endswith("\n2. About (b.md) (`b.md`)")
    assert citations.listed_for(first) == "**Sources**\n1. [About (https://a/x y)](https://a/x%20y)"
    assert citations.listed_for("") == ""


def test_what_is_shown_piece_by_piece_is_what_is_said_at_the_end() -> None:
    citations, shown = Citations(), ""
    heard = citations.of_round()

    for block in BLOCKS:
        for letter in str(block["text"]):
            shown += heard.add(letter)
        shown += heard.cite(block.get("citations") or ())

    assert shown == Citations().text_of(spoken(*BLOCKS))
    assert citations.listed() == ""
