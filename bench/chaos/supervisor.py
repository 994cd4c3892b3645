"""Looks after the processes as a supervisor does: starts again what has ended, and knows who works on which message."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from sandbox.process import Process
from sandbox.stack import Stack

DOWN_SECONDS = 1.0
_TAKEN, _LEFT = "turn_taken", ("turn_finished", "turn_waits", "turn_interrupted")


class Supervisor:
    """Call `tick` often, always from the thread that started the stack: Linux ends children with their thread."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._up_at: dict[str, float] = {}
        self._asked_to_end: set[str] = set()
        self._read: dict[str, int] = {}
        self.holders: dict[str, str] = {}
        """By the ts of a message: the name of the worker that has it."""
        self.surprises: list[str] = []
        """Processes that ended though nobody had ended them."""

    @property
    def processes(self) -> list[Process]:
        return [*self._stack.web, *self._stack.workers, *([self._stack.beat] if self._stack.beat else [])]

    def kill(self, process: Process) -> None:
        self._end(process, process.kill)

    def terminate(self, process: Process) -> None:
        self._end(process, process.terminate)

    def held_by(self, process: Process) -> list[str]:
        """Return the messages that a worker has in its hands."""
        self._follow(process)
        return [ts for ts, holder in self.holders.items() if holder == process.name]

    def tick(self) -> None:
        """Start what has been down for a moment, and read on in the logs."""
        now = time.monotonic()
        for process in self.processes:
            self._follow(process)
            if process.is_running:
                continue
            if process.name not in self._up_at:
                self._up_at[process.name] = now + DOWN_SECONDS
                if process.name not in self._asked_to_end:
                    self.surprises.append(f"{process.name} ended by itself with status {process.exit_status}")
            if now >= self._up_at[process.name]:
                del self._up_at[process.name]
                self._asked_to_end.discard(process.name)
                process.start()

    def _end(self, process: Process, how: Callable[[], None]) -> None:
        if process.is_running:
            self._asked_to_end.add(process.name)
            how()

    def _follow(self, process: Process) -> None:
        start = self._read.get(process.name, 0)
        with process.log.open("rb") as log:
            log.seek(start)
            lines = log.read().splitlines(keepends=True)
        for line in lines:
            if not line.endswith(b"\n"):
                break
            start += len(line)
            if b'"message"' in line and line.startswith(b"{"):
                self._note(process.name, line)
        self._read[process.name] = start

    def _note(self, name: str, line: bytes) -> None:
        try:
            event: dict[str, Any] = json.loads(line)
        except ValueError:
            return
        ts = str(event.get("message", "")).partition("~")[0]
        if event.get("event") == _TAKEN:
            self.holders[ts] = name
        elif event.get("event") in _LEFT and self.holders.get(ts) == name:
            del self.holders[ts]
