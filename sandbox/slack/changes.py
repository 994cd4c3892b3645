"""What happened in the workspace, in order, for a page that watches."""

from __future__ import annotations

import asyncio
from typing import Any


class Changes:
    """A numbered list of changes and the queues of those who watch; used on the server's loop only."""

    def __init__(self, keep: int = 5_000) -> None:
        self._keep = keep
        self._log: list[dict[str, Any]] = []
        self._watchers: set[asyncio.Queue[dict[str, Any]]] = set()
        self._number = 0

    @property
    def number(self) -> int:
        """The number of the latest change; a watcher that knows it asks for those after it."""
        return self._number

    def add(self, kind: str, **body: Any) -> None:
        self._number += 1
        change = {"number": self._number, "kind": kind, **body}
        self._log.append(change)
        del self._log[: -self._keep]
        for watcher in self._watchers:
            watcher.put_nowait(change)

    def watch(self, after: int | None = None) -> asyncio.Queue[dict[str, Any]]:
        """Return a queue of the changes to come, preceded by those after number `after`."""
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        if after is not None:
            for change in self._log:
                if change["number"] > after:
                    queue.put_nowait(change)
        self._watchers.add(queue)
        return queue

    def unwatch(self, queue: asyncio.Queue[dict[str, Any]]) -> None:
        self._watchers.discard(queue)
