"""The first thing that a person sees, long before a worker has a word: one try, never worth an error."""

from __future__ import annotations

import asyncio
import time
from functools import partial

from bot.attempt import OK, attempt
from bot.services import Services
from workers.failpoints import failpoint
from workers.jobs import SIGN_METHOD, SIGN_MS, Conversation, StateUnavailable, TurnRequest
from workers.logs import get_logger

log = get_logger(__name__)

TEXT = "is thinking…"
SECONDS = 2.0
LATEST_SECONDS = SIGN_MS / 1000 - SECONDS
# How long it is taken for true that Slack's budget has no place: it is shared, and may be raised by anyone.
NO_PLACE_SECONDS = 1.0
# A storm of questions must not crowd out the acknowledgements of the next ones.
AT_ONCE = 32
GIVE_WAY_SECONDS = 0.05
TOGETHER_SECONDS = 0.05
# A status that stands below a finished answer goes by itself after two minutes only.
CLEAR_SECONDS, CLEAR_PAUSE_SECONDS = 90.0, 1.0


class FirstSigns:
    """The first sign of each turn, as long as Slack takes more of them."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._no_place_until = 0.0
        self._one_of_few = asyncio.Semaphore(AT_ONCE)
        self._shown: list[TurnRequest] = []

    def have_room(self) -> bool:
        """Return whether a place is worth asking for: just now there was one, or nobody has looked."""
        return time.monotonic() >= self._no_place_until

    def is_placed(self, seconds_to_place: float) -> bool:
        """Return whether a place was taken, and remember for a while if there is none."""
        if seconds_to_place > 0:
            self._no_place_until = time.monotonic() + min(seconds_to_place, NO_PLACE_SECONDS)
        return seconds_to_place <= 0

    async def show(self, request: TurnRequest) -> None:
        """Show the status in the place taken for it; the worker learns in a moment that this call is over."""
        failpoint("event_acked")
        try:
            async with self._one_of_few:
                await self._services.rush.give_way(GIVE_WAY_SECONDS)
                # Later than this the worker would no longer wait for the end of the call.
                if time.time() - request.received_at < LATEST_SECONDS:
                    await self._show(request)
        finally:
            failpoint("sign_shown")
            self._shown.append(request)
            if len(self._shown) == 1:
                self._services.background.start(self._let_know)

    async def _let_know(self) -> None:
        """Tell the workers which signs are out, in one call for all of a burst; take back what came too late."""
        await asyncio.sleep(TOGETHER_SECONDS)
        shown, self._shown = self._shown, []
        try:
            are_worked_on = await self._services.handover.signs_shown(shown)
        except StateUnavailable:
            log.info("signs_not_noted", count=len(shown))  # The marks lapse by themselves.
            return
        for request, is_worked_on in zip(shown, are_worked_on, strict=True):
            if not is_worked_on:
                # The worker was faster and has cleared the status already: shown after that, ours would stand.
                self._services.background.start(partial(clear_status, self._services, request.conversation))

    async def _show(self, request: TurnRequest) -> None:
        if await set_status(self._services, request.conversation, TEXT, has_place=True) == OK:
            self._services.was_visible(request.received_at)


async def set_status(services: Services, place: Conversation, line: str, *, has_place: bool = False) -> str:
    """Try once to set the status of a thread, an empty line clears it; return `ok` or what came of it."""
    call = services.slack.assistant_threads_setStatus(
        channel_id=place.channel_id, thread_ts=place.thread_ts, status=line
    )
    return await attempt(services, SIGN_METHOD, call, seconds=SECONDS, has_place=has_place)


async def clear_status(services: Services, place: Conversation) -> None:
    """Clear the status of a thread in which nothing is worked on, however long Slack has no room for that."""
    deadline = time.monotonic() + CLEAR_SECONDS
    while time.monotonic() < deadline:
        try:
            if await services.handover.run(lambda door: door.is_open(place)):
                return  # Its worker clears the status at the end.
            wait = await services.handover.run(lambda door: door.take(place.team_id, SIGN_METHOD, "", is_first=True))
        except StateUnavailable:
            wait = 0.0  # Nobody knows of a limit.
        if wait <= 0 and await set_status(services, place, "", has_place=True) == OK:
            return
        if not await services.background.nap(CLEAR_PAUSE_SECONDS):
            break
    await set_status(services, place, "")
