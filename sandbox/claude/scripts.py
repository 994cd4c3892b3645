"""Answers planned beforehand: the blocks of a reply, short builders for them, and the queue tests fill."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

Block = dict[str, Any]
Body = dict[str, Any]

AUTO = "auto"
"""As a stop reason: `tool_use` if a tool is called, else `end_turn`."""


@dataclass(frozen=True)
class Reply:
    """One answer of the model as planned; `stop_reason` None ends the stream without a goodbye."""

    blocks: tuple[Block, ...] = ()
    stop_reason: str | None = AUTO
    stop_details: dict[str, Any] | None = None
    stop_sequence: str | None = None
    usage: dict[str, Any] = field(default_factory=dict)
    """Figures that take the place of the counted ones."""
    cut_json: int | None = None
    """The JSON of the last tool call ends after so many characters."""

    @property
    def ends_with(self) -> str | None:
        """The stop reason that goes over the wire."""
        if self.stop_reason != AUTO:
            return self.stop_reason
        return "tool_use" if any(block["type"] == "tool_use" for block in self.blocks) else "end_turn"


Plan = Reply | Callable[[Body], Reply]


def text(words: str) -> Block:
    """Return a text block."""
    return {"type": "text", "text": words}


def thinking(words: str) -> Block:
    """Return a thinking block; its signature is made when it is sent."""
    return {"type": "thinking", "thinking": words}


def tool(name: str, arguments: dict[str, Any] | None = None, *, id: str | None = None) -> Block:  # noqa: A002  the API's word
    """Return a tool call with an id of its own."""
    return {
        "type": "tool_use",
        "id": id or f"toolu_{uuid.uuid4().hex[:24]}",
        "name": name,
        "input": arguments or {},
        "caller": {"type": "direct"},
    }


def reply(*blocks: Block | str, stop_reason: str | None = AUTO, **more: Any) -> Reply:
    """Return an answer of these blocks; a plain string is a text block."""
    built = tuple(text(block) if isinstance(block, str) else block for block in blocks)
    return Reply(built, stop_reason, **more)


def refusal(category: str | None = None, explanation: str | None = None, *blocks: Block) -> Reply:
    """Return an answer that the model refuses to finish."""
    details = {"type": "refusal", "category": category, "explanation": explanation}
    return Reply(blocks or (text(""),), "refusal", details)


@dataclass
class _Entry:
    plan: Plan
    when: str | None
    forever: bool


class Scripts:
    """The planned answers, oldest first; safe to fill from any thread."""

    def __init__(self) -> None:
        self._entries: list[_Entry] = []
        self._lock = threading.Lock()

    def add(self, *plans: Plan, when: str | None = None, forever: bool = False) -> None:
        """Plan answers for the next requests whose question contains `when`."""
        with self._lock:
            self._entries += [_Entry(plan, when, forever) for plan in plans]

    def put_back(self, plan: Plan, when: str | None) -> None:
        """Make an answer that a fault cut off the next one again."""
        with self._lock:
            self._entries.insert(0, _Entry(plan, when, forever=False))

    def take(self, question: str) -> tuple[Plan, str | None] | None:
        """Return the first plan for this question and what it waited for, or None."""
        with self._lock:
            for place, entry in enumerate(self._entries):
                if entry.when is not None and entry.when not in question:
                    continue
                if not entry.forever:
                    del self._entries[place]
                return entry.plan, entry.when
        return None

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()

    def __len__(self) -> int:
        return len(self._entries)


def settled(plan: Plan, body: Body) -> Reply:
    """Return the answer of a plan, with an id for every tool call that lacks one."""
    answer = plan(body) if callable(plan) else plan
    blocks = tuple(
        {**tool(block["name"]), **block} if block["type"] == "tool_use" else block for block in answer.blocks
    )
    return replace(answer, blocks=blocks)
