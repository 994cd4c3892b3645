"""Rules of search results and of the citations that answers carry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.claude.errors import invalid
from sandbox.claude.rules.shapes import need, of_type, one_of, only_keys
from sandbox.claude.scripts import Block, Body
from sandbox.claude.signatures import blocks_of

_LOCATION = {
    "cited_text": str,
    "source": str,
    "search_result_index": int,
    "start_block_index": int,
    "end_block_index": int,
}


def check_search_result(block: Block, where: str) -> list[Any]:
    """Check a search result and return its content, which is text and not empty."""
    for name in ("source", "title"):
        if not need(block, name, str, f"{where}.").strip():
            raise invalid(f"{where}.{name}: String should have at least 1 character")
    content: list[Any] = need(block, "content", list, f"{where}.")
    if not content:
        raise invalid(f"{where}.content: List should have at least 1 item after validation, not 0")
    if block.get("citations") is not None:
        only_keys(of_type(block["citations"], dict, f"{where}.citations"), ("enabled",), f"{where}.citations.")
        of_type(block["citations"].get("enabled", False), bool, f"{where}.citations.enabled")
    return content


def check_agreement(body: Body) -> None:
    """Refuse a request in which some search results may be cited and others not, or that wants a schema as well."""
    enabled = {bool((block.get("citations") or {}).get("enabled")) for block in _search_results(body)}
    if len(enabled) > 1:
        raise invalid("messages: citations must be enabled on all search results of a request or on none")
    if True in enabled and (body.get("output_config") or {}).get("format"):
        raise invalid("output_config.format: structured outputs cannot be used together with citations")


def check_citations(citations: Any, where: str) -> None:
    """Check what an answer that comes back cites."""
    if citations is None:
        return
    for index, citation in enumerate(of_type(citations, list, where)):
        of_type(citation, dict, f"{where}.{index}")
        one_of(citation.get("type"), ("search_result_location",), f"{where}.{index}.type")
        only_keys(citation, ("type", "title", *_LOCATION), f"{where}.{index}.")
        for name, kind in _LOCATION.items():
            need(citation, name, kind, f"{where}.{index}.")


def _search_results(body: Body) -> Iterator[Block]:
    for message in body["messages"]:
        for block in blocks_of(message):
            parts = block.get("content") if block.get("type") == "tool_result" else None
            for part in (block, *(parts if isinstance(parts, list) else ())):
                if isinstance(part, dict) and part.get("type") == "search_result":
                    yield part
