"""Rules of tools and of the choice among them."""

from __future__ import annotations

import re
from typing import Any

from sandbox.claude.catalogue import Model
from sandbox.claude.errors import invalid
from sandbox.claude.rules.schemas import check_grammar
from sandbox.claude.rules.shapes import need, of_type, one_of, only_keys
from sandbox.claude.scripts import Body
from sandbox.claude.signatures import blocks_of

_NAME = re.compile(r"^[a-zA-Z0-9_-]{1,128}$")
_CUSTOM_KEYS = frozenset(
    {
        "type",
        "name",
        "description",
        "input_schema",
        "strict",
        "eager_input_streaming",
        "input_examples",
        "cache_control",
        "defer_loading",
        "allowed_callers",
    }
)
_SERVER_TOOL = re.compile(
    r"^(?:web_search|web_fetch|code_execution|memory|tool_search_tool_bm25|tool_search_tool_regex|bash|text_editor"
    r"|browser_toolset|computer_toolset)_\d{8}$"
)


def check(body: Body, model: Model) -> None:
    """Check `tools` and `tool_choice`."""
    tools = body.get("tools") or []
    for index, tool in enumerate(tools):
        _check_tool(of_type(tool, dict, f"tools.{index}"), f"tools.{index}.")
    names = [tool["name"] for tool in tools]
    if len(set(names)) < len(names):
        raise invalid("tools: Tool names must be unique.")
    if body.get("tool_choice") is not None:
        _check_choice(of_type(body["tool_choice"], dict, "tool_choice"), names, body, model)
    if not tools and _has_tool_blocks(body):
        raise invalid("Requests which include `tool_use` or `tool_result` blocks must define tools")


def _check_tool(tool: dict[str, Any], where: str) -> None:
    kind = tool.get("type") or "custom"
    if kind != "custom":
        if not _SERVER_TOOL.match(str(kind)):
            raise invalid(f"{where.rstrip('.')}: Input tag '{kind}' found using 'type' does not match any expected tag")
        need(tool, "name", str, where)
        return
    where = f"{where}custom."
    only_keys(tool, _CUSTOM_KEYS, where)
    if not _NAME.match(need(tool, "name", str, where)):
        raise invalid(f"{where}name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'")
    if tool.get("description") is not None:
        of_type(tool["description"], str, f"{where}description")
    _check_schema(need(tool, "input_schema", dict, where), f"{where}input_schema")
    if tool.get("strict"):
        check_grammar(tool["input_schema"], f"{where}input_schema")


def _check_schema(schema: dict[str, Any], where: str) -> None:
    if "type" not in schema:
        raise invalid(f"{where}.type: Field required")
    if schema["type"] != "object":
        raise invalid(f"{where}.type: Input should be 'object'")
    if {"oneOf", "allOf", "anyOf"} & schema.keys():
        raise invalid(f"{where}: input_schema does not support oneOf, allOf, or anyOf at the top level")
    properties = schema.get("properties", {})
    for name, part in of_type(properties, dict, f"{where}.properties").items():
        if not isinstance(part, (dict, bool)):
            raise invalid(f"{where}.properties.{name}: JSON schema is invalid")
    if not isinstance(schema.get("required", []), list):
        raise invalid(f"{where}.required: Input should be a valid list")


def _check_choice(choice: dict[str, Any], names: list[str], body: Body, model: Model) -> None:
    kind = need(choice, "type", str, "tool_choice.")
    one_of(kind, ("any", "auto", "none", "tool"), "tool_choice.type")
    allowed = {"type"} | ({"name"} if kind == "tool" else set())
    only_keys(choice, allowed | ({"disable_parallel_tool_use"} if kind != "none" else set()), f"tool_choice.{kind}.")
    if not names:
        raise invalid("tool_choice: may only be specified while providing tools")
    if kind not in ("any", "tool"):
        return
    if not model.forced_tools:
        raise invalid(f"tool_choice.type: '{kind}' is not supported by {model.id}; use 'auto' or structured output")
    if (body.get("thinking") or {}).get("type") == "enabled":
        raise invalid("Thinking may not be enabled when tool_choice forces tool use.")
    if kind == "tool" and need(choice, "name", str, "tool_choice.tool.") not in names:
        raise invalid(f"Tool '{choice['name']}' not found in provided tools")


def _has_tool_blocks(body: Body) -> bool:
    kinds = {
        block.get("type")
        for message in body["messages"]
        if isinstance(message, dict)
        for block in blocks_of(message)
        if isinstance(block, dict)
    }
    return bool(kinds & {"tool_use", "tool_result"})
