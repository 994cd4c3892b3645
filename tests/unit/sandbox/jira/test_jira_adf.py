from __future__ import annotations

from typing import Any

import pytest

from sandbox.jira.adf import InvalidAdf, plain_text, validate
from sandbox.jira.adf_html import to_html


def doc(*content: Any) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": list(content)}


def words(text: str, *marks: str, **link: str) -> dict[str, Any]:
    all_marks: list[dict[str, Any]] = [{"type": mark} for mark in marks]
    if link:
        all_marks.append({"type": "link", "attrs": link})
    return {"type": "text", "text": text, **({"marks": all_marks} if all_marks else {})}


def block(kind: str, *content: Any, **attrs: Any) -> dict[str, Any]:
    return {"type": kind, **({"attrs": attrs} if attrs else {}), "content": list(content)}


P = block("paragraph", words("x"))
ITEM = block("listItem", P)

VALID = {
    "an empty document": doc(),
    "marks": doc(block("paragraph", words("a", "strong", "em"), words("b", "strike"), words("c", "code"))),
    "a link on code": doc(block("paragraph", words("c", "code", href="https://example.com/a?b=c"))),
    "a mail link": doc(block("paragraph", words("c", href="mailto:ada@example.com"))),
    "headings": doc(*(block("heading", words("h"), level=level) for level in range(1, 7))),
    "nested lists": doc(block("bulletList", block("listItem", P, block("orderedList", ITEM, order=3)))),
    "code": doc(block("codeBlock", words("print()"), language="python")),
    "an empty code block": doc({"type": "codeBlock"}),
    "a quote": doc(block("blockquote", P, block("bulletList", ITEM), block("codeBlock", words("x")))),
    "a rule and a break": doc({"type": "rule"}, block("paragraph", words("a"), {"type": "hardBreak"}, words("b"))),
    "a table": doc(
        block("table", block("tableRow", block("tableHeader", P)), block("tableRow", block("tableCell", P)))
    ),
    "a panel": doc(block("panel", P, panelType="info")),
    "a mention": doc(block("paragraph", {"type": "mention", "attrs": {"id": "5b10", "text": "@Ada"}})),
    "a card": doc(block("paragraph", {"type": "inlineCard", "attrs": {"url": "https://example.com"}})),
}
INVALID = {
    "no document": P,
    "a wrong version": {"type": "doc", "version": 2, "content": []},
    "no content": {"type": "doc", "version": 1},
    "text at the root": doc(words("x")),
    "empty text": doc(block("paragraph", words(""))),
    "an unknown node": doc(block("section", P)),
    "an unknown mark": doc(block("paragraph", words("x", "bold"))),
    "a mark twice": doc(block("paragraph", words("x", "em", "em"))),
    "code with strong": doc(block("paragraph", words("x", "code", "strong"))),
    "marks in a code block": doc(block("codeBlock", words("x", "em"))),
    "a break in a code block": doc(block("codeBlock", {"type": "hardBreak"})),
    "a link without a scheme": doc(block("paragraph", words("x", href="example.com"))),
    "a script link": doc(block("paragraph", words("x", href="javascript:alert(1)"))),
    "a heading without a level": doc(block("heading", words("h"))),
    "a heading of level 7": doc(block("heading", words("h"), level=7)),
    "a heading in a list": doc(block("bulletList", block("listItem", block("heading", words("h"), level=1)))),
    "a heading in a quote": doc(block("blockquote", block("heading", words("h"), level=1))),
    "a quote in a quote": doc(block("blockquote", block("blockquote", P))),
    "a table in a quote": doc(block("blockquote", block("table", block("tableRow", block("tableCell", P))))),
    "a quote in a list": doc(block("bulletList", block("listItem", block("blockquote", P)))),
    "a table in a list": doc(block("bulletList", block("listItem", block("table")))),
    "an item that begins with a list": doc(block("bulletList", block("listItem", block("bulletList", ITEM)))),
    "an empty list": doc(block("bulletList")),
    "an empty item": doc(block("bulletList", block("listItem"))),
    "an empty quote": doc(block("blockquote")),
    "a paragraph in a list": doc(block("bulletList", P)),
    "a paragraph in a paragraph": doc(block("paragraph", P)),
    "an unknown member": doc({**P, "style": "bold"}),
    "unknown attrs": doc(block("paragraph", words("x"), align="left")),
    "a panel of no type": doc(block("panel", P)),
    "a mention of nobody": doc(block("paragraph", {"type": "mention", "attrs": {"text": "@Ada"}})),
    "no list of children": doc({"type": "paragraph", "content": "x"}),
    "a child that is no object": doc(block("paragraph", "x")),
}


@pytest.mark.parametrize("document", VALID.values(), ids=VALID)
def test_a_valid_document_is_accepted(document: dict[str, Any]) -> None:
    assert validate(document)


@pytest.mark.parametrize("document", INVALID.values(), ids=INVALID)
def test_an_invalid_document_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(InvalidAdf):
        validate(document)


def test_plain_text_keeps_all_words_and_their_lines() -> None:
    document = doc(P, block("bulletList", block("listItem", block("paragraph", words("one"))), ITEM))
    assert plain_text(document) == "x\none\nx"


def test_html_is_escaped() -> None:
    html = to_html(doc(block("paragraph", words("<b>&", "strong"), words("there", href='https://x.test/"'))))
    assert html == ('<p><strong>&lt;b&gt;&amp;</strong><a href="https://x.test/&quot;" rel="noreferrer">there</a></p>')
