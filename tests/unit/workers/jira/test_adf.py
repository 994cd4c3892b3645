from __future__ import annotations

import json
import re
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.jira.adf import plain_text, validate
from workers.jira.adf import LONGEST_MARKDOWN, SHORTENED, adf_of

PIECES = [
    "# ", "## ", "> ", ">> ", "- ", "  - ", "* ", "1. ", "7) ", "    ", "\t", "```", "```py\n", "~~~", "`",
    "``", "**", "__", "*", "_", "~~", "[", "](", ")", "](https://a.example/b)", "](javascript:x)", "](/rel)",
    "![", "<", ">", "<b>", "</b>", "<https://a.example>", "<!-- ", " -->", "| a | b |\n|---|---|\n| c |\n", "|",
    "---", "***", "===", "\n", "\n\n", "\\", "  \n", "- [ ] ", "- [x] ", "  - [X] ", "1. [ ] ",
    "> [!NOTE]\n", "> [!tip] ", "[!WARNING]", "[!note]: https://a.example\n", "&amp;", "&#0;", "&ngE;", "OPS-12",
    "UTF-8", "https://x.example/a_(b)", "http://[", "mailto:a@b.example", "word", "two words", "é", "日本",
    "👩🏽‍💻", "\u202e", "\ud800", "\x00", "\x1b", "\r\n", "<!channel>", "<@U1|ann>", "@here",
    "[a]: https://a.example\n",
]  # fmt: skip


def texts(node: dict[str, Any]) -> list[dict[str, Any]]:
    own = [node] if node["type"] == "text" else []
    return own + [text for child in node.get("content", ()) for text in texts(child)]


def kinds(node: dict[str, Any]) -> list[str]:
    return [node["type"], *(kind for child in node.get("content", ()) for kind in kinds(child))]


def nodes(node: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    own = [node] if node["type"] == kind else []
    return own + [found for child in node.get("content", ()) for found in nodes(child, kind)]


def link(document: dict[str, Any], text: str) -> str | None:
    node = next(node for node in texts(document) if node["text"] == text)
    return next((mark["attrs"]["href"] for mark in node.get("marks", ()) if mark["type"] == "link"), None)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_pile_of_markdown_becomes_a_valid_document(markdown: str) -> None:
    document = adf_of(markdown, link_of=lambda key: f"https://jira.example.com/browse/{key}")

    assert validate(document)
    json.dumps(document).encode()


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_becomes_a_valid_document(markdown: str) -> None:
    assert validate(adf_of(markdown))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["> ", "- ", "1. ", "# ", "  ", "alpha ", "beta ", "**gamma** ", "\n", "| delta |"]),
        max_size=30,
    )
)
def test_no_word_is_lost(pieces: list[str]) -> None:
    markdown = "".join(pieces)

    said = plain_text(adf_of(markdown))

    for word in ("alpha", "beta", "gamma", "delta"):
        assert said.count(word) == markdown.count(word)


