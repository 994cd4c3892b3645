"""Faults that a stand-in can be told to play, the same for all three: which calls, how often, what goes wrong."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict

FaultKind = Literal["status", "drop_before", "drop_after", "hang", "delay", "error"]


class Fault(BaseModel):
    """One rule: the next `times` calls whose operation is `operation` go wrong in the way of `kind`.

    status       answer `status` with `headers` and `body` instead of doing the work
    error        Slack: `{"ok": false, "error": <error>}`; Claude: an `error` event after `after_events` events
    drop_before  cut the connection without doing the work
    drop_after   do the work, then cut the connection without an answer
    hang         do nothing and answer nothing for `seconds`, then cut the connection
    delay        wait `seconds`, then do the work
    """

    model_config = ConfigDict(extra="forbid")

    operation: str
    """Slack: the method (`chat.update`); Jira: `METHOD route` (`POST issue`); Claude: `messages`, or
    `structured` for those that ask for JSON of a schema; `*` is any."""
    kind: FaultKind
    times: int = 1
    """How many calls; -1 means all until cleared."""
    after: int = 0
    """How many matching calls pass unharmed first."""
    status: int = 500
    headers: dict[str, str] = {}
    body: Any = None
    error: str = ""
    seconds: float = 0
    after_events: int = 0
    label: str = ""
    """What whoever counts the played faults calls it."""


class Faults:
    """The rules in force, oldest first; safe to change from any thread."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self.played: list[tuple[float, Fault]] = []
        """What calls met, oldest first, each with its `time.monotonic()`."""
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._rules.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def take(self, operation: str) -> Fault | None:
        """Return the fault that this call meets, and count it as used."""
        with self._lock:
            for place, rule in enumerate(self._rules):
                if rule.operation not in (operation, "*"):
                    continue
                if rule.after > 0:
                    self._rules[place] = rule.model_copy(update={"after": rule.after - 1})
                    continue
                if rule.times == 1:
                    del self._rules[place]
                elif rule.times > 1:
                    self._rules[place] = rule.model_copy(update={"times": rule.times - 1})
                self.played.append((time.monotonic(), rule))
                return rule
        return None


def cut(request: web.Request) -> None:
    """Drop the caller's connection as a lost network does: no answer, no goodbye."""
    if request.transport is not None:
        request.transport.abort()


async def hang(request: web.Request, seconds: float) -> None:
    """Say nothing for a while, then drop the connection."""
    await asyncio.sleep(seconds)
    cut(request)
