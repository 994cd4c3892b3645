"""Rules of the top-level parameters of a request."""

from __future__ import annotations

from typing import Any

from sandbox.claude.catalogue import Model
from sandbox.claude.errors import invalid
from sandbox.claude.rules.shapes import need, of_type, one_of, only_keys
from sandbox.claude.scripts import Body

SAMPLING = ("temperature", "top_p", "top_k")
KNOWN = frozenset(
    {
        "cache_control",
        "container",
        "diagnostics",
        "inference_geo",
        "max_tokens",
        "messages",
        "metadata",
        "model",
        "output_config",
        "service_tier",
        "speed",
        "stop_sequences",
        "stream",
        "system",
        "thinking",
        "tool_choice",
        "tools",
        "user_profile_id",
        "workspace_id",
    }
)
MOST_MESSAGES = 100_000
_TYPES = {
    "stream": bool,
    "stop_sequences": list,
    "metadata": dict,
    "output_config": dict,
    "thinking": dict,
    "tools": list,
}


def check(body: Body, model: Model) -> None:
    """Check names, types and ranges of the parameters."""
    for name in SAMPLING:
        if name in body:
            raise invalid(f"{name}: sampling parameters are not supported since API version 2026-10-21")
    only_keys(body, KNOWN, "")
    for name, kind in _TYPES.items():
        if body.get(name) is not None:
            of_type(body[name], kind, name)
    _check_max_tokens(body, model)
    _check_messages(body)
    _check_system(body.get("system"))
    _check_small_ones(body)


def _check_max_tokens(body: Body, model: Model) -> None:
    most = need(body, "max_tokens", int, "")
    if most < 0 or (most == 0 and _needs_an_answer(body)):
        raise invalid("max_tokens: Input should be greater than or equal to 1")
    if most > model.max_output_tokens:
        raise invalid(
            f"max_tokens: {most} > {model.max_output_tokens}, which is the maximum allowed number of output tokens"
            f" for {model.id}"
        )


def _needs_an_answer(body: Body) -> bool:
    """True for requests that only make sense with an answer, and so cannot just warm the cache."""
    forced = (body.get("tool_choice") or {}).get("type") in ("any", "tool")
    return bool(body.get("stream") or forced or (body.get("output_config") or {}).get("format"))


def _check_messages(body: Body) -> None:
    messages = need(body, "messages", list, "")
    if not messages:
        raise invalid("messages: at least one message is required")
    if len(messages) > MOST_MESSAGES:
        raise invalid(f"messages: List should have at most {MOST_MESSAGES} items")


def _check_system(system: Any) -> None:
    if system is None or isinstance(system, str):
        return
    for index, block in enumerate(of_type(system, list, "system")):
        where = f"system.{index}."
        of_type(block, dict, where.rstrip("."))
        if block.get("type") != "text":
            raise invalid(f"{where}type: Input should be 'text'")
        only_keys(block, ("type", "text", "cache_control", "citations"), where)
        if not need(block, "text", str, where).strip():
            raise invalid("system: text content blocks must be non-empty")


def _check_small_ones(body: Body) -> None:
    if body.get("metadata"):
        only_keys(body["metadata"], ("user_id",), "metadata.")
    if body.get("service_tier") is not None:
        one_of(body["service_tier"], ("auto", "standard_only"), "service_tier")
    if body.get("speed") is not None:
        one_of(body["speed"], ("standard", "fast"), "speed")
    if body.get("diagnostics") is not None:
        _check_diagnostics(of_type(body["diagnostics"], dict, "diagnostics"))
    for index, word in enumerate(body.get("stop_sequences") or ()):
        if not of_type(word, str, f"stop_sequences.{index}").strip():
            raise invalid(f"stop_sequences.{index}: each stop sequence must contain non-whitespace")


def _check_diagnostics(asked: dict[str, Any]) -> None:
    only_keys(asked, ("previous_message_id",), "diagnostics.")
    previous = asked.get("previous_message_id")
    if previous is not None and not of_type(previous, str, "diagnostics.previous_message_id").startswith("msg_"):
        raise invalid("diagnostics.previous_message_id: Input should be the id of a message")
