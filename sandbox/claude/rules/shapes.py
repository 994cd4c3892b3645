"""Checks of JSON shapes that all rules share, with the API's words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.claude.errors import invalid

_NAMES = {str: "string", bool: "boolean", dict: "dictionary", list: "list", int: "integer"}


def only_keys(value: dict[str, Any], allowed: Iterable[str], where: str) -> None:
    """Refuse members that the API does not know."""
    for key in value:
        if key not in allowed:
            raise invalid(f"{where}{key}: Extra inputs are not permitted")


def need(value: dict[str, Any], key: str, kind: type, where: str) -> Any:
    """Return a member that must be there and of this type."""
    if key not in value:
        raise invalid(f"{where}{key}: Field required")
    return of_type(value[key], kind, f"{where}{key}")


def of_type(value: Any, kind: type, where: str) -> Any:
    """Return the value if it is of this type; a boolean is no integer."""
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise invalid(f"{where}: Input should be a valid {_NAMES[kind]}")
    return value


def one_of(value: Any, allowed: Iterable[str], where: str) -> None:
    """Refuse a value that is not in the list."""
    listed = sorted(allowed)
    if value not in listed:
        raise invalid(f"{where}: Input should be {' or '.join(repr(name) for name in listed)}")