@pytest.mark.parametrize(
    "markdown",
    [
        "",
        " \n\t\n",
        "#",
        "> # Heading",
        "> | a | b |\n> |---|---|\n> | c | d |",
        "> > > deep\n> > quote",
        "> ---",
        ">",
        "- # Heading in a list",
        "- > quote in a list",
        "- | a |\n  |---|\n  | b |",
        "- - - x",
        "-",
        "- \n  - nested first",
        "1.",
        "0. zero",
        "999999999. big",
        "- ---",
        "**bold with `code` inside**",
        "~~*all **of** them*~~",
        "***",
        "<script>alert(1)</script>",
        "text <b>bold</b> <!-- comment -->",
        "[x](javascript:alert(1)) [y](data:text/html,1) [z](vbscript:x)",
        "[x](http://[) [y](https://) [z](https:///p) [w]( https://a.example/with%20space )",
        "![alt](https://a.example/p.png) ![](https://a.example/p.png) ![x](relative.png)",
        "[![alt](https://a.example/p.png)](https://a.example)",
        "[`code`](https://a.example) [**bold**](https://a.example)",
        "[](https://a.example)",
        "| a | b |\n|---|---|",
        "| a |\n|---|\n| b | c | d |",
        "|  |\n|---|\n|  |",
        "```\n```",
        "```python {1,2}\nx = 1\n```",
        "```\nnever closed",
        "    indented code",
        "line one\nline two  \nline three\\\nline four",
        "\n\n  \nText",
        "Setext\n===\n\nOther\n---",
        "text\x00with\x1bcontrol\ud800characters\u2028here\ufffe",
        "&nbsp;&#x0;&#xD800;&copy;",
        "a" * 40_000,
        "<!channel> <@U123> <#C1|general>",
        "* * *\n- - -\n_ _ _",
    ],
)
def test_hazards_become_valid_documents(markdown: str) -> None:
    assert validate(adf_of(markdown))


def test_common_markdown_keeps_its_meaning() -> None:
    document = adf_of(
        "## Steps\n1. Open *VPN*\n2. Wait **10 min**\n\n> It `drops`\n\n---\n\n"
        "```sh\nping x\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    )

    assert [block["type"] for block in document["content"]] == [
        "heading", "orderedList", "blockquote", "rule", "codeBlock", "table",
    ]  # fmt: skip
    assert document["content"][0]["attrs"] == {"level": 2}
    assert document["content"][4] == {
        "type": "codeBlock",
        "attrs": {"language": "sh"},
        "content": [{"type": "text", "text": "ping x"}],
    }
    marks = {node["text"]: [mark["type"] for mark in node.get("marks", ())] for node in texts(document)}
    assert (marks["VPN"], marks["10 min"], marks["drops"]) == (["em"], ["strong"], ["code"])


def test_a_line_break_stays_a_line_break() -> None:
    (paragraph,) = adf_of("**Env:** prod\n**Version:** 3\n")["content"]

    assert [node["type"] for node in paragraph["content"]] == ["text", "text", "hardBreak", "text", "text"]


def test_a_heading_where_none_may_stand_is_bold() -> None:
    document = adf_of("> # Cause `x`")

    assert kinds(document) == ["doc", "blockquote", "paragraph", "text", "text"]
    assert [node["marks"][0]["type"] for node in texts(document)] == ["strong", "code"]


def test_addresses_and_known_keys_become_links() -> None:
    document = adf_of(
        "See https://a.example/x_(y). OPS-12 and UTF-8, `OPS-13`",
        link_of=lambda key: f"https://j.example/browse/{key}" if key.startswith("OPS-") else None,
    )

    assert link(document, "https://a.example/x_(y)") == "https://a.example/x_(y)"
    assert link(document, "OPS-12") == "https://j.example/browse/OPS-12"
    assert link(document, "OPS-13") is None
    assert ". " in [node["text"] for node in texts(document)]


def test_an_address_that_may_not_be_a_link_stays_readable() -> None:
    said = plain_text(adf_of("[run](javascript:alert(1)) [here](/wiki/x) [file](ftp://a.example/f)"))

    assert "javascript:alert(1)" in said
    assert "here (/wiki/x)" in said
    assert "file (ftp://a.example/f)" in said


def test_task_lists_are_task_lists_and_keep_their_marks() -> None:
    document = adf_of("- [ ] restart\n  - [x] check **logs**\n- [X] call")

    assert validate(document)
    (tasks,) = document["content"]
    assert [part["type"] for part in tasks["content"]] == ["taskItem", "taskList", "taskItem"]
    assert [node["attrs"]["state"] for node in nodes(document, "taskItem")] == ["TODO", "DONE", "DONE"]
    assert texts(document)[2]["marks"] == [{"type": "strong"}]
    ids = [node["attrs"]["localId"] for kind in ("taskList", "taskItem") for node in nodes(document, kind)]
    assert len(ids) == len(set(ids)) == 5
    assert document == adf_of("- [ ] restart\n  - [x] check **logs**\n- [X] call")


@pytest.mark.parametrize(
    "markdown", ["- [ ] restart\n- other", "> - [ ] restart", "- [ ] restart\n\n  ```\n  now\n  ```"]
)
def test_tasks_show_their_boxes_where_no_task_list_may_stand(markdown: str) -> None:
    document = adf_of(markdown)

    assert validate(document)
    assert "taskList" not in kinds(document)
    assert plain_text(document).startswith("☐ restart")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("NOTE", "info"), ("tip", "success"), ("IMPORTANT", "note"), ("Warning", "warning"), ("CAUTION", "error")],
)
def test_alerts_are_panels_without_the_word_that_names_them(name: str, kind: str) -> None:
    document = adf_of(f"> [!{name}]\n> **mind** the gap\n>\n> ## Steps\n>\n> - [ ] look\n>\n> | a |\n> |---|\n> | b |")

    assert validate(document)
    (panel,) = document["content"]
    assert panel["attrs"] == {"panelType": kind}
    assert plain_text(panel).split("\n") == ["mind the gap", "Steps", "look", "a", "b"]
    assert {"heading", "taskList"} <= set(kinds(panel))


def test_an_alert_in_a_list_has_a_bold_title_and_an_empty_one_is_a_quote() -> None:
    listed, empty = adf_of("- > [!TIP]\n  > try again"), adf_of("> [!TIP]")

    assert plain_text(listed).split("\n") == ["Tip", "try again"]
    assert texts(listed)[0]["marks"] == [{"type": "strong"}]
    assert kinds(empty) == ["doc", "blockquote", "paragraph", "text"]


def test_a_link_of_the_same_name_makes_no_panel() -> None:
    document = adf_of("> [!NOTE] read it\n\n[!note]: https://a.example")

    assert "panel" not in kinds(document)
    assert link(document, "!NOTE") == "https://a.example"


def test_a_text_that_is_too_long_is_cut_and_says_so() -> None:
    said = plain_text(adf_of("a line of text\n" * 5_000))

    assert len(said) <= LONGEST_MARKDOWN + len(SHORTENED) + 10
    assert said.endswith(SHORTENED)


def test_a_line_that_is_most_of_a_text_is_cut_itself() -> None:
    said = plain_text(adf_of("Payload:\n" + "x" * 40_000))

    assert said.count("x") > LONGEST_MARKDOWN - 100
    assert said.endswith(SHORTENED)


@pytest.mark.parametrize(
    "hazard",
    [
        "> " * 4_000 + "end",
        "- " * 4_000 + "end",
        "".join("  " * depth + "- x\n" for depth in range(150)) + "end",
        "*a " * 5_000 + "a* " * 4_000 + "end",
    ],
)
def test_text_nested_too_deep_is_kept_as_plain_paragraphs(hazard: str) -> None:
    document = adf_of(hazard)

    assert validate(document)
    assert re.search(r"end$", plain_text(document))


@pytest.mark.parametrize(
    "unit", ["[", "[a ", "[a]", "*a ", "`a ", "![", "[a](", "~~a ", "<", "&", "a*_", "(https://a.example", "|a", "> - "]
)
def test_the_work_grows_with_the_length_of_the_text_not_with_its_square(unit: str) -> None:
    def calls(size: int) -> int:
        counted = 0

        def count(_frame: object, event: str, _arg: object) -> None:
            nonlocal counted
            counted += event in ("call", "c_call")

        text = unit * (size // len(unit))
        sys.setprofile(count)
        try:
            adf_of(text)
        finally:
            sys.setprofile(None)
        return counted

    # Seven times the text; its square would be 49 times the work.
    assert calls(7_000) < 15 * calls(1_000)
