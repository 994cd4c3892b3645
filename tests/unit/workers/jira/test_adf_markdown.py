from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.jira.adf import adf_of
from workers.jira.adf_markdown import markdown_of


def document(*content: Any) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": list(content)}


def text(words: str, *marks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "text", "text": words, "marks": list(marks)}


def paragraph(*content: Any) -> dict[str, Any]:
    return {"type": "paragraph", "content": list(content)}


@pytest.mark.parametrize(
    "markdown",
    [
        "Plain text",
        "# Title\n\nText",
        "- a\n- b\n  - c\n    more\n- d",
        "3. a\n4. b",
        "> quoted\n>\n> twice",
        "```py\nx = 1\n\ny = 2\n```",
        "| a | b |\n| --- | --- |\n| 1 | **2** |",
        "**bold** _em_ ~~gone~~ `code` [label](https://a.example)",
        "one\ntwo",
        "a\n\n---\n\nb",
        "- [ ] a\n- [x] b\n  - [ ] c\n- [ ] d",
        "> [!WARNING]\n> hot\n>\n> - a",
        "https://a.example/x",
        "``a`b`` and `` `c` ``",
    ],
)
def test_what_was_written_reads_the_same(markdown: str) -> None:
    assert markdown_of(adf_of(markdown)) == markdown


@pytest.mark.parametrize(
    ("node", "shown"),
    [
        (paragraph({"type": "mention", "attrs": {"id": "1", "text": "@Ada"}}, text(" look")), "@Ada look"),
        (paragraph({"type": "inlineCard", "attrs": {"url": "https://a.example"}}), "https://a.example"),
        (paragraph({"type": "inlineCard", "attrs": {"data": {"name": "Page"}}}), "Page"),
        (paragraph({"type": "emoji", "attrs": {"shortName": ":tada:", "text": "🎉"}}), "🎉"),
        (paragraph({"type": "status", "attrs": {"text": "DONE", "color": "green"}}), "[DONE]"),
        (paragraph({"type": "date", "attrs": {"timestamp": "1700000000000"}}), "2023-11-14"),
        (paragraph({"type": "date", "attrs": {"timestamp": "never"}}), ""),
        (
            {"type": "mediaSingle", "content": [{"type": "media", "attrs": {"id": "x", "alt": "log.txt"}}]},
            "[attachment: log.txt]",
        ),
        ({"type": "panel", "attrs": {"panelType": "info"}, "content": [paragraph(text("Mind"))]}, "> [!NOTE]\n> Mind"),
        ({"type": "panel", "attrs": {"panelType": "custom"}, "content": [paragraph(text("Mind"))]}, "> Mind"),
        ({"type": "expand", "attrs": {"title": "Log"}, "content": [paragraph(text("x"))]}, "**Log**\n\nx"),
        (
            {
                "type": "taskList",
                "attrs": {"localId": "1"},
                "content": [
                    {"type": "taskItem", "attrs": {"localId": "2", "state": "DONE"}, "content": [text("ship")]},
                    {"type": "taskList", "content": [{"type": "taskItem", "content": [text("pack")]}]},
                    {"type": "blockTaskItem", "attrs": {"state": "DONE"}, "content": [paragraph(text("test"))]},
                ],
            },
            "- [x] ship\n  - [ ] pack\n- [x] test",
        ),
        (
            {"type": "brandNew", "content": [paragraph(text("still")), {"type": "newer", "content": [text("read")]}]},
            "still\n\nread",
        ),
        (paragraph({"type": "newInline", "content": [text("kept")]}), "kept"),
        (paragraph(text("see "), {"type": "newInline", "attrs": {"title": "Page"}}), "see Page"),
        ({"type": "newThing", "attrs": {"text": "hello", "url": "https://a.example"}}, "[hello](https://a.example)"),
        ({"type": "newThing", "attrs": {"url": "https://a.example"}}, "https://a.example"),
        ({"type": "newThing", "attrs": {"level": 1}}, "[newThing]"),
        ({"type": "extension", "attrs": {"extensionKey": "toc"}}, "[extension: toc]"),
        (paragraph({"type": "inlineExtension", "attrs": {"extensionKey": "sum"}}), "[inlineExtension: sum]"),
        ({"type": "mediaSingle", "content": []}, ""),
        (paragraph(text("a | b", {"type": "unknownMark"})), "a | b"),
        (paragraph(text("x", {"type": "link", "attrs": {"href": "javascript:x"}})), "x (javascript:x)"),
        ({"type": "codeBlock", "content": [text("a ``` b")]}, "````\na ``` b\n````"),
    ],
)
def test_every_node_is_read_and_unknown_ones_give_their_text(node: dict[str, Any], shown: str) -> None:
    assert markdown_of(document(node)) == shown


@pytest.mark.parametrize(
    "value", [None, 7, [], {}, {"type": 7}, {"content": "x"}, {"type": "doc", "content": [1, None, "x"]}]
)
def test_what_is_no_document_reads_as_nothing(value: Any) -> None:
    assert markdown_of(value) == ""


def test_a_plain_string_is_read_as_it_is() -> None:
    assert markdown_of("h2. Wiki *text*\n") == "h2. Wiki *text*"


def test_a_document_of_absurd_depth_keeps_its_text() -> None:
    node = paragraph(text("deep inside"))
    for _ in range(400):
        node = {"type": "bulletList", "content": [{"type": "listItem", "content": [node]}]}

    assert "deep inside" in markdown_of(document(node))


NODES = st.recursive(
    st.fixed_dictionaries({"type": st.just("text"), "text": st.text(max_size=8)}),
    lambda inner: st.fixed_dictionaries(
        {
            "type": st.sampled_from(
                [
                    "doc",
                    "paragraph",
                    "bulletList",
                    "orderedList",
                    "listItem",
                    "table",
                    "tableRow",
                    "tableCell",
                    "panel",
                    "odd",
                ]
            ),
            "attrs": st.one_of(st.none(), st.dictionaries(st.sampled_from(["level", "order", "url"]), st.integers())),
            "content": st.one_of(st.none(), st.lists(inner, max_size=4)),
        }
    ),
    max_leaves=15,
)


@settings(max_examples=80, deadline=None)
@given(NODES)
def test_reading_never_raises(node: Any) -> None:
    assert isinstance(markdown_of(node), str)
