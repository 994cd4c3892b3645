"""Rules of JSON schemas that become a grammar: strict tools and structured output."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.claude.errors import invalid

_UNSUPPORTED = (
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "patternProperties",
)
_MOST_LEVELS = 30


def check_grammar(schema: Any, where: str, level: int = 0) -> None:
    """Refuse what a grammar cannot hold: open objects, limits of size, endless depth."""
    if level > _MOST_LEVELS:
        raise invalid(f"{where}: schema is nested too deeply")
    if not isinstance(schema, dict):
        return
    for name in _UNSUPPORTED:
        if name in schema:
            raise invalid(f"{where}: For '{schema.get('type')}' type, property '{name}' is not supported")
    if _is_object(schema) and schema.get("additionalProperties") is not False:
        raise invalid(f"{where}: For 'object' type, 'additionalProperties' must be explicitly set to false")
    for name, part in _parts(schema):
        check_grammar(part, f"{where}.{name}", level + 1)


def _parts(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the schemas inside a schema with their places."""
    for group in ("properties", "$defs", "definitions"):
        for name, part in (schema.get(group) or {}).items():
            yield f"{group}.{name}", part
    for name in ("anyOf", "oneOf", "allOf"):
        for index, part in enumerate(schema.get(name) or ()):
            yield f"{name}.{index}", part
    yield "items", schema.get("items")


def _is_object(schema: dict[str, Any]) -> bool:
    kind = schema.get("type")
    return kind == "object" or (isinstance(kind, list) and "object" in kind)
