"""Rules of content blocks: which may stand where, and what they must hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

from sandbox.claude.errors import ApiError, invalid
from sandbox.claude.rules.citations import check_agreement, check_citations, check_search_result
from sandbox.claude.rules.media import check_document, check_image, sides
from sandbox.claude.rules.shapes import need, of_type, only_keys
from sandbox.claude.scripts import Block, Body

MOST_IMAGES = 600
FEW_IMAGES, SIDE_AMONG_MANY = 20, 2000
_TOOL_USE_ID = re.compile(r"^[a-zA-Z0-9_-]+$")
_IN_USER = frozenset({"text", "image", "document", "search_result", "tool_result", "container_upload"})
_IN_ASSISTANT = frozenset({"text", "thinking", "redacted_thinking", "tool_use", "server_tool_use"})
_IN_RESULT = frozenset({"text", "image", "document", "search_result", "tool_reference"})
_BY_ROLE = {"user": _IN_USER, "assistant": _IN_ASSISTANT, "system": frozenset({"text"})}
_KEYS = {
    "text": ("text", "citations"),
    "thinking": ("thinking", "signature"),
    "redacted_thinking": ("data",),
    "tool_use": ("id", "name", "input", "caller", "toolset_name"),
    "tool_result": ("tool_use_id", "content", "is_error"),
    "image": ("source",),
    "document": ("source", "title", "context", "citations"),
    "search_result": ("source", "title", "content", "citations"),
}


def check(body: Body, own_types: Collection[str]) -> None:
    """Check every block; types that the model itself sent may come back."""
    check_agreement(body)
    images: list[Block] = []
    for index, message in enumerate(body["messages"]):
        content = message["content"]
        for position, block in enumerate(content if isinstance(content, list) else ()):
            where = f"messages.{index}.content.{position}"
            allowed = _BY_ROLE[message["role"]]
            if message["role"] == "assistant":
                allowed = allowed | set(own_types)
            _check_block(block, allowed, message["role"], where)
            images += [block] if block["type"] == "image" else []
    if len(images) > MOST_IMAGES:
        raise invalid(f"messages: too many images: {len(images)} > {MOST_IMAGES}")
    if len(images) > FEW_IMAGES and any(max(sides(image)) > SIDE_AMONG_MANY for image in images):
        message = "messages: At least one of the image dimensions exceed max allowed size for many-image requests: "
        raise ApiError(400, f"{message}{SIDE_AMONG_MANY} pixels", error_code="image_dimensions_too_large")


def _check_block(block: Block, allowed: Collection[str], role: str, where: str) -> None:
    kind = need(block, "type", str, f"{where}.")
    if kind not in allowed:
        raise invalid(
            f"{where}: Input tag '{kind}' found using 'type' does not match any of the expected tags in {role}"
            f" messages: {', '.join(repr(name) for name in sorted(allowed))}"
        )
    if kind in _KEYS:
        marks = () if "thinking" in kind else ("cache_control",)
        only_keys(block, ("type", *_KEYS[kind], *marks), f"{where}.{kind}.")
    if kind in _CHECKS:
        _CHECKS[kind](block, where)
    if kind == "text" and role == "assistant":
        check_citations(block.get("citations"), f"{where}.text.citations")
    if kind == "text" and role != "assistant" and block.get("citations"):
        raise invalid(f"{where}.text.citations: citations are not permitted in {role} messages")


def _check_search_result(block: Block, where: str) -> None:
    where = f"{where}.search_result"
    for position, part in enumerate(check_search_result(block, where)):
        _check_block(of_type(part, dict, where), ("text",), "user", f"{where}.content.{position}")


def _check_text(block: Block, where: str) -> None:
    words = need(block, "text", str, f"{where}.text.")
    if not words:
        raise invalid(f"{where}: text content blocks must be non-empty")
    if not words.strip():
        raise invalid(f"{where}: text content blocks must contain non-whitespace text")


def _check_thinking(block: Block, where: str) -> None:
    need(block, "thinking", str, f"{where}.thinking.")
    need(block, "signature", str, f"{where}.thinking.")


def _check_tool_use(block: Block, where: str) -> None:
    need(block, "name", str, f"{where}.tool_use.")
    need(block, "input", dict, f"{where}.tool_use.")
    _check_id(need(block, "id", str, f"{where}.tool_use."), f"{where}.tool_use.id")


def _check_id(value: str, where: str) -> None:
    if not _TOOL_USE_ID.match(value):
        raise invalid(f"{where}: String should match pattern '^[a-zA-Z0-9_-]+$'")


def _check_result(block: Block, where: str) -> None:
    where = f"{where}.tool_result"
    _check_id(need(block, "tool_use_id", str, f"{where}."), f"{where}.tool_use_id")
    content: Any = block.get("content")
    if content is None or isinstance(content, str):
        return
    for position, part in enumerate(of_type(content, list, f"{where}.content")):
        of_type(part, dict, f"{where}.content.{position}")
        _check_block(part, _IN_RESULT, "user", f"{where}.content.{position}")
        if block.get("is_error") and part["type"] != "text":
            raise invalid(f"{where}: all content must be type `text` if `is_error` is true")


_CHECKS: dict[str, Callable[[Block, str], None]] = {
    "text": _check_text,
    "thinking": _check_thinking,
    "tool_use": _check_tool_use,
    "tool_result": _check_result,
    "search_result": _check_search_result,
    "image": check_image,
    "document": check_document,
}
