"""Markdown becomes wiki markup and wiki markup Markdown: nothing is dropped, nothing turns into other markup."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.jira.wiki import LONGEST_WIKI, is_cut, wiki_of
from workers.jira.wiki_markdown import markdown_of_wiki

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=60)
PIECES = st.sampled_from(
    [
        "# ",
        "- ",
        "1. ",
        "> ",
        "```\n",
        "**",
        "_",
        "`",
        "| a | b |\n|---|---|\n| 1 | 2 |\n",
        "\n",
        "\n\n",
        "{code}",
        "[x](http://e.com)",
        "C:\\temp",
        "\\",
        "\\{color:red\\}",
        "&#92;",
    ]
)
SIGNS = st.sampled_from(
    [
        *'ab1 .:;|*_^~+!?#-(){}[]&`/"\\\\\\', "C:\\temp", "\\\\host\\share", "color:red", "code", "{code:x}", "h1.",
        "bq.", ":)", "(x)", ":-D", "(*r)", "a!b.cd!e", "OPS-12", "&amp;", "&#92;", "----",
    ]
)  # fmt: skip
LITERAL = st.lists(SIGNS, min_size=1, max_size=12).map(lambda pieces: " ".join("".join(pieces).split()))
PILES = st.lists(st.one_of(WORDS, PIECES), max_size=30).map("".join)


@pytest.mark.parametrize(
    ("markdown", "wiki"),
    [
        ("# Title", "h1. Title"),
        ("**bold** and *soft* and ~~gone~~", "*bold* and _soft_ and -gone-"),
        ("- a\n- b\n  - c", "* a\n* b\n** c"),
        ("1. a\n2. b", "# a\n# b"),
        ("```python\nx = {1}\n```", "{code:python}\nx = {1}\n{code}"),
        ("```\na {code} b\n```", "{noformat}\na {code} b\n{noformat}"),
        ("`a|b`", "{{a\\|b}}"),
        ("[page](https://example.com/a)", "[page|https://example.com/a]"),
        ("https://example.com/a", "[https://example.com/a]"),
        ("> quoted", "{quote}\nquoted\n{quote}"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "|| a || b ||\n| 1 | 2 |"),
        ("---", "----"),
        ("a {color:red}b{color}", "a \\{color:red\\}b\\{color\\}"),
        ("snake_case and OPS-12 stay", "snake_case and OPS-12 stay"),
        ("h1. is no heading", "\\h1. is no heading"),
        ("- [ ] to do\n- [x] done", "* ☐ to do\n* ☑ done"),
        ("1. one\n   - [ ] to do\n     - [x] done", "# one\n#* ☐ to do\n#** ☑ done"),
        ("un**bear**able", "un{*}bear{*}able"),
        ("**a** **b**", "*a* *b*"),
        ("**[page](https://example.com/a)**", "*[page|https://example.com/a]*"),
        ("[a](https://example.com/x?a=1|2)", "[a|https://example.com/x?a=1%7C2]"),
        ("```py\nx\n```", "{code:python}\nx\n{code}"),
        ("```brainfuck\nx\n```", "{code}\nx\n{code}"),
        ("well (x) :) done (y)", "well \\(x) \\:) done \\(y)"),
        ("> [!WARNING]\n> hot", "{panel:title=Warning}\nhot\n{panel}"),
        ("> [!NOTE] **read** this", "{panel:title=Note}\n*read* this\n{panel}"),
        ("a # b\n# c", "a # b\n\nh1. c"),
        (r"C:\temp\logs", r"C:\temp\logs"),
        (r"`a\.b` and `\[x\\`", r"{{a\.b}} and {{&#92;\[x&#92;&#92;}}"),
        ("`&amp;` & R&D", "{{&amp;amp;}} & R&D"),
    ],
)
def test_markdown_is_written_as_wiki_markup(markdown: str, wiki: str) -> None:
    assert wiki_of(markdown) == wiki


@pytest.mark.parametrize(
    ("wiki", "markdown"),
    [
        ("h2. Title", "## Title"),
        ("*bold* {{mono}} -gone-", "**bold** `mono` ~~gone~~"),
        ("* a\n** b\n# c", "- a\n  - b\n1. c"),
        ("{code:java}\nint a = 1; // *x*\n{code}", "```java\nint a = 1; // *x*\n```"),
        ("{noformat}\n```\n{noformat}", "````\n```\n````"),
        ("[page|https://example.com]", "[page](https://example.com)"),
        ("[https://example.com]", "<https://example.com>"),
        ("[~ada] wrote", "@ada wrote"),
        ("!shot.png|thumbnail!", "[attachment: shot.png]"),
        ("|| a || b ||\n| 1 | 2 |", "| a | b |\n| --- | --- |\n| 1 | 2 |"),
        ("{quote}\nsaid\n{quote}", "> said"),
        ("* ☐ to do\n** ☑ done", "- [ ] to do\n  - [x] done"),
        ("{panel:title=Note}text{panel}", "> **Note**\n> text"),
        ("{info}\none\ntwo\n{info}\nthree", "> one\n> two\nthree"),
        ("un{*}bear{*}able", "un**bear**able"),
        ("| [a|http://e.com] | b\\|c |", "| [a](http://e.com) | b\\|c |"),
        ("| a | |", "| a |  |"),
        ("{color:red}red{color} {unknown}stays{unknown}", "red {unknown}stays{unknown}"),
        ("{code} never closed", "{code} never closed"),
        ("{noformat} open\n{code}\n*x*\n{code}", "{noformat} open\n```\n*x*\n```"),
        (r"a \{color:red\}b\{color\}", "a {color:red}b{color}"),
        (r"\{code}*b*\{code}", "{code}**b**{code}"),
        (r"C:\temp\\next a&#124;b", r"C:\temp next a|b"),
        ("{{a`b}}", "``a`b``"),
        ("{{color:red}} {{code}} {{note}}", "`color:red` `code` `note`"),
    ],
)
def test_wiki_markup_is_read_as_markdown(wiki: str, markdown: str) -> None:
    assert re.sub(r"\n{2,}", "\n", markdown_of_wiki(wiki)) == markdown


@settings(max_examples=200, deadline=None)
@given(LITERAL)
def test_what_is_meant_as_it_stands_reads_as_it_was_written(text: str) -> None:
    markdown = re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)

    assert markdown_of_wiki(wiki_of(markdown)) == text


@settings(max_examples=200, deadline=None)
@given(LITERAL.filter(lambda text: "`" not in text and text))
def test_code_within_a_line_reads_as_it_was_written(text: str) -> None:
    assert markdown_of_wiki(wiki_of(f"`{text}`")) == f"`{text}`"


@settings(max_examples=100, deadline=None)
@given(PILES)
def test_no_word_is_lost_on_the_way_there(pile: str) -> None:
    wiki = wiki_of(pile)

    words = re.findall(r"[^\W\d_]{3,}", re.sub(r"```.*", "", pile))
    assert [word for word in words if word not in wiki and word not in ("http", "com")] == []


@settings(max_examples=100, deadline=None)
@given(PILES)
def test_no_word_is_lost_on_the_way_back(pile: str) -> None:
    words = re.findall(r"[^\W\d_]{3,}", pile)

    read = markdown_of_wiki(pile)
    assert [word for word in words if word not in read and word not in ("code", "panel", "color")] == []


@pytest.mark.parametrize("piece", ["[a] ", "{+} ", "{x} ", "`\\` "])
def test_a_text_of_many_signs_is_never_longer_than_jira_takes(piece: str) -> None:
    wiki = wiki_of(piece * (24_000 // len(piece)))

    assert LONGEST_WIKI * 0.9 < len(wiki) <= LONGEST_WIKI
    assert is_cut(wiki)
    assert not is_cut(wiki_of("word " * 5_000))


@pytest.mark.parametrize(
    "piece",
    [
        "[a|",
        "[",
        "{code}",
        "{quote}",
        "!a.b",
        "*a ",
        "-a ",
        "|",
        "||a",
        "{panel:title=",
        "{{",
        "[~",
        "\\",
        "{*}a",
        "\\{color:red\\}",
        "&#92;",
        "{code:",
        "{noformat}",
        "C:\\a",
        "word ",
    ],
)
def test_twice_the_text_is_about_twice_the_work(piece: str) -> None:
    text = (piece * (4_000 // len(piece) + 1))[:4_000]

    once = steps(lambda: (markdown_of_wiki(text), wiki_of(text)))
    twice = steps(lambda: (markdown_of_wiki(text * 2), wiki_of(text * 2)))

    assert twice < 3 * once


def steps(work: Callable[[], object]) -> int:
    """Count the calls that some work makes, also those of functions that are written in C."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls
