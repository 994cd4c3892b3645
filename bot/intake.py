"""Takes what people ask: stored first; what a person sees of it follows."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from functools import partial

from bot.attempt import OK
from bot.background import Work
from bot.first_sign import FirstSigns
from bot.hints import whisper
from bot.queue_watch import QueueWatch
from bot.services import Services
from workers.failpoints import failpoint
from workers.jobs import SIGN_METHOD, TurnRequest
from workers.views.failures import QUEUE_FULL

# Both events of a mention and every repeated delivery come to the same full mailbox: one hint is enough.
REMEMBERED_HINTS = 256


class Intake:
    """The one way of a question into the mailbox, whichever way it reached us."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._queue, self._signs = QueueWatch(services), FirstSigns(services)
        self._hinted: deque[tuple[str, str]] = deque(maxlen=REMEMBERED_HINTS)

    async def take(self, request: TurnRequest) -> Work | None:
        """Store a request and return what is to be shown once Slack has its ack; raises StateUnavailable."""
        failpoint("event_heard")
        will_sign = self._signs.have_room()
        asked = await self._services.handover.ask(request, will_sign=will_sign)
        result = asked.result
        failpoint("event_kicked")
        self._services.count(request.kind if result == "new" else result)
        if result == "new":
            self._queue.add(request)
            if will_sign and self._signs.is_placed(asked.seconds_to_sign):
                return partial(self._signs.show, request)
            self._services.count_call(SIGN_METHOD, "no_place")
        return self._hint_once(request) if result == "full" else None

    def _hint_once(self, request: TurnRequest) -> Work | None:
        place = (request.conversation.box, request.ts)
        if place in self._hinted:
            return None
        self._hinted.append(place)
        return partial(self._hint, request, place)

    async def _hint(self, request: TurnRequest, place: tuple[str, str]) -> None:
        """Say that too much waits; where that did not arrive, the next delivery of the question says it."""
        if await whisper(self._services, request.conversation, request.user_id, QUEUE_FULL) != OK:
            with suppress(ValueError):
                self._hinted.remove(place)
