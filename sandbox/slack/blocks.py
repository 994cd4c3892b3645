"""Checks blocks as Slack does; each complaint reads like one of its `response_metadata.messages`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sandbox.slack import shapes
from sandbox.slack.elements import (
    ACTION_ELEMENTS,
    INPUT_ELEMENTS,
    check_element,
    complaint,
    element_text,
    length,
)

Json = dict[str, Any]
Complaints = Iterator[str]

MARKDOWN_LIMIT = 12_000
TABLE_TEXT_LIMIT = 10_000
INPUT_ONLY_IN_VIEWS = "input blocks are not allowed in messages"


def check_blocks(blocks: Any, *, largest: int = 50, pointer: str = "/blocks", is_view: bool = False) -> list[str]:
    """Return everything that Slack would complain about in these blocks; empty means they are fine."""
    if not isinstance(blocks, list):
        return [complaint("must be an array", pointer)]
    found = []
    if len(blocks) > largest:
        found.append(complaint(f"no more than {largest} items allowed", pointer))
    seen: set[str] = set()
    for place, block in enumerate(blocks):
        where = f"{pointer}/{place}"
        found += _check_block(block, where, is_view=is_view)
        if isinstance(block, dict) and block.get("block_id"):
            if block["block_id"] in seen:
                found.append(complaint(f"`block_id` {block['block_id']} already exists", f"{where}/block_id"))
            seen.add(block["block_id"])
    return found


def markdown_length(blocks: Any) -> int:
    """Return how many characters all markdown blocks hold together."""
    known = [block for block in blocks or [] if isinstance(block, dict)] if isinstance(blocks, list) else []
    return sum(len(str(block.get("text", ""))) for block in known if block.get("type") == "markdown")


def table_length(blocks: Any) -> int:
    """Return how many characters the cells of all tables hold together."""
    known = [block for block in blocks or [] if isinstance(block, dict)] if isinstance(blocks, list) else []
    rows = [row for block in known if block.get("type") == "table" for row in block.get("rows", [])]
    return sum(len(str(cell.get("text", ""))) for row in rows for cell in row if isinstance(cell, dict))


def _check_block(block: Any, where: str, *, is_view: bool) -> list[str]:
    if not isinstance(block, dict):
        return [complaint("must be an object", where)]
    kind = block.get("type")
    check = CHECKS.get(str(kind))
    if check is None:
        return [complaint(f"unsupported type: {kind}", f"{where}/type")]
    known = shapes.BLOCKS.get(str(kind))
    found = list(check(block, where))
    found += shapes.strangers(block, None if known is None else known | {"type", "block_id"}, where)
    if kind == "input" and not is_view:
        found.append(complaint(INPUT_ONLY_IN_VIEWS, where))
    found += length(block, "block_id", 255, where)
    return found


def _section(block: Json, where: str) -> Complaints:
    if "text" not in block and not block.get("fields"):
        yield complaint("missing required field: text or fields", where)
    if "text" in block:
        yield from element_text(block, "text", 3000, where)
    fields = block.get("fields", [])
    if len(fields) > 10:
        yield complaint("no more than 10 items allowed", f"{where}/fields")
    for place in range(len(fields)):
        yield from element_text({"text": fields[place]}, "text", 2000, f"{where}/fields/{place}")
    if "accessory" in block:
        yield from check_element(block["accessory"], f"{where}/accessory", ACTION_ELEMENTS | {"image"})


def _header(block: Json, where: str) -> Complaints:
    yield from element_text(block, "text", 150, where, kinds=("plain_text",))


def _actions(block: Json, where: str) -> Complaints:
    yield from _elements(block, where, 25, ACTION_ELEMENTS)


def _context(block: Json, where: str) -> Complaints:
    elements = block.get("elements")
    if not isinstance(elements, list) or not 1 <= len(elements) <= 10:
        yield complaint("must have 1 to 10 items", f"{where}/elements")
        return
    for place, element in enumerate(elements):
        here = f"{where}/elements/{place}"
        if isinstance(element, dict) and element.get("type") == "image":
            yield from check_element(element, here, frozenset({"image"}))
        else:
            yield from element_text({"text": element}, "text", 3000, here)


def _context_actions(block: Json, where: str) -> Complaints:
    yield from _elements(block, where, 5, frozenset({"feedback_buttons", "icon_button"}))


def _elements(block: Json, where: str, largest: int, allowed: frozenset[str]) -> Complaints:
    elements = block.get("elements")
    if not isinstance(elements, list) or not 1 <= len(elements) <= largest:
        yield complaint(f"must have 1 to {largest} items", f"{where}/elements")
        return
    seen = set()
    for place, element in enumerate(elements):
        yield from check_element(element, f"{where}/elements/{place}", allowed)
        action_id = element.get("action_id") if isinstance(element, dict) else None
        if action_id is not None and action_id in seen:
            yield complaint(f"`action_id` {action_id} already exists", f"{where}/elements/{place}/action_id")
        seen.add(action_id)


def _markdown(block: Json, where: str) -> Complaints:
    text = block.get("text")
    if not isinstance(text, str) or not text:
        yield complaint("must be a non-empty string", f"{where}/text")
    elif len(text) > MARKDOWN_LIMIT:
        yield complaint(f"must be less than {MARKDOWN_LIMIT + 1} characters", f"{where}/text")


def _image(block: Json, where: str) -> Complaints:
    yield from check_element(block, where, frozenset({"image"}))
    if "title" in block:
        yield from element_text(block, "title", 2000, where, kinds=("plain_text",))


def _input(block: Json, where: str) -> Complaints:
    yield from element_text(block, "label", 2000, where, kinds=("plain_text",))
    if "hint" in block:
        yield from element_text(block, "hint", 2000, where, kinds=("plain_text",))
    if "element" not in block:
        yield complaint("missing required field: element", where)
    else:
        yield from check_element(block["element"], f"{where}/element", INPUT_ELEMENTS)


def _table(block: Json, where: str) -> Complaints:
    rows = block.get("rows")
    if not isinstance(rows, list) or not 1 <= len(rows) <= 100:
        yield complaint("must have 1 to 100 items", f"{where}/rows")
        return
    for place, row in enumerate(rows):
        if not isinstance(row, list) or not 1 <= len(row) <= 20:
            yield complaint("must have 1 to 20 items", f"{where}/rows/{place}")
            continue
        for cell in row:
            if not isinstance(cell, dict) or cell.get("type") not in {"raw_text", "raw_number", "rich_text"}:
                yield complaint("unsupported cell type", f"{where}/rows/{place}")


def _rich_text(block: Json, where: str) -> Complaints:
    kinds = {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"}
    elements = block.get("elements")
    if not isinstance(elements, list):
        yield complaint("missing required field: elements", where)
        return
    for place, element in enumerate(elements):
        if not isinstance(element, dict) or element.get("type") not in kinds:
            yield complaint("unsupported rich text element", f"{where}/elements/{place}")


def _needs(*names: str) -> Callable[[Json, str], Complaints]:
    def check(block: Json, where: str) -> Complaints:
        for name in names:
            if not block.get(name):
                yield complaint(f"missing required field: {name}", where)

    return check


def _container(block: Json, where: str) -> Complaints:
    if len(str(block.get("title", ""))) > 150:
        yield complaint("must be less than 151 characters", f"{where}/title")
    yield from check_blocks(block.get("child_blocks"), largest=10, pointer=f"{where}/child_blocks")


def _card(block: Json, where: str) -> Complaints:
    for name, largest in (("title", 150), ("subtitle", 150), ("body", 200)):
        text = block.get(name)
        words = text.get("text", "") if isinstance(text, dict) else text or ""
        if len(str(words)) > largest:
            yield complaint(f"must be less than {largest + 1} characters", f"{where}/{name}")
    for place, action in enumerate(block.get("actions", [])):
        yield from check_element(action, f"{where}/actions/{place}", ACTION_ELEMENTS)


def _alert(block: Json, where: str) -> Complaints:
    yield from _needs("text")(block, where)
    if block.get("level", "default") not in {"default", "info", "warning", "error", "success"}:
        yield complaint("unsupported level", f"{where}/level")


CHECKS: dict[str, Callable[[Json, str], Complaints]] = {
    "actions": _actions,
    "alert": _alert,
    "auth_provider": _needs("provider_key"),
    "card": _card,
    "carousel": _needs("elements"),
    "container": _container,
    "context": _context,
    "context_actions": _context_actions,
    "data_table": _needs("rows", "caption"),
    "data_visualization": _needs("data"),
    "divider": _needs(),
    "file": _needs("external_id", "source"),
    "header": _header,
    "image": _image,
    "input": _input,
    "markdown": _markdown,
    "plan": _needs("title"),
    "rich_text": _rich_text,
    "section": _section,
    "table": _table,
    "task_card": _needs("task_id", "title"),
    "video": _needs("alt_text", "title", "thumbnail_url", "video_url"),
}
