"""What happens on the site, told to whoever listens: the webhook, and pages that watch."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.jira.site import Issue, User


@dataclass(frozen=True)
class Event:
    """One change of an issue; `kind` is the webhook's name for it where there is one."""

    kind: str
    issue: Issue
    user: User
    items: tuple[Mapping[str, Any], ...] = ()
    """What an update changed, as changelog items."""
    comment: Mapping[str, Any] = field(default_factory=dict)


Listener = Callable[[Event], None]


class Feed:
    """The numbered changes that pages watch; `add` may be called from any thread."""

    def __init__(self, keep: int = 1000) -> None:
        self._log: deque[dict[str, Any]] = deque(maxlen=keep)
        self._watchers: dict[asyncio.Queue[dict[str, Any]], asyncio.AbstractEventLoop] = {}
        self._number = 0

    def add(self, kind: str, body: Mapping[str, Any]) -> None:
        """Tell all watchers."""
        self._number += 1
        change = {"number": self._number, "kind": kind, **body}
        self._log.append(change)
        for queue, loop in list(self._watchers.items()):
            loop.call_soon_threadsafe(queue.put_nowait, change)

    def watch(self, after: int | None) -> asyncio.Queue[dict[str, Any]]:
        """Return a queue of changes to come, preceded by those after number `after`; None is from now on."""
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        for change in list(self._log):
            if after is not None and change["number"] > after:
                queue.put_nowait(change)
        self._watchers[queue] = asyncio.get_running_loop()
        return queue

    def unwatch(self, queue: asyncio.Queue[dict[str, Any]]) -> None:
        self._watchers.pop(queue, None)
