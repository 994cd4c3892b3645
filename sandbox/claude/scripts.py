"""Answers planned beforehand: the blocks of a reply, short builders for them, and the queue tests fill."""

from __future__ import annotations

import json
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


def schema_of(body: Body) -> dict[str, Any] | None:
    """Return the schema that a request asks its answer to keep, None if it asks for words."""
    config = body.get("output_config")
    wanted = config.get("format") if isinstance(config, dict) else None
    schema = wanted.get("schema") if isinstance(wanted, dict) else None
    return schema if isinstance(schema, dict) else None


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
    is_structured: bool

    def fits(self, question: str, schema: dict[str, Any] | None) -> bool:
        """Return whether it may answer a request: JSON only what asks for a schema that it keeps, all else the rest."""
        if self.is_structured != (schema is not None) or (self.when or "") not in question:
            return False
        said = None if callable(self.plan) else _json_of(self.plan)
        return said is None or schema is None or set(schema.get("required") or ()) <= said.keys()


class Scripts:
    """The planned answers, oldest first; safe to fill from any thread."""

    def __init__(self) -> None:
        self._entries: list[_Entry] = []
        self._lock = threading.Lock()

    def add(
        self, *plans: Plan, when: str | None = None, forever: bool = False, is_structured: bool | None = None
    ) -> None:
        """Plan answers for the next requests whose question contains `when`.

        With `is_structured` for those that ask for a schema, which else only an answer of JSON is for.
        """
        with self._lock:
            self._entries += [_Entry(plan, when, forever, _is_for_schema(plan, is_structured)) for plan in plans]

    def put_back(self, plan: Plan, when: str | None) -> None:
        """Make an answer that a fault cut off the next one again."""
        with self._lock:
            self._entries.insert(0, _Entry(plan, when, forever=False, is_structured=_is_for_schema(plan, None)))

    def take(self, question: str, schema: dict[str, Any] | None = None) -> tuple[Plan, str | None] | None:
        """Return the first plan for this question and what it waited for, or None."""
        with self._lock:
            for place, entry in enumerate(self._entries):
                if not entry.fits(question, schema):
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


def _is_for_schema(plan: Plan, given: bool | None) -> bool:
    return given if given is not None else not callable(plan) and _json_of(plan) is not None


def _json_of(plan: Reply) -> dict[str, Any] | None:
    """Return the JSON object that an answer is, or None."""
    words = "".join(block.get("text", "") for block in plan.blocks)
    try:
        said = json.loads(words) if words.startswith("{") else None
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def settled(plan: Plan, body: Body) -> Reply:
    """Return the answer of a plan, with an id for every tool call that lacks one."""
    answer = plan(body) if callable(plan) else plan
    blocks = tuple(
        {**tool(block["name"]), **block} if block["type"] == "tool_use" else block for block in answer.blocks
    )
    return replace(answer, blocks=blocks)
