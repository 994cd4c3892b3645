"""Inline Markdown tokens → ADF text nodes: marks that go together, links that are safe, no empty text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from markdown_it.tree import SyntaxTreeNode

Node = dict[str, Any]
LinkOf = Callable[[str], str | None]

MARKS = {"strong": "strong", "em": "em", "s": "strike"}
LONGEST_ADDRESS = 2_000
ADDRESS = r"https?://[^\s<>\"'`|\\^{}]{1,2000}"
KEY = r"(?<![\w/-])[A-Z][A-Z0-9_]{1,20}-[1-9][0-9]{0,9}(?![\w-])"
# As Slack writes a link with words of its own; what has no space in it the parser takes for one long address.
SLACK_LINK = r"<(?P<target>(?:https?://|mailto:)[^\s<>|]{1,2000})\|(?P<words>[^<>\n]{1,300})>"
LINKABLE = re.compile(f"{SLACK_LINK}|(?P<address>{ADDRESS})|(?P<key>{KEY})")
TRAILING = ".,;:!?*_~"


def inline_nodes(node: SyntaxTreeNode, link_of: LinkOf, marks: Iterable[str] = ()) -> list[Node]:
    """Return the text of an inline token as nodes, without breaks at either end."""
    nodes = _merged(_nodes(node, list(marks), None, link_of))
    while nodes and nodes[0]["type"] == "hardBreak":
        nodes.pop(0)
    while nodes and nodes[-1]["type"] == "hardBreak":
        nodes.pop()
    return nodes


def text_nodes(text: str, marks: list[str], address: str | None = None) -> list[Node]:
    """Return a text node with these marks and this link, none for empty text."""
    if not text:
        return []
    found: list[Node] = [{"type": mark} for mark in dict.fromkeys(marks)]
    if "code" in marks:
        found = [{"type": "code"}]  # Jira takes no other mark beside it but a link.
    if address and is_safe(address):
        found.append({"type": "link", "attrs": {"href": address}})
    return [{"type": "text", "text": text, **({"marks": found} if found else {})}]


def is_safe(address: str) -> bool:
    """Return True for web and mail addresses that every part of Jira takes."""
    if len(address) > LONGEST_ADDRESS or any(ord(letter) < 33 or ord(letter) == 127 for letter in address):
        return False
    try:
        parts = urlsplit(address)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
        return is_web or (parts.scheme == "mailto" and bool(parts.path))
    except ValueError:
        return False


def _nodes(node: SyntaxTreeNode, marks: list[str], address: str | None, link_of: LinkOf) -> Iterator[Node]:
    for child in node.children:
        kind = child.type
        if kind in MARKS:
            yield from _nodes(child, [*marks, MARKS[kind]], address, link_of)
        elif kind == "link":
            yield from _link(child, marks, link_of)
        elif kind == "image":
            yield from _image(child, marks)
        elif kind == "code_inline":
            yield from text_nodes(child.content, ["code"], address)
        elif kind in ("softbreak", "hardbreak"):
            # People and models write one fact a line and mean the line.
            yield {"type": "hardBreak"}
        elif kind == "text" and address is None:
            yield from _linked_text(child.content, marks, link_of)
        else:
            yield from text_nodes(child.content, marks, address)


def _link(node: SyntaxTreeNode, marks: list[str], link_of: LinkOf) -> Iterator[Node]:
    address = str(node.attrs.get("href", ""))
    if node.info == "auto" and "|" in (written := next(iter(node.children)).content):
        yield from text_nodes(written.partition("|")[2], marks, written.partition("|")[0])
        return
    if is_safe(address):
        yield from _nodes(node, marks, address, link_of)
        return
    yield from _nodes(node, marks, None, link_of)
    if address:
        yield from text_nodes(f" ({address})", marks)


def _image(node: SyntaxTreeNode, marks: list[str]) -> list[Node]:
    """Return a link: Jira shows no picture that lies elsewhere."""
    address = str(node.attrs.get("src", ""))
    return text_nodes(node.content or address, marks, address)


def _linked_text(text: str, marks: list[str], link_of: LinkOf) -> Iterator[Node]:
    """Yield a text with its bare addresses and issue keys as links."""
    end = 0
    for match in LINKABLE.finditer(text):
        found = match.group()
        if match["target"]:
            yield from text_nodes(text[end : match.start()], marks)
            yield from text_nodes(match["words"], marks, match["target"])
            end = match.end()
            continue
        address = link_of(found) if match["key"] else _without_tail(found)
        if not address:
            continue
        shown = found if match["key"] else address
        yield from text_nodes(text[end : match.start()], marks)
        yield from text_nodes(shown, marks, address)
        end = match.start() + len(shown)
    yield from text_nodes(text[end:], marks)


def _without_tail(address: str) -> str:
    """Return an address without the punctuation of the sentence around it."""
    while address and (
        address[-1] in TRAILING
        or (address[-1] == ")" and address.count("(") < address.count(")"))
        or (address[-1] == "]" and address.count("[") < address.count("]"))
    ):
        address = address[:-1]
    return address


def _merged(nodes: Iterable[Node]) -> list[Node]:
    """Join neighbours that differ in nothing but their text."""
    result: list[Node] = []
    for node in nodes:
        last = result[-1] if result else None
        if last and node["type"] == last["type"] == "text" and node.get("marks") == last.get("marks"):
            last["text"] += node["text"]
        else:
            result.append(node)
    return result
