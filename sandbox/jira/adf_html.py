"""ADF → simple HTML, everything escaped: for the issue page and `renderedFields`."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

Node = dict[str, Any]

SIMPLE = {
    "paragraph": "p", "blockquote": "blockquote", "bulletList": "ul", "listItem": "li", "table": "table",
    "tableRow": "tr", "tableCell": "td", "tableHeader": "th", "taskList": "ul", "decisionList": "ul",
    "decisionItem": "li", "orderedList": "ol",
}  # fmt: skip
MARKS = {"strong": "strong", "em": "em", "strike": "del", "code": "code", "underline": "u"}


def to_html(node: Node | str) -> str:
    """Return a document, any node of one, or wiki markup (as it was written) as HTML."""
    if isinstance(node, str):
        return f"<pre>{escape(node)}</pre>"
    kind = str(node.get("type"))
    if kind in SPECIAL:
        return SPECIAL[kind](node)
    inner = _inner(node)
    tag = SIMPLE.get(kind)
    return f"<{tag}>{inner}</{tag}>" if tag else inner


def _inner(node: Node) -> str:
    return "".join(to_html(child) for child in node.get("content", []))


def _text(node: Node) -> str:
    html = escape(node["text"])
    for mark in reversed(node.get("marks", [])):
        if mark["type"] == "link":
            html = f'<a href="{escape(mark["attrs"]["href"])}" rel="noreferrer">{html}</a>'
        elif mark["type"] in MARKS:
            html = f"<{MARKS[mark['type']]}>{html}</{MARKS[mark['type']]}>"
    return html


def _heading(node: Node) -> str:
    level = int(node["attrs"]["level"])
    return f"<h{level}>{_inner(node)}</h{level}>"


def _code(node: Node) -> str:
    language = escape(str(node.get("attrs", {}).get("language", "")))
    return f'<pre><code class="language-{language}">{_inner(node)}</code></pre>'


def _card(node: Node) -> str:
    url = escape(str(node.get("attrs", {}).get("url", "")))
    return f'<a href="{url}" rel="noreferrer">{url}</a>'


def _panel(node: Node) -> str:
    return f'<div class="panel panel-{escape(node["attrs"]["panelType"])}">{_inner(node)}</div>'


def _expand(node: Node) -> str:
    title = escape(str(node.get("attrs", {}).get("title", "")))
    return f"<details><summary>{title}</summary>{_inner(node)}</details>"


def _task(node: Node) -> str:
    box = "☑" if node["attrs"]["state"] == "DONE" else "☐"
    return f"<li>{box} {_inner(node)}</li>"


def _label(node: Node) -> str:
    attrs = node.get("attrs", {})
    return f"<span>{escape(str(attrs.get('text') or attrs.get('shortName') or attrs.get('timestamp') or ''))}</span>"


SPECIAL: dict[str, Callable[[Node], str]] = {
    "text": _text,
    "heading": _heading,
    "codeBlock": _code,
    "hardBreak": lambda _node: "<br>",
    "rule": lambda _node: "<hr>",
    "inlineCard": _card,
    "blockCard": _card,
    "panel": _panel,
    "expand": _expand,
    "nestedExpand": _expand,
    "taskItem": _task,
    "mention": _label,
    "emoji": _label,
    "status": _label,
    "date": _label,
    "media": lambda _node: "<span>[attachment]</span>",
}
