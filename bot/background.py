"""Work that follows an acknowledgement, and is finished before the process leaves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext

from bot.deadline import nobody_waits
from workers.logs import get_logger

log = get_logger(__name__)

KEY = "after_ack"
CANCEL_SECONDS = 1.0
Work = Callable[[], Coroutine[Any, Any, object]]


class Background:
    """Tasks that nobody awaits; an error in one is logged, never raised."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._ending = asyncio.Event()

    def start(self, work: Work) -> None:
        """Begin now and return at once."""
        task = asyncio.get_running_loop().create_task(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def start_all(self, context: AsyncBoltContext) -> None:
        """Begin what listeners put off until their request was acknowledged."""
        for work in context.get(KEY, ()):
            self.start(work)

    async def nap(self, seconds: float) -> bool:
        """Wait so long, and return True; False as soon as the process is about to leave."""
        try:
            await asyncio.wait_for(self._ending.wait(), seconds)
        except TimeoutError:
            return True
        return False

    async def drain(self, seconds: float) -> None:
        """Wait for what runs; cancel what still does after `seconds`."""
        self._ending.set()
        deadline = time.monotonic() + seconds
        # What runs may begin more.
        while self._tasks and (left := deadline - time.monotonic()) > 0:
            await asyncio.wait(self._tasks, timeout=left)
        late = set(self._tasks)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=CANCEL_SECONDS)


def after_ack(context: AsyncBoltContext, work: Work) -> None:
    """Put work off until Slack has its acknowledgement."""
    context.setdefault(KEY, []).append(work)


async def _logged(work: Work) -> None:
    nobody_waits()
    try:
        await work()
    except Exception:
        log.exception("background_work_failed")
