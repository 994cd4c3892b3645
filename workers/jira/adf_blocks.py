"""Block Markdown tokens → ADF blocks: what may not stand inside another becomes the nearest thing that may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

from markdown_it.tree import SyntaxTreeNode

from workers.jira.adf_inline import LinkOf, inline_nodes

Node = dict[str, Any]
Place = Literal["doc", "quote", "item"]
"""Where a block stands: quotes and list items take paragraphs, lists and code only."""

TASK = re.compile(r"\[([ xX])\]\s+")
LANGUAGE = re.compile(r"[\w.+#-]{1,40}")


def blocks_of(node: SyntaxTreeNode, link_of: LinkOf, place: Place = "doc") -> list[Node]:
    """Return the children of a token as blocks that may stand in `place`."""
    return [block for child in node.children for block in _block(child, link_of, place)]


def _block(node: SyntaxTreeNode, link_of: LinkOf, place: Place) -> list[Node]:
    kind = node.type
    if kind in ("paragraph", "heading"):
        return _paragraph(node, link_of, place)
    if kind in ("bullet_list", "ordered_list"):
        return _list(node, link_of)
    if kind in ("fence", "code_block"):
        return [_code(node)]
    if kind == "blockquote":
        return _quote(node, link_of, place)
    if kind == "table":
        return _table(node, link_of) if place == "doc" else _table_as_lines(node, link_of)
    if kind == "hr":
        return [{"type": "rule"}] if place == "doc" else []
    return _text(node)


def _paragraph(node: SyntaxTreeNode, link_of: LinkOf, place: Place) -> list[Node]:
    is_heading = node.type == "heading"
    # Where no heading may stand its text stands bold.
    marks = ("strong",) if is_heading and place != "doc" else ()
    content = [each for child in node.children for each in inline_nodes(child, link_of, marks)]
    if not content:
        return []
    if is_heading and place == "doc":
        return [{"type": "heading", "attrs": {"level": int(node.tag[1])}, "content": content}]
    return [{"type": "paragraph", "content": content}]


def _list(node: SyntaxTreeNode, link_of: LinkOf) -> list[Node]:
    items = [_item(child, link_of) for child in node.children]
    if node.type == "bullet_list":
        return [{"type": "bulletList", "content": items}]
    return [{"type": "orderedList", "attrs": {"order": int(node.attrs.get("start", 1))}, "content": items}]


def _item(node: SyntaxTreeNode, link_of: LinkOf) -> Node:
    content = blocks_of(node, link_of, "item")
    if not content or content[0]["type"] not in ("paragraph", "codeBlock"):
        content.insert(0, {"type": "paragraph", "content": []})
    _mark_task(content[0])
    return {"type": "listItem", "content": content}


def _mark_task(block: Node) -> None:
    """Turn the `[ ]` of a task list into a box that reads as one."""
    first = next(iter(block.get("content", ())), None)
    match = TASK.match(first.get("text", "")) if first and block["type"] == "paragraph" else None
    if first and match:
        box = "☐ " if match[1] == " " else "☑ "
        first["text"] = box + first["text"][match.end() :]


def _code(node: SyntaxTreeNode) -> Node:
    text = node.content.removesuffix("\n")
    language = LANGUAGE.match(node.info.strip()) if node.info else None
    return {
        "type": "codeBlock",
        **({"attrs": {"language": language.group()}} if language else {}),
        "content": [{"type": "text", "text": text}] if text else [],
    }


def _quote(node: SyntaxTreeNode, link_of: LinkOf, place: Place) -> list[Node]:
    if place != "doc":
        return blocks_of(node, link_of, place)
    content = blocks_of(node, link_of, "quote")
    return [{"type": "blockquote", "content": content}] if content else []


def _table(node: SyntaxTreeNode, link_of: LinkOf) -> list[Node]:
    rows = [{"type": "tableRow", "content": [_cell(cell, link_of) for cell in row.children]} for row in _rows(node)]
    return [{"type": "table", "content": rows}] if rows else []


def _cell(node: SyntaxTreeNode, link_of: LinkOf) -> Node:
    content = [each for child in node.children for each in inline_nodes(child, link_of)]
    kind = "tableHeader" if node.type == "th" else "tableCell"
    return {"type": kind, "content": [{"type": "paragraph", "content": content}]}


def _table_as_lines(node: SyntaxTreeNode, link_of: LinkOf) -> list[Node]:
    """Return a paragraph for each row: a table may stand neither in a quote nor in a list."""
    return [block for row in _rows(node) for block in _row_as_line(row, link_of)]


def _row_as_line(row: SyntaxTreeNode, link_of: LinkOf) -> list[Node]:
    content: list[Node] = []
    for cell in row.children:
        content += [{"type": "text", "text": " | "}] if content else []
        content += [each for child in cell.children for each in inline_nodes(child, link_of)]
    return [{"type": "paragraph", "content": content}] if content else []


def _rows(node: SyntaxTreeNode) -> Iterator[SyntaxTreeNode]:
    for part in node.children:
        yield from (row for row in part.children if row.children)


def _text(node: SyntaxTreeNode) -> list[Node]:
    """Return what a token of another kind says, as it stands."""
    text = node.content.strip() if node.is_root is False and node.token else ""
    return [{"type": "paragraph", "content": [{"type": "text", "text": text}]}] if text else []
