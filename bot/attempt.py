"""One call to Slack for the sake of a person who is looking: tried once, counted, never worth an error."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.services import Services
from bot.slack_client import error_code
from workers.logs import get_logger

log = get_logger(__name__)

OK = "ok"


async def attempt(services: Services, method: str, call: Awaitable[Any], *, seconds: float) -> str:
    """Await the call and return `ok`, or Slack's error code, or the name of what broke it."""
    try:
        async with asyncio.timeout(seconds):
            await call
    except SlackApiError as error:
        outcome = error_code(error)
    except Exception as error:  # noqa: BLE001  a broken connection shows itself in many types; none of them matters
        outcome = type(error).__name__
    else:
        outcome = OK
    services.count_call(method, outcome)
    if outcome != OK:
        log.warning("slack_call_failed", method=method, problem=outcome)
    return outcome
