"""Markdown → Jira's wiki markup, by way of ADF: what may stand where is decided once, for Cloud and Data Center."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from workers.jira.adf import adf_of
from workers.jira.adf_inline import LinkOf

Node = dict[str, Any]

MARKS = {"strong": "*", "em": "_", "strike": "-"}
# What wiki markup takes for markup anywhere in a text. A backslash keeps the sign as it is.
SIGNS = re.compile(r"[\\{}\[\]|*_^~+!?-]")
# What is markup only where a line begins.
LINE_START = re.compile(r"^(\s*)(h[1-6]\.|bq\.|#|----)", re.MULTILINE)
# A hyphen or an underscore inside a word is none: OPS-12, snake_case.
INSIDE_WORD = re.compile(r"(?<=\w)[-_?!+](?=\w)")


def wiki_of(markdown: str, *, link_of: LinkOf = lambda _key: None) -> str:
    """Return the text as wiki markup; whatever the text, it reads as it was written and never raises."""
    return blocks_text(adf_of(markdown, link_of=link_of)["content"])


def blocks_text(blocks: Iterable[Node]) -> str:
    """Return ADF blocks as wiki markup, a blank line between them."""
    return "\n\n".join(text for text in (_block(block) for block in blocks) if text)


def _block(block: Node) -> str:
    kind, content = block["type"], block.get("content", [])
    if kind == "heading":
        return f"h{block['attrs']['level']}. {_inline(content, one_line=True)}"
    if kind in ("bulletList", "orderedList"):
        return "\n".join(_list(block, ""))
    if kind == "codeBlock":
        return _code(block)
    if kind == "blockquote":
        return f"{{quote}}\n{blocks_text(content)}\n{{quote}}"
    if kind == "table":
        return "\n".join(_row(row) for row in content)
    if kind == "rule":
        return "----"
    return _inline(content)


def _list(block: Node, prefix: str) -> list[str]:
    """Return a line an item; what an item holds beside its first paragraph follows it, as wiki lists allow."""
    prefix += "*" if block["type"] == "bulletList" else "#"
    lines = []
    for item in block.get("content", []):
        first, *rest = item["content"]
        # A list item ends with its line: breaks within it are written as two backslashes.
        head = _inline(first.get("content", []), break_text=r" \\ ") if first["type"] == "paragraph" else ""
        lines.append(f"{prefix} {head}".rstrip())
        for inner in rest if first["type"] == "paragraph" else item["content"]:
            if inner["type"] in ("bulletList", "orderedList"):
                lines += _list(inner, prefix)
            else:
                lines.append(_block(inner))
    return lines


def _code(block: Node) -> str:
    """Return a code block; only the closing sign of the macro itself must not stand inside it."""
    text = "".join(node["text"] for node in block.get("content", []))
    language = block.get("attrs", {}).get("language", "")
    if "{code}" in text:
        return f"{{noformat}}\n{text.replace('{noformat}', '{ noformat }')}\n{{noformat}}"
    return f"{{code{f':{language}' if language else ''}}}\n{text}\n{{code}}"


def _row(row: Node) -> str:
    cells = row["content"]
    sign = "||" if all(cell["type"] == "tableHeader" for cell in cells) else "|"
    texts = (
        " ".join(_inline(block.get("content", []), break_text=r" \\ ") for block in cell["content"]) for cell in cells
    )
    return sign + sign.join(f" {text or ' '} " for text in texts) + sign


def _inline(nodes: Iterable[Node], *, break_text: str = "\n", one_line: bool = False) -> str:
    text = "".join(_node(node, " " if one_line else break_text) for node in nodes)
    return LINE_START.sub(r"\1\\\2", text)


def _node(node: Node, break_text: str) -> str:
    if node["type"] == "hardBreak":
        return break_text
    text = str(node.get("text", ""))
    marks = {mark["type"]: mark for mark in node.get("marks", [])}
    address = marks.get("link", {}).get("attrs", {}).get("href", "")
    if "code" in marks:
        shown = f"{{{{{_escaped(text)}}}}}"
        return f"{shown} ({address})" if address and address != text else shown
    if address:
        return f"[{address}]" if address == text else f"[{_escaped(text)}|{address}]"
    return _marked(text, [MARKS[name] for name in marks if name in MARKS])


def _marked(text: str, signs: list[str]) -> str:
    """Wrap a text in its signs; wiki markup wants them to touch a word, so outer spaces stay outside."""
    core = text.strip()
    shown = _escaped(core)
    if not core or not signs:
        return _escaped(text)
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}{''.join(signs)}{shown}{''.join(reversed(signs))}{after}"


def _escaped(text: str) -> str:
    """Return the text with its signs kept as signs."""
    kept = {match.start() for match in INSIDE_WORD.finditer(text)}
    return SIGNS.sub(lambda match: match[0] if match.start() in kept else f"\\{match[0]}", text)
