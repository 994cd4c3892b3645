"""Block Markdown tokens → ADF blocks: what may not stand inside another becomes the nearest thing that may."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from markdown_it.tree import SyntaxTreeNode

from workers.jira.adf_inline import LinkOf, inline_nodes

Node = dict[str, Any]
Place = Literal["doc", "quote", "panel", "item"]
"""Where a block stands: quotes and list items take paragraphs, lists and code only, panels headings beside."""

TASK = re.compile(r"\[([ xX])\]\s+")
# How a quote says that it is a panel, on GitHub and in what models write.
ALERT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*", re.IGNORECASE)
PANELS = {"note": "info", "tip": "success", "important": "note", "warning": "warning", "caution": "error"}
LANGUAGE = re.compile(r"[\w.+#-]{1,40}")


def blocks_of(node: SyntaxTreeNode, link_of: LinkOf, place: Place = "doc") -> list[Node]:
    """Return the children of a token as blocks that may stand in `place`."""
    return [block for child in node.children for block in _block(child, link_of, place)]


def _block(node: SyntaxTreeNode, link_of: LinkOf, place: Place) -> list[Node]:
    kind = node.type
    if kind in ("paragraph", "heading"):
        return _paragraph(node, link_of, place)
    if kind in ("bullet_list", "ordered_list"):
        return _list(node, link_of, place)
    if kind in ("fence", "code_block"):
        return [_code(node)]
    if kind == "blockquote":
        return _quote(node, link_of, place)
    if kind == "table":
        return _table(node, link_of) if place == "doc" else _table_as_lines(node, link_of)
    if kind == "hr":
        return [{"type": "rule"}] if place in ("doc", "panel") else []
    return _text(node)


def _paragraph(node: SyntaxTreeNode, link_of: LinkOf, place: Place) -> list[Node]:
    is_heading = node.type == "heading"
    # Where no heading may stand its text stands bold.
    takes_headings = place in ("doc", "panel")
    marks = ("strong",) if is_heading and not takes_headings else ()
    content = [each for child in node.children for each in inline_nodes(child, link_of, marks)]
    if not content:
        return []
    if is_heading and takes_headings:
        return [{"type": "heading", "attrs": {"level": int(node.tag[1])}, "content": content}]
    return [{"type": "paragraph", "content": content}]


def _list(node: SyntaxTreeNode, link_of: LinkOf, place: Place) -> list[Node]:
    items = [_item(child, link_of) for child in node.children]
    # A task list may not stand in a quote, and its items hold nothing but a line and further tasks.
    if place != "quote" and all(_is_task(item) for item in items):
        return [{"type": "taskList", "content": [part for item in items for part in _task(item)]}]
    for item in items:
        _mark_task(item["content"][0])
    if node.type == "bullet_list":
        return [{"type": "bulletList", "content": items}]
    return [{"type": "orderedList", "attrs": {"order": int(node.attrs.get("start", 1))}, "content": items}]


def _item(node: SyntaxTreeNode, link_of: LinkOf) -> Node:
    content = blocks_of(node, link_of, "item")
    if not content or content[0]["type"] not in ("paragraph", "codeBlock"):
        content.insert(0, {"type": "paragraph", "content": []})
    return {"type": "listItem", "content": content}


def number_tasks(content: Iterable[Node]) -> None:
    """Give all tasks among these blocks the ids that Jira wants, the same for the same text."""
    number, waiting = 0, list(content)[::-1]
    while waiting:
        node = waiting.pop()
        if node["type"] in ("taskList", "taskItem"):
            number += 1
            node["attrs"] = {"localId": f"task-{number}", **node.get("attrs", {})}
        waiting += reversed(node.get("content", ()))


def _is_task(item: Node) -> bool:
    first, *rest = item["content"]
    return _box(first) is not None and all(block["type"] == "taskList" for block in rest)


def _task(item: Node) -> list[Node]:
    """Return an item of a task list, and the lists below it: they stand beside it, not in it."""
    first, *below = item["content"]
    box = _box(first)
    state = "TODO" if box is None or box[1] == " " else "DONE"
    content = _without_start(first["content"], box.end() if box else 0)
    return [{"type": "taskItem", "attrs": {"state": state}, "content": content}, *below]


def _mark_task(block: Node) -> None:
    """Turn the `[ ]` of a task into a box that reads as one, where no task list may stand."""
    if box := _box(block):
        first = block["content"][0]
        first["text"] = ("☐ " if box[1] == " " else "☑ ") + first["text"][box.end() :]


def _box(block: Node) -> re.Match[str] | None:
    first = next(iter(block.get("content", ())), None) if block["type"] == "paragraph" else None
    return TASK.match(first.get("text", "")) if first else None


def _without_start(nodes: list[Node], length: int) -> list[Node]:
    """Return inline nodes without the first characters of their first text, nor a break behind them."""
    first, *rest = nodes
    text = first["text"][length:]
    if text:
        return [{**first, "text": text}, *rest]
    return rest[1:] if rest and rest[0]["type"] == "hardBreak" else rest


def _code(node: SyntaxTreeNode) -> Node:
    text = node.content.removesuffix("\n")
    language = LANGUAGE.match(node.info.strip()) if node.info else None
    return {
        "type": "codeBlock",
        **({"attrs": {"language": language.group()}} if language else {}),
        "content": [{"type": "text", "text": text}] if text else [],
    }


def _quote(node: SyntaxTreeNode, link_of: LinkOf, place: Place) -> list[Node]:
    alert = ALERT.match(_start_of(node))
    if place != "doc":
        content = blocks_of(node, link_of, place)
        return _titled(content, alert) if alert else content
    content = blocks_of(node, link_of, "panel" if alert else "quote")
    if alert and (told := _untitled(content, alert)):
        return [{"type": "panel", "attrs": {"panelType": PANELS[alert[1].lower()]}, "content": told}]
    return [{"type": "blockquote", "content": content}] if content else []


def _start_of(quote: SyntaxTreeNode) -> str:
    """Return the plain text that a quote begins with, empty if it begins with anything else."""
    first = quote
    for kind in ("paragraph", "inline", "text"):
        found = next(iter(first.children), None)
        if found is None or found.type != kind:
            return ""
        first = found
    return first.content


def _untitled(content: list[Node], alert: re.Match[str]) -> list[Node]:
    """Return the blocks of a panel without the sign that names its kind."""
    first, *rest = content
    left = _without_start(first["content"], len(alert[0].rstrip()))
    if left and left[0]["type"] == "text" and not (text := left[0]["text"].lstrip()):
        left = left[1:]
    elif left and left[0]["type"] == "text":
        left = [{**left[0], "text": text}, *left[1:]]
    return [{**first, "content": left}, *rest] if left else rest


def _titled(content: list[Node], alert: re.Match[str]) -> list[Node]:
    """Return the blocks of a panel where none may stand: its kind is a bold word before them."""
    title = {"type": "text", "text": alert[1].capitalize(), "marks": [{"type": "strong"}]}
    return [{"type": "paragraph", "content": [title]}, *_untitled(content, alert)]


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
