"""Counting: tokens by a steady estimate, and the prompt cache with its breakpoints, minimum, lifetimes and lookback."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.claude.catalogue import Model
from sandbox.claude.scripts import Block, Body, Reply
from sandbox.claude.signatures import blocks_of

CHARACTERS_PER_TOKEN = 4
TOKENS_PER_PAGE = 6_000
"""Of a PDF: each page is read as a picture and as text."""
PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
LIFETIMES = {"5m": 300.0, "1h": 3600.0}
LOOKBACK_BLOCKS = 20


@dataclass(frozen=True)
class Unit:
    """One cacheable piece of a prompt: a tool, a block of the system prompt or of a message."""

    prefix: str
    """Hash of the prompt up to and with this piece."""
    tokens: int
    lifetime: str | None
    """The lifetime of the breakpoint on this piece, if there is one."""


def tokens_of(value: Any) -> int:
    """Return the estimated tokens of text or of JSON; at least one."""
    kind = value.get("type") if isinstance(value, dict) else None
    if kind == "image":
        return 1500
    if kind == "document" and value["source"].get("type") == "base64":
        return TOKENS_PER_PAGE * max(1, _pages(str(value["source"]["data"])))
    words = value if isinstance(value, str) else json.dumps(_unmarked(value), ensure_ascii=False)
    return max(1, -(-len(words) // CHARACTERS_PER_TOKEN))


def _pages(data: str) -> int:
    """Return how many pages a PDF has whose list of them is not packed."""
    return len(PAGE.findall(base64.b64decode(data)))


def _unmarked(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: part for key, part in value.items() if key != "cache_control"}
    return value


def units(body: Body) -> list[Unit]:
    """Return the pieces of a prompt in the order of the cache: tools, system, messages."""
    # What was written at one effort is not read at another one, as people measured it; the documents don't say.
    effort = (body.get("output_config") or {}).get("effort")
    digest = hashlib.sha256(f"{body.get('model')} {effort}".encode())
    found: list[Unit] = []
    for seed, piece in _pieces(body):
        digest.update(json.dumps([seed, _unmarked(piece)], sort_keys=True, ensure_ascii=False).encode())
        found.append(Unit(digest.copy().hexdigest(), tokens_of(piece), _lifetime(piece)))
    automatic = body.get("cache_control")
    if automatic and found:
        last = found[-1]
        found[-1] = Unit(last.prefix, last.tokens, last.lifetime or automatic.get("ttl") or "5m")
    return found


def _pieces(body: Body) -> Iterator[tuple[Any, Any]]:
    for tool in body.get("tools") or ():
        yield "tool", tool
    system = body.get("system") or []
    for block in [{"type": "text", "text": system}] if isinstance(system, str) else system:
        yield "system", block
    # These change how messages are read, so a change of them misses the cache of the messages only.
    modes = [body.get("thinking"), body.get("tool_choice"), _has_pictures(body)]
    for index, message in enumerate(body["messages"]):
        for block in blocks_of(message):
            yield [index, message["role"], modes if index == 0 else None], block


def _has_pictures(body: Body) -> bool:
    return any(block.get("type") == "image" for message in body["messages"] for block in blocks_of(message))


def _lifetime(piece: Block) -> str | None:
    mark = piece.get("cache_control")
    return (mark.get("ttl") or "5m") if mark else None


def count_prompt(body: Body) -> int:
    """Return the estimated tokens of a whole prompt."""
    return sum(unit.tokens for unit in units(body))


@dataclass(frozen=True)
class CacheUse:
    """How the tokens of a prompt fall to the cache."""

    read: int
    written: dict[str, int]
    uncached: int

    def to_wire(self) -> dict[str, Any]:
        """Return the input figures of `usage`."""
        return {
            "input_tokens": self.uncached,
            "cache_creation_input_tokens": sum(self.written.values()),
            "cache_read_input_tokens": self.read,
            "cache_creation": {
                "ephemeral_5m_input_tokens": self.written["5m"],
                "ephemeral_1h_input_tokens": self.written["1h"],
            },
        }


class PromptCache:
    """The prefixes that were cached and until when; safe to use from any thread."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[float, str]] = {}
        self._lock = threading.Lock()

    def use(self, body: Body, model: Model) -> CacheUse:
        """Read what is cached of this prompt, and write what its breakpoints ask for."""
        pieces = units(body)
        totals = [0]
        for piece in pieces:
            totals.append(totals[-1] + piece.tokens)
        marks = [index for index, piece in enumerate(pieces) if piece.lifetime]
        marks = [index for index in marks if totals[index + 1] >= model.cache_minimum]
        with self._lock:
            hit = self._longest_hit(pieces, marks)
            self._keep(pieces, marks, hit)
        return _shares(pieces, marks, hit, totals)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()

    def _longest_hit(self, pieces: list[Unit], marks: list[int]) -> int:
        """Return the index of the last piece that is cached, or -1."""
        now = self._clock()
        for mark in reversed(marks):
            for index in range(mark, max(mark - LOOKBACK_BLOCKS, -1), -1):
                if self._kept.get(pieces[index].prefix, (0.0, ""))[0] > now:
                    return index
        return -1

    def _keep(self, pieces: list[Unit], marks: list[int], hit: int) -> None:
        """Write the breakpoints; what was read lives as long again as it was written for."""
        now = self._clock()
        for index in {*marks, hit} - {-1}:
            piece = pieces[index]
            lifetime = piece.lifetime or self._kept[piece.prefix][1]
            until = max(now + LIFETIMES[lifetime], self._kept.get(piece.prefix, (0.0, ""))[0])
            self._kept[piece.prefix] = (until, lifetime)


def _shares(pieces: list[Unit], marks: list[int], hit: int, totals: list[int]) -> CacheUse:
    written = {"5m": 0, "1h": 0}
    end = hit
    for mark in marks:
        if mark > end:
            written[pieces[mark].lifetime or "5m"] += totals[mark + 1] - totals[end + 1]
            end = mark
    return CacheUse(totals[hit + 1], written, totals[-1] - totals[end + 1])


def output_usage(reply: Reply) -> dict[str, Any]:
    """Return the output figures of `usage`."""
    thought = sum(tokens_of(block["thinking"]) for block in reply.blocks if block["type"] == "thinking")
    spoken = sum(_spoken(block) for block in reply.blocks if block["type"] != "thinking")
    return {"output_tokens": thought + spoken, "output_tokens_details": {"thinking_tokens": thought}}


def _spoken(block: Block) -> int:
    match block["type"]:
        case "text":
            return tokens_of(block["text"]) if block["text"] else 0
        case "tool_use" | "server_tool_use":
            return tokens_of({"name": block["name"], "input": block["input"]})
        case _:
            return tokens_of(block)


def full_usage(cache: CacheUse, reply: Reply) -> dict[str, Any]:
    """Return the whole `usage` of an answer."""
    return cache.to_wire() | output_usage(reply) | {"service_tier": "standard"} | reply.usage
