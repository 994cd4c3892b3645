"""Tells people how many are before them when every worker is busy: a status line, after some seconds of waiting."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial

from bot.first_sign import clear_status, set_status
from bot.services import Services
from workers.jobs import SIGN_METHOD, StateUnavailable, TurnRequest
from workers.logs import get_logger

LOOK_EVERY_SECONDS = 2.5
PATIENCE_SECONDS = 5.0
FORGET_SECONDS = 900.0
# In one look; who is far behind hears of it less often.
MOST_CALLS = 10

log = get_logger(__name__)


@dataclass
class _Waiting:
    request: TurnRequest
    since: float
    shown: str = ""


class QueueWatch:
    """Watches the questions that this process took until a worker has them."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._waiting: dict[str, _Waiting] = {}
        self._is_running = False

    def add(self, request: TurnRequest) -> None:
        """Watch a question; the first of a conversation stands for all."""
        self._waiting.setdefault(request.conversation.box, _Waiting(request, time.monotonic()))
        if not self._is_running:
            self._is_running = True
            self._services.background.start(self._run)

    async def _run(self) -> None:
        try:
            while self._waiting and await self._services.background.nap(LOOK_EVERY_SECONDS):
                try:
                    queue = await self._services.handover.run(lambda door: door.waiting_turns())
                except StateUnavailable:
                    continue
                await self._look([box for box, _ in queue])
        finally:
            self._is_running = False

    async def _look(self, queue: list[str]) -> None:
        """Tell those who wait where they stand; forget who is served."""
        calls, places = 0, {box: number for number, box in enumerate(queue)}
        for box, one in list(self._waiting.items()):
            age = time.monotonic() - one.since
            if box not in places or age > FORGET_SECONDS:
                del self._waiting[box]
                self._take_back(one)
                continue
            line = status_line(places[box])
            if age >= PATIENCE_SECONDS and line != one.shown and calls < MOST_CALLS:
                calls += 1
                await self._show(one, line)

    async def _show(self, one: _Waiting, line: str) -> None:
        """Show a line if Slack's budget has a place that no first sign needs; else the next look tries again."""
        place = one.request.conversation
        try:
            wait = await self._services.handover.run(lambda door: door.place(place.team_id, SIGN_METHOD, leave=0))
        except StateUnavailable:
            return
        if wait <= 0:
            one.shown = line
            await set_status(self._services, place, line, has_place=True)

    def _take_back(self, one: _Waiting) -> None:
        """Clear what was shown just after a worker had cleared the status at the end of the turn."""
        if one.shown:
            self._services.background.start(partial(clear_status, self._services, one.request.conversation))


def status_line(before: int) -> str:
    """Say how many are before somebody."""
    return "is busy: you are next…" if before == 0 else f"is busy: {before} ahead of you…"
