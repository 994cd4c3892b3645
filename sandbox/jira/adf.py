"""A strict validator of the Atlassian Document Format, and its plain text; rendering lives in `adf_html`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

INLINE = frozenset({"text", "hardBreak", "mention", "emoji", "inlineCard", "status", "date"})
LISTS = frozenset({"bulletList", "orderedList"})
MEDIA = frozenset({"mediaSingle", "mediaGroup"})
CELL = LISTS | MEDIA | {
    "paragraph", "heading", "codeBlock", "blockquote", "rule", "panel", "blockCard", "nestedExpand", "taskList",
    "decisionList",
}  # fmt: skip
PANEL = LISTS | {"paragraph", "heading", "codeBlock", "rule", "blockCard", "taskList", "decisionList"}
EXPAND = CELL - {"nestedExpand"} | {"table"}
CHILDREN: dict[str, frozenset[str]] = {
    "doc": EXPAND | {"expand"},
    "paragraph": INLINE,
    "heading": INLINE,
    "codeBlock": frozenset({"text"}),
    "blockquote": LISTS | MEDIA | {"paragraph", "codeBlock"},
    "bulletList": frozenset({"listItem"}),
    "orderedList": frozenset({"listItem"}),
    "listItem": LISTS | {"paragraph", "codeBlock", "mediaSingle", "taskList"},
    "panel": PANEL,
    "expand": EXPAND,
    "nestedExpand": PANEL - {"decisionList"} | {"blockquote"} | MEDIA,
    "table": frozenset({"tableRow"}),
    "tableRow": frozenset({"tableCell", "tableHeader"}),
    "tableCell": CELL,
    "tableHeader": CELL,
    "taskList": frozenset({"taskItem", "taskList"}),
    "taskItem": INLINE,
    "decisionList": frozenset({"decisionItem"}),
    "decisionItem": INLINE,
    "mediaSingle": frozenset({"media"}),
    "mediaGroup": frozenset({"media"}),
}
LEAVES = INLINE - {"text"} | {"rule", "media", "blockCard"}
NOT_EMPTY = frozenset(
    {
        "blockquote", "bulletList", "orderedList", "listItem", "panel", "expand", "nestedExpand", "table", "tableRow",
        "tableCell", "tableHeader", "taskList", "decisionList", "mediaSingle", "mediaGroup",
    }
)  # fmt: skip
MARKS = frozenset({"strong", "em", "strike", "code", "underline", "link", "textColor", "subsup", "backgroundColor"})
WITH_CODE = frozenset({"code", "link"})
LINK_SCHEMES = frozenset({"http", "https", "mailto", "ftp", "tel"})

Attrs = dict[str, Any]


class InvalidAdf(ValueError):
    """The document is none; the message says where and why, for tests and the stand-in's log."""


def validate(document: Any) -> dict[str, Any]:
    """Return a valid document, refuse any other with `InvalidAdf`."""
    if not isinstance(document, dict) or document.get("type") != "doc":
        raise InvalidAdf("doc: the root must be a doc")
    if document.get("version") != 1 or isinstance(document.get("version"), bool):
        raise InvalidAdf("doc: version must be 1")
    if set(document) - {"type", "version", "content"} or not isinstance(document.get("content"), list):
        raise InvalidAdf("doc: needs content and nothing else")
    _children(document, "doc")
    return document


def plain_text(node: Any) -> str:
    """Return the text of a document, blocks on lines of their own; wiki markup as it is."""
    if isinstance(node, str):
        return node
    return re.sub(r"\n{2,}", "\n", "".join(_pieces(node))).strip()


def _pieces(node: Any) -> Iterator[str]:
    if not isinstance(node, dict):
        return
    attrs = node.get("attrs", {})
    kind = node.get("type")
    if kind == "text":
        yield node.get("text", "")
    elif kind == "hardBreak":
        yield "\n"
    elif kind in LEAVES:
        yield str(attrs.get("text") or attrs.get("url") or attrs.get("shortName") or "")
    for child in node.get("content", []):
        yield from _pieces(child)
    if kind not in INLINE:
        yield "\n"


def _node(node: Any, path: str, allowed: frozenset[str]) -> None:
    if not isinstance(node, dict):
        raise InvalidAdf(f"{path}: a node must be an object")
    kind = node.get("type")
    if not isinstance(kind, str) or kind not in allowed:
        raise InvalidAdf(f"{path}: {kind!r} may not stand here")
    where = f"{path}/{kind}"
    _members(node, kind, where)
    if kind == "text":
        _text(node, where, in_code=path.endswith("codeBlock"))
        return
    _attributes(node, kind, where)
    if kind not in LEAVES:
        _children(node, where)


def _members(node: dict[str, Any], kind: str, where: str) -> None:
    known = {"type", "text", "marks"} if kind == "text" else {"type", "attrs", "content", "marks"}
    extra = set(node) - known
    if extra:
        raise InvalidAdf(f"{where}: unknown members {sorted(extra)}")
    if kind in LEAVES and "content" in node:
        raise InvalidAdf(f"{where}: takes no content")
    if kind != "text" and node.get("marks"):
        raise InvalidAdf(f"{where}: takes no marks")


def _children(node: dict[str, Any], where: str) -> None:
    kind = str(node["type"])
    content = node.get("content", [])
    if not isinstance(content, list):
        raise InvalidAdf(f"{where}: content must be a list")
    if kind in NOT_EMPTY and not content:
        raise InvalidAdf(f"{where}: must not be empty")
    if kind == "listItem" and isinstance(content[0], dict) and content[0].get("type") in LISTS:
        raise InvalidAdf(f"{where}: must not begin with a list")
    for place, child in enumerate(content):
        # The place stays out of a code block's path: its texts look at the end of it.
        _node(child, where if kind == "codeBlock" else f"{where}[{place}]", CHILDREN[kind])


