"""Rules of the order of messages: who speaks first and last, and a result for every tool call."""

from __future__ import annotations

from typing import Any

from sandbox.claude.catalogue import Model
from sandbox.claude.errors import invalid
from sandbox.claude.rules.shapes import need, of_type, one_of, only_keys
from sandbox.claude.scripts import Block, Body
from sandbox.claude.signatures import blocks_of, fingerprint


def check_shape(body: Body, model: Model) -> None:
    """Check each message's members and the order of roles."""
    before: str | None = None
    for index, message in enumerate(body["messages"]):
        where = f"messages.{index}"
        of_type(message, dict, where)
        only_keys(message, ("role", "content"), f"{where}.")
        role = need(message, "role", str, f"{where}.")
        one_of(role, ("assistant", "system", "user"), f"{where}.role")
        _check_content(message, role, where)
        if role == "system":
            _check_system(before, model, where)
        elif before is None and role != "user":
            raise invalid(f"{where}: first message must use the user role")
        before = role


def _check_content(message: dict[str, Any], role: str, where: str) -> None:
    if "content" not in message:
        raise invalid(f"{where}.content: Field required")
    content = message["content"]
    if not isinstance(content, (str, list)):
        raise invalid(f"{where}.content: Input should be a valid string or list")
    if not content:
        raise invalid(f"{where}: {role} messages must have non-empty content")
    if isinstance(content, str) and not content.strip():
        raise invalid(f"{where}: text content blocks must contain non-whitespace text")
    for position, block in enumerate(content if isinstance(content, list) else ()):
        of_type(block, dict, f"{where}.content.{position}")


def _check_system(before: str | None, model: Model, where: str) -> None:
    if not model.system_messages:
        raise invalid(f"{where}.role: 'system' messages are not supported by {model.id}")
    if before != "user":
        raise invalid(f"{where}: a system message must follow a user message")


def check_end(body: Body, model: Model, paused: set[str]) -> None:
    """Refuse an answer begun for the model, except one that the model itself paused."""
    last = body["messages"][-1]
    if last["role"] != "assistant" or model.prefill:
        return
    if fingerprint(blocks_of(last)) not in paused:
        raise invalid(f"{model.id} does not support assistant message prefill. The conversation must end with a user"
                      " message.")  # fmt: skip


def check_tool_results(body: Body) -> None:
    """Check that each tool call has one result right after it, and each result its call right before."""
    messages = body["messages"]
    seen: set[str] = set()
    for index, message in enumerate(messages):
        calls = _calls_of(message)
        for call in calls:
            if call in seen:
                raise invalid(f"messages.{index}: `tool_use` ids must be unique")
            seen.add(call)
        following = messages[index + 1] if index + 1 < len(messages) else None
        _check_calls(calls, following, index)
        _check_results(message, _calls_of(messages[index - 1]) if index else [], index)


def _calls_of(message: dict[str, Any]) -> list[str]:
    if message["role"] != "assistant":
        return []
    return [str(block["id"]) for block in blocks_of(message) if block.get("type") == "tool_use"]


def _check_calls(calls: list[str], following: dict[str, Any] | None, index: int) -> None:
    results = [] if following is None else _leading_results(blocks_of(following))
    missing = [call for call in calls if call not in results]
    if missing:
        raise invalid(
            f"messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately after:"
            f" {', '.join(missing)}. Each `tool_use` block must have a corresponding `tool_result` block in the next"
            " message."
        )


def _leading_results(blocks: list[Block]) -> list[str]:
    results = []
    for block in blocks:
        if block.get("type") != "tool_result":
            break
        results.append(str(block["tool_use_id"]))
    return results


def _check_results(message: dict[str, Any], calls: list[str], index: int) -> None:
    seen: set[str] = set()
    for position, block in enumerate(blocks_of(message)):
        if block.get("type") != "tool_result":
            continue
        call = str(block["tool_use_id"])
        if call not in calls:
            raise invalid(
                f"messages.{index}.content.{position}: unexpected `tool_use_id` found in `tool_result` blocks: {call}."
                " Each `tool_result` block must have a corresponding `tool_use` block in the previous message."
            )
        if call in seen:
            raise invalid(
                f"messages.{index}.content.{position}: each tool_use must have a single result. Found multiple"
                f" `tool_result` blocks with id: {call}"
            )
        seen.add(call)
