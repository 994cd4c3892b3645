"""Cache diagnostics: why a prompt could not be read from the cache that the request before it had left."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from sandbox.claude.scripts import Body
from sandbox.claude.signatures import blocks_of, fingerprint
from sandbox.claude.usage import units

MOST_KEPT = 2_000


@dataclass(frozen=True)
class _Print:
    """What is kept of a request to compare a later one with."""

    model: str
    system: str
    tools: str
    modes: str
    messages: tuple[str, ...]
    tokens: int

    @classmethod
    def of(cls, body: Body) -> _Print:
        messages = tuple(fingerprint([message["role"], blocks_of(message)]) for message in body["messages"])
        effort = (body.get("output_config") or {}).get("effort")
        modes = fingerprint([body.get("thinking"), body.get("tool_choice"), effort])
        system, tools = fingerprint(body.get("system")), fingerprint(body.get("tools"))
        return cls(str(body["model"]), system, tools, modes, messages, sum(unit.tokens for unit in units(body)))


class Diagnosis:
    """The prints of earlier requests by the id of their answer; safe to use from any thread."""

    def __init__(self) -> None:
        self._prints: OrderedDict[str, _Print] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, body: Body) -> dict[str, Any] | None:
        """Return the `diagnostics` of an answer: None if nobody asked, or if nothing diverged."""
        asked = body.get("diagnostics")
        if not asked or asked.get("previous_message_id") is None:
            return None
        with self._lock:
            before = self._prints.get(asked["previous_message_id"])
        reason = {"type": "previous_message_not_found"} if before is None else _reason(before, _Print.of(body))
        return {"cache_miss_reason": reason} if reason else None

    def keep(self, message_id: str, body: Body) -> None:
        """Remember a request under the id of its answer; only requests that opted in are kept."""
        if body.get("diagnostics") is None:
            return
        with self._lock:
            self._prints[message_id] = _Print.of(body)
            while len(self._prints) > MOST_KEPT:
                self._prints.popitem(last=False)


def _reason(before: _Print, now: _Print) -> dict[str, Any] | None:
    """Return the first thing that changed, in the order of the prompt."""
    for kind in ("model", "system", "tools"):
        if getattr(before, kind) != getattr(now, kind):
            return {"type": f"{kind}_changed", "cache_missed_input_tokens": before.tokens}
    if before.modes != now.modes:
        return {"type": "unavailable"}
    if now.messages[: len(before.messages)] != before.messages:
        return {"type": "messages_changed", "cache_missed_input_tokens": before.tokens}
    return None