def _text(node: dict[str, Any], where: str, *, in_code: bool) -> None:
    text = node.get("text")
    if not isinstance(text, str) or not text:
        raise InvalidAdf(f"{where}: text must be a string that is not empty")
    marks = node.get("marks", [])
    if not isinstance(marks, list) or not all(isinstance(mark, dict) for mark in marks):
        raise InvalidAdf(f"{where}: marks must be a list of objects")
    kinds = [mark.get("type") for mark in marks]
    if in_code and kinds:
        raise InvalidAdf(f"{where}: text of a code block takes no marks")
    if len(kinds) != len(set(kinds)) or set(kinds) - MARKS:
        raise InvalidAdf(f"{where}: unknown or doubled marks {kinds}")
    if "code" in kinds and set(kinds) - WITH_CODE:
        raise InvalidAdf(f"{where}: code goes with a link only")
    for mark in marks:
        _mark(mark, where)


def _mark(mark: dict[str, Any], where: str) -> None:
    kind, attrs = mark["type"], mark.get("attrs", {})
    if set(mark) - {"type", "attrs"} or not isinstance(attrs, dict):
        raise InvalidAdf(f"{where}: mark {kind} has unknown members")
    if kind == "link":
        _require(_is_link(attrs.get("href")), where, "a link needs an href of a safe scheme")
    elif kind in {"textColor", "backgroundColor"}:
        _require(bool(re.fullmatch(r"#[0-9a-fA-F]{6}", str(attrs.get("color")))), where, "a colour is #rrggbb")
    elif kind == "subsup":
        _require(attrs.get("type") in {"sub", "sup"}, where, "subsup is sub or sup")
    elif attrs:
        raise InvalidAdf(f"{where}: mark {kind} takes no attrs")


def _is_link(href: Any) -> bool:
    if not isinstance(href, str) or not href or any(ord(letter) < 33 for letter in href):
        return False
    try:
        return urlsplit(href).scheme.lower() in LINK_SCHEMES
    except ValueError:
        return False


def _whole(value: Any, least: int, most: int | None = None) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least and (most is None or value <= most)


def _words(*names: str) -> Callable[[Attrs], bool]:
    return lambda attrs: all(isinstance(attrs.get(name), str) and attrs[name] for name in names)


REQUIRED: dict[str, Callable[[Attrs], bool]] = {
    "heading": lambda attrs: _whole(attrs.get("level"), 1, 6),
    "panel": lambda attrs: attrs.get("panelType") in {"info", "note", "tip", "warning", "error", "success", "custom"},
    "mention": _words("id"),
    "emoji": _words("shortName"),
    "inlineCard": lambda attrs: _is_link(attrs.get("url")) or isinstance(attrs.get("data"), dict),
    "blockCard": lambda attrs: _is_link(attrs.get("url")) or isinstance(attrs.get("data"), dict),
    "status": lambda attrs: (
        _words("text", "color")(attrs) and attrs["color"] in {"neutral", "purple", "blue", "red", "yellow", "green"}
    ),
    "date": lambda attrs: isinstance(attrs.get("timestamp"), str) and attrs["timestamp"].lstrip("-").isdigit(),
    "media": lambda attrs: (
        attrs.get("type") in {"file", "link", "external"}
        and (_words("url")(attrs) if attrs["type"] == "external" else _words("id")(attrs))
    ),
    "mediaSingle": lambda _attrs: True,
    "taskList": _words("localId"),
    "taskItem": lambda attrs: _words("localId")(attrs) and attrs.get("state") in {"TODO", "DONE"},
    "decisionList": _words("localId"),
    "decisionItem": _words("localId", "state"),
}
OPTIONAL: dict[str, Callable[[Attrs], bool]] = {
    "orderedList": lambda attrs: set(attrs) <= {"order", "localId"} and _whole(attrs.get("order", 1), 0),
    "codeBlock": lambda attrs: (
        set(attrs) <= {"language", "uniqueId", "localId"} and all(isinstance(value, str) for value in attrs.values())
    ),
    "hardBreak": lambda attrs: set(attrs) <= {"text", "localId"} and attrs.get("text", "\n") == "\n",
    "expand": lambda attrs: isinstance(attrs.get("title", ""), str),
    "nestedExpand": lambda attrs: isinstance(attrs.get("title", ""), str),
    "table": lambda attrs: set(attrs) <= {"isNumberColumnEnabled", "layout", "width", "displayMode", "localId"},
    "tableCell": lambda attrs: set(attrs) <= {"colspan", "rowspan", "colwidth", "background", "localId"},
    "tableHeader": lambda attrs: set(attrs) <= {"colspan", "rowspan", "colwidth", "background", "localId"},
}


def _attributes(node: dict[str, Any], kind: str, where: str) -> None:
    attrs = node.get("attrs", {})
    _require(isinstance(attrs, dict), where, "attrs must be an object")
    check = REQUIRED.get(kind) or OPTIONAL.get(kind) or (lambda given: set(given) <= {"localId"})
    _require(check(attrs), where, f"attrs are not those of a {kind}: {attrs!r}")


def _require(holds: bool, where: str, reason: str) -> None:
    if not holds:
        raise InvalidAdf(f"{where}: {reason}")
