"""The first thing that a person sees, long before a worker has a word: one try, never worth an error."""

from __future__ import annotations

import asyncio

from bot.attempt import OK, attempt
from bot.services import Services
from workers.failpoints import failpoint
from workers.jobs import Conversation, StateUnavailable, TurnRequest
from workers.logs import get_logger

log = get_logger(__name__)

METHOD = "assistant.threads.setStatus"
TEXT = "is thinking…"
SECONDS = 2.0
PLACE_SECONDS = 0.2


async def show_first_sign(services: Services, request: TurnRequest) -> None:
    """Show the status, then let the worker know that this call is over, whatever came of it."""
    failpoint("event_acked")
    try:
        if await _has_place(services, request.conversation.team_id):
            await _show(services, request)
        else:
            services.count_call(METHOD, "no_place")
    finally:
        failpoint("sign_shown")
        if not await _is_worked_on(services, request):
            # The worker was faster and has cleared the status already: shown after that, ours would stand.
            await set_status(services, request.conversation, "")


async def _show(services: Services, request: TurnRequest) -> None:
    if await set_status(services, request.conversation, TEXT) == OK:
        services.was_visible(request.received_at)


async def set_status(services: Services, place: Conversation, line: str) -> str:
    """Try once to set the status of a thread, an empty line clears it; return `ok` or what came of it."""
    call = services.slack.assistant_threads_setStatus(
        channel_id=place.channel_id, thread_ts=place.thread_ts, status=line
    )
    return await attempt(services, METHOD, call, seconds=SECONDS)


async def _has_place(services: Services, team_id: str) -> bool:
    """Take a place among the calls of all processes; a limiter that does not answer at once is not waited for."""
    try:
        async with asyncio.timeout(PLACE_SECONDS):
            return await services.handover.run(lambda door: door.take_place(team_id, METHOD))
    except (StateUnavailable, TimeoutError):
        return True


async def _is_worked_on(services: Services, request: TurnRequest) -> bool:
    """Let the worker know that the sign is out; return whether it will clear the status."""
    try:
        return await services.handover.sign_shown(request.conversation, request.ts)
    except StateUnavailable:
        log.info("sign_not_noted", conversation=request.conversation.box)  # The mark lapses by itself.
        return True
