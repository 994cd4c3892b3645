"""Rules of `cache_control`: how many, which lifetimes, and in which order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.claude.errors import invalid
from sandbox.claude.rules.shapes import of_type, one_of, only_keys
from sandbox.claude.scripts import Body
from sandbox.claude.signatures import blocks_of

MOST_MARKS = 4


def check(body: Body) -> None:
    """Check all breakpoints of a request, the automatic one too."""
    lifetimes: list[str] = []
    for where, mark in _marks(body):
        if mark is None:
            continue
        of_type(mark, dict, where)
        only_keys(mark, ("type", "ttl"), f"{where}.")
        one_of(mark.get("type"), ("ephemeral",), f"{where}.type")
        lifetime = mark.get("ttl") or "5m"
        one_of(lifetime, ("1h", "5m"), f"{where}.ttl")
        if lifetime == "1h" and "5m" in lifetimes:
            raise invalid(f"{where}.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' one")
        lifetimes.append(lifetime)
    if len(lifetimes) > MOST_MARKS:
        raise invalid(f"A maximum of 4 blocks with cache_control may be provided. Found {len(lifetimes)}.")


def _marks(body: Body) -> Iterator[tuple[str, Any]]:
    """Yield the breakpoints in the order of the prompt: tools, system, messages, automatic."""
    for index, tool in enumerate(body.get("tools") or ()):
        yield f"tools.{index}.cache_control", tool.get("cache_control")
    system = body.get("system")
    for index, block in enumerate(system if isinstance(system, list) else ()):
        yield f"system.{index}.cache_control", block.get("cache_control")
    for index, message in enumerate(body["messages"]):
        for position, block in enumerate(blocks_of(message)):
            yield f"messages.{index}.content.{position}.cache_control", block.get("cache_control")
    yield "cache_control", body.get("cache_control")
