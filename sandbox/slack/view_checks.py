"""Checks a modal or a home as Slack does before it shows it."""

from __future__ import annotations

import json
from typing import Any

from sandbox.slack.blocks import check_blocks
from sandbox.slack.elements import complaint, element_text, length

Json = dict[str, Any]

VIEW_BYTES = 250_000
_SHARED = {"type", "blocks", "private_metadata", "callback_id", "external_id"}
_MODAL = _SHARED | {"title", "submit", "close", "clear_on_close", "notify_on_close", "submit_disabled"}
# Slack returns these with a view and takes them back without a word.
_RETURNED = {"id", "hash", "state", "team_id", "app_id", "bot_id", "root_view_id", "previous_view_id"}


def check_view(view: Any, *, kinds: tuple[str, ...] = ("modal", "home")) -> list[str]:
    """Return everything that Slack would complain about in this view; empty means it is fine."""
    if not isinstance(view, dict):
        return [complaint("must be an object", "/view")]
    kind = view.get("type")
    if kind not in kinds:
        return [complaint(f"must be one of {', '.join(kinds)}", "/view/type")]
    found = [
        *length(view, "private_metadata", 3000, "/view"),
        *length(view, "callback_id", 255, "/view"),
        *length(view, "external_id", 255, "/view"),
        *check_blocks(view.get("blocks"), largest=100, pointer="/view/blocks", is_view=True),
    ]
    return found + (_check_modal(view) if kind == "modal" else _check_keys(view, _SHARED))


def is_too_large(view: Any) -> bool:
    return len(json.dumps(view).encode()) > VIEW_BYTES


def _check_modal(view: Json) -> list[str]:
    found = [*_check_keys(view, _MODAL), *element_text(view, "title", 24, "/view", kinds=("plain_text",))]
    for name in ("submit", "close"):
        if view.get(name) is not None:
            found += element_text(view, name, 24, "/view", kinds=("plain_text",))
    blocks = view.get("blocks")
    has_input = isinstance(blocks, list) and any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
    if has_input and view.get("submit") is None:
        found.append(complaint("`submit` is required when an input block is used", "/view/submit"))
    return found


def _check_keys(view: Json, known: set[str]) -> list[str]:
    unknown = sorted(set(view) - known - _RETURNED)
    return [complaint(f"additional property: {name}", "/view") for name in unknown]
