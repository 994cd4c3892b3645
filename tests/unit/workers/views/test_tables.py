"""Tables within what Slack takes: so many rows and columns in one, so many characters in all of one message."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from workers.views.limits import TABLE_COLUMNS, TABLE_ROWS
from workers.views.markdown import harmless, presentable, split, streamable
from workers.views.tables import columns, fitting

TABLES_TEXT = 10_000
GFM = MarkdownIt("commonmark").enable("table")
WIDE = "|" + " c |" * 25 + "\n|" + "---|" * 25 + "\n"
LONG = "| a | b |\n|---|---|\n" + "".join(f"| {n} | x |\n" for n in range(250))
SCRAPS = st.sampled_from(
    [
        "| a | b |\n|---|---|\n", "| 1 | 2 |\n", "| 1 | 2 |\n" * 60, "a | b\n--- | ---\n", "1 | 2\n", "\n", "\n\n",
        "|" + " w |" * 24 + "\n", "|" + "---|" * 24 + "\n", "```\n", "~~~\n", "words\n", "> quote\n", "- item\n", "|",
        "**bold** ", "| `a\\|b` | c |\n", "| " + "long " * 60 + "| b |\n",
    ]
)  # fmt: skip
TEXTS = st.lists(SCRAPS, max_size=25).map("".join)


def tables(text: str) -> list[tuple[int, int]]:
    """Return rows and columns of each table that a reader of GitHub's Markdown sees."""
    found: list[tuple[int, int]] = []
    for token in GFM.parse(text):
        found = _seen(found, token)
    return found


def _seen(found: list[tuple[int, int]], token: Token) -> list[tuple[int, int]]:
    if token.type == "table_open":
        return [*found, (0, 0)]
    if token.type == "tr_open":
        return [*found[:-1], (found[-1][0] + 1, found[-1][1])]
    if token.type == "th_open":
        return [*found[:-1], (found[-1][0], found[-1][1] + 1)]
    return found


@given(TEXTS, st.data())
@example(LONG, None)
@example(WIDE + "|" + " 1 |" * 25 + "\n\nand so on", None)
@example("| 1 | 2 |\n" + WIDE, None)
@example(LONG.replace("x", "x" * 90), None)
def test_every_version_of_every_message_has_tables_that_slack_takes(text: str, data: st.DataObject | None) -> None:
    growing = text[: data.draw(st.integers(0, len(text)))] if data else text
    for shown, is_final in ((harmless(text), True), (harmless(growing, is_final=False), False)):
        for piece in split(shown):
            part = presentable(piece.text, is_final=is_final)
            assert all(rows <= TABLE_ROWS and wide <= TABLE_COLUMNS for rows, wide in tables(part))
            assert len(part) <= TABLES_TEXT


@given(TEXTS)
def test_no_word_of_a_table_is_left_out_and_the_order_is_kept(text: str) -> None:
    rest = iter(fitting(text).split())
    assert all(word in rest for word in text.split())


@given(TEXTS, st.data())
def test_what_a_stream_was_sent_of_a_table_is_never_taken_back(text: str, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(text)))
    second = data.draw(st.integers(first, len(text)))
    before, after = (streamable(harmless(text[:end], is_final=False)) for end in (first, second))
    assert after.startswith(before)


def test_a_long_table_goes_on_below_a_head_of_its_own() -> None:
    assert tables(fitting(LONG)) == [(100, 2), (100, 2), (53, 2)]


def test_a_table_that_is_too_wide_is_shown_as_code() -> None:
    row = "|" + " 1 |" * 25 + "\n"
    assert fitting(f"So:\n\n{WIDE}{row}\nDone.") == f"So:\n\n```\n{WIDE}{row}```\n\nDone."


@pytest.mark.parametrize("above", ["| 1 | 2 |\n", "| a | b |\n|---|---|\n| 1 | 2 |\n", "a | b\n--- | ---\n1 | 2\n"])
def test_a_table_that_is_too_wide_is_shown_as_code_right_below_another_one_too(above: str) -> None:
    assert fitting(f"{above}{WIDE}\nDone.") == f"{above}```\n{WIDE}```\n\nDone."


def test_several_tables_stand_in_one_message() -> None:
    text = "One:\n\n| a |\n|---|\n| 1 |\n\nTwo:\n\n| b |\n|---|\n| 2 |\n"
    assert fitting(text) == text
    assert len(split(text)) == 1


def test_what_is_in_code_is_no_table() -> None:
    text = f"```\n{LONG}{WIDE}```\n"
    assert fitting(text) == text


@pytest.mark.parametrize(
    ("row", "count"), [("| a | b |", 2), ("a | b", 2), ("| a \\| b |", 1), ("||", 1), ("| a | b", 2)]
)
def test_the_cells_of_a_row_are_counted(row: str, count: int) -> None:
    assert columns(row) == count
