"""The first thing that a person sees, long before a worker has a word: one try, never worth an error."""

from __future__ import annotations

import contextlib
from functools import partial

from bot.attempt import OK, attempt
from bot.services import Services
from workers.failpoints import failpoint
from workers.jobs import StateUnavailable, TurnRequest
from workers.logs import get_logger

log = get_logger(__name__)

METHOD = "assistant.threads.setStatus"
TEXT = "is thinking…"
SECONDS = 2.0


async def show_first_sign(services: Services, request: TurnRequest) -> None:
    """Show the status, then let the worker know that this call is over, whatever came of it."""
    failpoint("event_acked")
    place = request.conversation
    services.background.start(partial(_count, services, place.team_id))
    call = services.slack.assistant_threads_setStatus(
        channel_id=place.channel_id, thread_ts=place.thread_ts, status=TEXT
    )
    try:
        if await attempt(services, METHOD, call, seconds=SECONDS) == OK:
            services.was_visible(request.received_at)
    finally:
        failpoint("sign_shown")
        await _tell_worker(services, request)


async def _count(services: Services, team_id: str) -> None:
    """Let the other processes know of this call; it does not wait for them."""
    with contextlib.suppress(StateUnavailable):
        await services.handover.run(lambda door: door.count_call(team_id, METHOD))


async def _tell_worker(services: Services, request: TurnRequest) -> None:
    try:
        await services.handover.sign_shown(request.conversation, request.ts)
    except StateUnavailable:
        log.info("sign_not_noted", conversation=request.conversation.box)  # The mark lapses by itself.
