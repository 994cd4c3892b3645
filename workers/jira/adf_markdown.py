"""Atlassian Document Format → Markdown for reading: unknown nodes give their text, nothing raises."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from workers.jira.adf_blocks import PANELS
from workers.jira.adf_inline import is_safe
from workers.jira.code_spans import code_span

Node = dict[str, Any]

DEEPEST = 60
"""Deeper nodes are read as plain text."""
ALERTS = {"tip": "TIP", **{kind: name.upper() for name, kind in PANELS.items()}}
HOLDERS = frozenset(
    {
        "doc", "listItem", "tableRow", "tableCell", "tableHeader", "layoutSection", "layoutColumn", "mediaSingle",
        "mediaGroup", "caption", "taskItem", "blockTaskItem", "decisionItem",
    }
)  # fmt: skip
"""Without content they say nothing; of other nodes at least the name is told."""
AROUND = {"strong": "**", "em": "_", "strike": "~~"}


def markdown_of(value: Any) -> str:
    """Return a document as Markdown; a string, as webhooks and old fields have it, as it is."""
    if isinstance(value, str):
        return value.strip()
    if not isinstance(value, dict):
        return ""
    return _block(value, 0).strip()


def _block(node: Node, depth: int) -> str:
    """Return one block without blank lines around it."""
    if depth > DEEPEST:
        return _all_text(node)
    reader = BLOCKS.get(str(node.get("type")))
    if reader:
        return reader(node, depth)
    if _is_inline(node):
        return _inline(node, depth)
    return _body(node, depth) if _children(node) else _leaf(node)


def _body(node: Node, depth: int, between: str = "\n\n") -> str:
    """Return the children: neighbours that are inline in one line, blocks apart."""
    parts: list[str] = []
    was_inline = False
    for child in _children(node):
        inline = _is_inline(child)
        text = _inline(child, depth + 1) if inline else _block(child, depth + 1)
        if inline and was_inline:
            parts[-1] += text
        elif text:
            parts.append(text)
        was_inline = inline and bool(parts)
    return between.join(part for part in parts if part.strip())


def _leaf(node: Node) -> str:
    """Return what a node without content says of itself: none vanishes because it is new."""
    kind, attrs = node.get("type"), _attrs(node)
    if not isinstance(kind, str) or not kind or kind in HOLDERS:
        return ""
    words = str(node.get("text") or attrs.get("text") or attrs.get("title") or attrs.get("extensionTitle") or "")
    address, key = str(attrs.get("url") or ""), attrs.get("extensionKey")
    if words and is_safe(address):
        return f"[{words}]({address})"
    return words or address or (f"[{kind}: {key}]" if key else f"[{kind}]")


def _line(node: Node, depth: int) -> str:
    return "".join(_inline(child, depth + 1) for child in _children(node)).strip()


def _heading(node: Node, depth: int) -> str:
    level = _attrs(node).get("level")
    return "#" * (level if isinstance(level, int) and 1 <= level <= 6 else 3) + " " + _line(node, depth)


def _bullets(node: Node, depth: int) -> str:
    return "\n".join(_item(child, "- ", depth) for child in _children(node))


def _numbers(node: Node, depth: int) -> str:
    order = _attrs(node).get("order")
    first = order if isinstance(order, int) else 1
    return "\n".join(_item(child, f"{first + place}. ", depth) for place, child in enumerate(_children(node)))


def _item(node: Node, bullet: str, depth: int) -> str:
    kind = node.get("type")
    if kind in ("taskList", "decisionList"):
        # Lists of tasks stand beside the task that they belong to.
        return "  " + _block(node, depth + 1).replace("\n", "\n  ")
    if kind in ("taskItem", "blockTaskItem"):
        bullet += "[x] " if _attrs(node).get("state") == "DONE" else "[ ] "
    if kind in ("taskItem", "decisionItem"):
        return bullet + _line(node, depth + 1).replace("\n", "\n  ")
    body = _body(node, depth + 1, between="\n") if kind in ("listItem", "blockTaskItem") else _block(node, depth + 1)
    return bullet + body.replace("\n", "\n" + " " * len(bullet))


def _code(node: Node, _depth: int) -> str:
    text = _all_text(node)
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{_attrs(node).get('language') or ''}\n{text}\n{fence}"


def _quote(node: Node, depth: int) -> str:
    return "\n".join(f"> {line}".rstrip() for line in _body(node, depth).split("\n"))


def _panel(node: Node, depth: int) -> str:
    """Return a quote that names the kind of the panel, as GitHub writes it; a plain one of a kind that it lacks."""
    alert = ALERTS.get(str(_attrs(node).get("panelType")))
    return f"> [!{alert}]\n{_quote(node, depth)}" if alert else _quote(node, depth)


def _expand(node: Node, depth: int) -> str:
    title = str(_attrs(node).get("title") or "").strip()
    body = _body(node, depth)
    return f"**{title}**\n\n{body}".strip() if title else body


def _table(node: Node, depth: int) -> str:
    rows = [[_cell(cell, depth) for cell in _children(row)] for row in _children(node)]
    lines = [f"| {' | '.join(row)} |" for row in rows if row]
    if lines:
        lines.insert(1, "|" + " --- |" * len(rows[0]))
    return "\n".join(lines)


def _cell(node: Node, depth: int) -> str:
    return " ".join(_body(node, depth + 2).replace("|", "\\|").split())


def _rule(_node: Node, _depth: int) -> str:
    return "---"


def _card(node: Node, _depth: int) -> str:
    attrs = _attrs(node)
    data = attrs.get("data")
    return str(attrs.get("url") or (data.get("url") or data.get("name") if isinstance(data, dict) else "") or "")


def _media(node: Node, _depth: int) -> str:
    attrs = _attrs(node)
    name = attrs.get("alt") or attrs.get("title") or attrs.get("url") or attrs.get("id") or "file"
    return f"[attachment: {name}]"


def _extension(node: Node, depth: int) -> str:
    text = str(_attrs(node).get("text") or "")
    return "\n\n".join(filter(None, (text, _body(node, depth)))) or _leaf(node)


BLOCKS: dict[str, Callable[[Node, int], str]] = {
    "paragraph": _line,
    "heading": _heading,
    "bulletList": _bullets,
    "orderedList": _numbers,
    "taskList": _bullets,
    "decisionList": _bullets,
    "codeBlock": _code,
    "blockquote": _quote,
    "panel": _panel,
    "expand": _expand,
    "nestedExpand": _expand,
    "table": _table,
    "rule": _rule,
    "blockCard": _card,
    "embedCard": _card,
    "media": _media,
    "extension": _extension,
    "bodiedExtension": _extension,
}


def _inline(node: Node, depth: int) -> str:
    if depth > DEEPEST:
        return _all_text(node)
    kind = node.get("type")
    if kind == "text":
        return _text(node)
    reader = INLINE.get(str(kind))
    return reader(_attrs(node)) if reader else _block(node, depth)


def _text(node: Node) -> str:
    text = str(node.get("text") or "")
    marks = {str(mark.get("type")): _attrs(mark) for mark in node.get("marks") or () if isinstance(mark, dict)}
    inner = text.strip()
    if not inner or not marks:
        return text
    shown = code_span(inner) if "code" in marks else inner
    for kind, sign in AROUND.items():
        if kind in marks and "code" not in marks:
            shown = f"{sign}{shown}{sign}"
    href = str(marks.get("link", {}).get("href") or "")
    if href and href != inner:
        shown = f"[{shown}]({href})" if is_safe(href) else f"{shown} ({href})"
    elif href:
        shown = inner
    return text.replace(inner, shown, 1)


def _mention(attrs: Node) -> str:
    return "@" + str(attrs.get("text") or "someone").lstrip("@")


def _date(attrs: Node) -> str:
    try:
        return f"{datetime.fromtimestamp(int(attrs['timestamp']) / 1000, UTC):%Y-%m-%d}"
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return ""


INLINE: dict[str, Callable[[Node], str]] = {
    "hardBreak": lambda _attrs: "\n",
    "mention": _mention,
    "emoji": lambda attrs: str(attrs.get("text") or attrs.get("shortName") or ""),
    "inlineCard": lambda attrs: _card({"attrs": attrs}, 0),
    "status": lambda attrs: f"[{attrs.get('text') or ''}]",
    "date": _date,
    "mediaInline": lambda attrs: _media({"attrs": attrs}, 0),
    "inlineExtension": lambda attrs: _leaf({"type": "inlineExtension", "attrs": attrs}),
    "placeholder": lambda attrs: str(attrs.get("text") or ""),
}


def _is_inline(node: Node) -> bool:
    return node.get("type") == "text" or node.get("type") in INLINE


def _children(node: Node) -> list[Node]:
    content = node.get("content")
    return [child for child in content if isinstance(child, dict)] if isinstance(content, list) else []


def _attrs(node: Node) -> Node:
    attrs = node.get("attrs")
    return attrs if isinstance(attrs, dict) else {}


def _all_text(node: Node) -> str:
    """Return the text of a whole branch, without walking it by recursion."""
    found, waiting = [], [node]
    while waiting:
        current = waiting.pop()
        if current.get("type") == "text":
            found.append(str(current.get("text") or ""))
        elif current.get("type") == "hardBreak":
            found.append("\n")
        waiting += reversed(_children(current))
    return "".join(found)
