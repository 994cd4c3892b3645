"""The first thing that a person sees, long before a worker has a word: one try, never worth an error."""

from __future__ import annotations

import asyncio

from slack_sdk.errors import SlackApiError

from bot.services import Services
from workers.jobs import StateUnavailable, TurnRequest
from workers.logs import get_logger

log = get_logger(__name__)

METHOD = "assistant.threads.setStatus"
TEXT = "is thinking…"
SECONDS = 2.0


async def show_first_sign(services: Services, request: TurnRequest) -> None:
    """Show the status, then let the worker know that this call is over, whatever came of it."""
    try:
        outcome = await _set_status(services, request)
        services.count_call(METHOD, outcome)
        if outcome == "ok":
            services.was_visible(request.received_at)
        else:
            log.warning("first_sign_failed", conversation=request.conversation.box, problem=outcome)
    finally:
        await _tell_worker(services, request)


async def _set_status(services: Services, request: TurnRequest) -> str:
    """Try once and return `ok` or what was in the way."""
    try:
        async with asyncio.timeout(SECONDS):
            await services.slack.assistant_threads_setStatus(
                channel_id=request.conversation.channel_id,
                thread_ts=request.conversation.thread_ts,
                status=TEXT,
            )
    except SlackApiError as error:
        return str(error.response["error"])
    except Exception as error:  # noqa: BLE001  a broken connection shows itself in many types; none of them matters
        return type(error).__name__
    return "ok"


async def _tell_worker(services: Services, request: TurnRequest) -> None:
    try:
        await services.handover.sign_shown(request.conversation, request.ts)
    except StateUnavailable:
        log.info("sign_not_noted", conversation=request.conversation.box)  # The mark lapses by itself.
