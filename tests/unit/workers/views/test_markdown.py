"""Markdown as it grows, in parts, made harmless, and as plain text."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from workers.views.fences import open_fence
from workers.views.limits import FALLBACK_TEXT, MARKDOWN_TEXT
from workers.views.markdown import cut_off, defuse, plain_text, presentable, split, streamable
from workers.views.reply import reply_message
from workers.views.segments import cut_behind, pieces_of
from workers.views.turn_buttons import turn_buttons

# Pieces of which a model's answers are made, and what goes wrong with them.
SCRAPS = st.sampled_from(
    [
        "word ", "**bold** ", "**", "~~", "`code` ", "`", "``", "```", "```python\n", "~~~\n", "```\n", "\n", "\n\n",
        "| a | b |\n", "|---|---|\n", "| 1 | 2 |\n", "|", "[docs](https://x.org/a_(b)) ", "[half](https://x", "[", "]",
        "<!channel>", "<!he", "<@U123>", "@here ", "- item\n", "  ```sh\n", "> ```\n", "> quote\n", "1. one\n",
        "# Head\n", "\\", "\\`", "*", "https://x.org/long/path?a=b ", "ü", "漢字", "👩‍💻", "\u2028", "\r\n",
    ]
)  # fmt: skip
TEXTS = st.lists(SCRAPS | st.text(max_size=8), max_size=120).map("".join)


@pytest.mark.parametrize(
    ("growing", "shown"),
    [
        ("Hello **wor", "Hello"),
        ("Hello **world**", "Hello **world**"),
        ("Hello *", "Hello"),
        ("run `ls -", "run"),
        ("run `ls -l`", "run `ls -l`"),
        ("see [the docs](https://exam", "see"),
        ("see [the do", "see"),
        ("a list[0] of", "a list[0] of"),
        ("ping <@U12", "ping"),
        ("1 < 2 and", "1 < 2 and"),
        ("| a | b |\n", ""),
        ("| a | b |\n|---|---|\n| 1 |", "| a | b |\n|---|---|"),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n", "| a | b |\n|---|---|\n| 1 | 2 |"),
        ("so:\n``", "so:"),
        ("so:\n```py", "so:"),
        ("so:\n```py\n", "so:"),
        ("so:\n```py\nx = 1", "so:\n```py\nx = 1\n```"),
        ("so:\n```py\nx = 1\n``", "so:\n```py\nx = 1\n```"),
        ("so:\n```py\nx = 1\n```\nand **t", "so:\n```py\nx = 1\n```\nand"),
        ("- do\n  ```sh\n  ls", "- do\n  ```sh\n  ls\n  ```"),
        ("~~~\n```\nx", "~~~\n```\nx\n~~~"),
        ("escaped \\`tick", "escaped \\`tick"),
    ],
)
def test_what_is_unfinished_waits_and_open_code_is_closed(growing: str, shown: str) -> None:
    assert presentable(growing) == shown


def test_nothing_of_a_final_text_is_held_back() -> None:
    assert presentable("a **half [link", is_final=True) == "a **half [link"
    assert presentable("```\nx", is_final=True) == "```\nx\n```"


def test_something_unfinished_for_long_is_shown_after_all() -> None:
    assert presentable("**" + "word " * 100).startswith("**word")


@given(TEXTS, st.booleans())
@example(text="```  ```sh\n", is_final=False)
def test_no_fence_is_ever_left_open_and_no_word_is_made_up(text: str, is_final: bool) -> None:
    shown = presentable(text, is_final=is_final)
    assert open_fence(shown) is None
    fence = open_fence(text)
    kept = shown.removesuffix(f"\n{fence.closing}") if fence else shown
    assert text.startswith(kept)
    if is_final and fence is None:
        assert kept == text.rstrip()


@given(TEXTS, st.integers(400, 2_000))
@example("```python\n" + "x\n" * 2_000, 400)
@example("| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 500, 400)
@example("word " * 1_000, 400)
@example("x" * 5_000, 400)
@example("```~~~\n```\u2028", 400)
def test_splitting_loses_no_text_keeps_its_order_and_every_part_is_whole(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert "".join(piece.raw for piece in pieces) == text
    for piece in pieces:
        shown = presentable(piece.text, is_final=True)
        assert len(shown) <= limit
        assert open_fence(shown) is None
    assert all(open_fence(piece.text) is None for piece in pieces[:-1])


@given(TEXTS.map(lambda text: text * 9), st.integers(400, 900), st.data())
def test_parts_stay_what_they_are_while_the_text_grows(text: str, limit: int, data: st.DataObject) -> None:
    before = split(text[: data.draw(st.integers(0, len(text)))], limit)
    assert split(text, limit)[: len(before) - 1] == before[:-1]


def test_a_long_answer_is_cut_between_paragraphs() -> None:
    paragraph = "A sentence of some length. " * 8
    pieces = split("\n\n".join([paragraph] * 30), 1_000)
    assert all(piece.raw.endswith("\n\n") for piece in pieces[:-1])


def test_a_link_is_not_cut() -> None:
    text = "word " * 60 + "[a link of some words](https://example.org/" + "x" * 60 + ") " + "word " * 60
    pieces = split(text, 420)
    assert len(pieces) > 1
    assert sum("(https://example.org/" + "x" * 60 + ")" in piece.raw for piece in pieces) == 1
    assert all(piece.raw.count("[") == piece.raw.count(")") for piece in pieces)


def test_a_table_is_cut_between_rows_and_its_head_is_repeated() -> None:
    rows = [f"| row {n} | {'x' * 20} |\n" for n in range(60)]
    pieces = split("| name | value |\n|---|---|\n" + "".join(rows), 600)
    for piece in pieces:
        lines = piece.text.splitlines()
        assert lines[:2] == ["| name | value |", "|---|---|"]
        assert all(line.startswith("| ") and line.endswith(" |") for line in lines[2:])


def test_code_that_is_cut_keeps_its_language_and_renders_as_code_in_every_part() -> None:
    pieces = split("Run:\n\n```python\n" + "print('x')\n" * 300 + "```\n\nDone.", 800)
    for piece in pieces[:-1]:
        tokens = MarkdownIt().parse(piece.text)
        assert [token.info for token in tokens if token.type == "fence"] == ["python"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<!channel> look", "@channel look"),
        ("<!here|here>", "@here"),
        ("<!EVERYONE>", "@EVERYONE"),
        ("<@U123|bob> and <@W9>", "@bob and @someone"),
        ("<!subteam^S1|@oncall> <!subteam^S2>", "@oncall a group"),
        ("cc @here, @channel!", "cc @here, @channel!"),
    ],
)
def test_a_mention_stays_readable_and_calls_nobody(written: str, shown: str) -> None:
    done = defuse(written)
    assert done.replace("\u200b", "") == shown
    assert done.count("\u200b") == shown.count("@")


@pytest.mark.parametrize(
    "code",
    ["`<!here>`", "``a ` <!here>``", "```\n<!channel> @here\n```", "- do\n  ```\n  @here\n  ```", "bob@here.org"],
)
def test_code_and_addresses_are_left_alone(code: str) -> None:
    assert defuse(code) == code


@pytest.mark.parametrize(
    "trick",
    [
        "\\`<!here>\\`",
        "` <!here>",
        "- ```\n<!here>\n",
        "> ```\n<!here>\n",
        "``<!here>`",
        "```a`b\n<!here>",
    ],
)
def test_what_only_looks_like_code_is_not_spared(trick: str) -> None:
    assert "<!here>" not in defuse(trick)


@given(TEXTS)
@example("word ```python\n> quote\n<@U123>```")
def test_outside_of_code_no_mention_survives(text: str) -> None:
    done = defuse(text)
    for token in MarkdownIt().parse(done):
        for child in token.children or []:
            if child.type == "text":
                assert not re.search(r"<!(channel|here|everyone)>|<@U", child.content)


@given(TEXTS)
def test_plain_text_is_harmless_and_short(text: str) -> None:
    words = plain_text(text * 20)
    assert len(words) <= FALLBACK_TEXT
    assert "<" not in words
    assert not re.search(r"&(?!amp;|lt;|gt;)", words)


def test_plain_text_reads_well() -> None:
    text = "# Found\n\n**Two** issues, see [OPS-1](https://j/OPS-1):\n```sh\nls & echo\n```"
    assert plain_text(text) == "Found\n\nTwo issues, see OPS-1 (https://j/OPS-1):\nls &amp; echo"


@given(TEXTS.map(lambda text: text * 40))
def test_every_part_of_any_answer_fits_into_a_message(text: str) -> None:
    for piece in split(defuse(text)):
        shown = presentable(piece.text, is_final=True)
        message = reply_message(shown or "x", below=[turn_buttons("stop", "1.0")])
        assert len(message.blocks[0]["text"]) <= MARKDOWN_TEXT
        assert shown == (message.blocks[0]["text"] if shown else "")
        assert message.text


@pytest.mark.parametrize(
    ("growing", "sent"),
    [
        ("Hello **wor", "Hello **wor"),
        ("see [the docs](https://exam", "see [the docs](https://exam"),
        ("| a | b |\n|--", "| a | b |"),
        ("so:\n```py\nx = 1", "so:\n```py\nx = 1"),
        ("one \n\n", "one"),
        ("ping <@U12", "ping"),
        ("ping @her", "ping"),
        ("mail@exam", "mail"),
        ("run `ls @h", "run `ls"),
        ("1 < 2 and", "1 < 2 and"),
    ],
)
def test_a_stream_is_sent_all_that_cannot_become_a_mention_or_too_wide_a_row(growing: str, sent: str) -> None:
    assert streamable(growing) == sent


@given(TEXTS, st.integers(300, 900), st.data())
def test_a_message_ends_where_both_halves_are_whole_and_no_text_is_lost(
    text: str, limit: int, data: st.DataObject
) -> None:
    at_least = data.draw(st.integers(1, max(1, min(len(text), limit - 100))))
    cut = cut_behind(text, "", at_least, limit)
    if cut is None:
        return
    first, *rest = pieces_of(text, [cut], limit)
    assert at_least <= cut <= limit
    assert first.raw + "".join(piece.raw for piece in rest) == text
    assert open_fence(first.text) is None
    assert not first.raw.rsplit("\n", 1)[-1].lstrip().startswith("|")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("One:\n\n- a\n- ", "One:\n\n- a"),
        ("One:\n\n- a\n-", "One:\n\n- a"),
        ("One:\n\n- a\n  * **", "One:\n\n- a"),
        ("One:\n\n1. a\n2.", "One:\n\n1. a"),
        ("One:\n\n- [", "One:"),
        ("One.\n\n## ", "One."),
        ("One.\n\n> ", "One."),
        ("- a\n- [OPS-3](https://jira.exam", "- a"),
        ("See [the gui", "See"),
        ("-", ""),
        # What is whole stays.
        ("As it is written. [1]", "As it is written. [1]"),
        ("See [it](https://x.example)", "See [it](https://x.example)"),
        ("It holds *", "It holds"),
        ("**Severity:**", "**Severity:**"),
        ("2 - 1", "2 - 1"),
        ("It ended in 2026.", "It ended in 2026."),
        ("```\n- ", "```\n-\n```"),
    ],
)
def test_a_text_that_was_cut_off_ends_without_what_only_began(text: str, shown: str) -> None:
    assert cut_off(text) == shown
