"""One call to Slack for the sake of a person who is looking: tried once, counted, never worth an error."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from functools import partial
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.deadline import half_left, seconds_left
from bot.services import Services
from bot.slack_client import error_code, seconds_refused
from workers.jobs import SIGN_METHOD, StateUnavailable
from workers.logs import get_logger

log = get_logger(__name__)

OK = "ok"
NO_PLACE = "no_place"
# These come first: without them a person sees nothing. All others leave them what the budgets keep free.
FIRST = (SIGN_METHOD, "views.open", "views.update", "views.publish", "chat.postEphemeral")
# Of a call's time so much may be spent on waiting for its place in Slack's budget, which all processes share.
SHARE_TO_WAIT = 0.5
# Without an answer from Redis in that time the call goes out as it is: Slack lets a form be opened for 3 s only.
REDIS_SECONDS = 0.5
NAP_SECONDS = 0.25


async def attempt(
    services: Services,
    method: str,
    call: Coroutine[Any, Any, Any],
    *,
    seconds: float,
    channel_id: str = "",
    has_place: bool = False,
    patience: float | None = None,
) -> str:
    """Await the call and return `ok`, or Slack's error code, or the name of what broke it.

    It takes its place in the shared limiter unless it has one already; without one it is not sent, unless it is one of
    the first: our budgets are estimates, and Slack itself may have room. `patience` is how long it waits for its place
    where that shall not come from its own time. What an ack waits for ends with the time that the ack has.
    """
    limit = seconds if patience is None else seconds + patience
    waits = seconds * SHARE_TO_WAIT if patience is None else patience
    try:
        async with asyncio.timeout(seconds_left(limit)):
            if has_place or await _takes_place(services, method, channel_id, waits) or method in FIRST:
                await call
                outcome = OK
            else:
                outcome = NO_PLACE
    except SlackApiError as error:
        outcome = error_code(error)
        if seconds := seconds_refused(error):
            # Later: whoever made this call may have an ack to give.
            services.background.start(partial(_note_refusal, services, method, channel_id, seconds))
    except Exception as error:  # noqa: BLE001  a broken connection shows itself in many types; none of them matters
        outcome = type(error).__name__
    finally:
        call.close()
    services.count_call(method, outcome)
    if outcome != OK:
        log.warning("slack_call_failed", method=method, problem=outcome)
    return outcome


async def _takes_place(services: Services, method: str, channel_id: str, patience: float) -> bool:
    """Return whether there is a place within that time, or nobody can say."""
    team_id = services.identity.team_id
    deadline = asyncio.get_running_loop().time() + patience
    while True:
        try:
            async with asyncio.timeout(half_left(REDIS_SECONDS)):
                wait = await services.handover.run(
                    lambda door: door.take(team_id, method, channel_id, is_first=method in FIRST)
                )
        except (StateUnavailable, TimeoutError):
            return True
        left = deadline - asyncio.get_running_loop().time()
        if wait <= 0 or wait > left:
            return wait <= 0
        await asyncio.sleep(min(wait, NAP_SECONDS))


async def _note_refusal(services: Services, method: str, channel_id: str, seconds: float) -> None:
    """Let all others wait, too, where Slack said so."""
    team_id = services.identity.team_id
    with suppress(StateUnavailable):
        await services.handover.run(lambda door: door.pause(team_id, method, seconds, channel_id))
