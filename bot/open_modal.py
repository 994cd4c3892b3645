"""Opens a form for a person who just clicked."""

from __future__ import annotations

from typing import Any

from bot.attempt import OK, attempt
from bot.services import Services

METHOD = "views.open"
SECONDS = 2.5
NOT_OPENED = "The form could not be opened in time. Please try that again."


async def open_modal(services: Services, trigger_id: str, view: dict[str, Any]) -> str:
    """Open a form; return an empty text, or what to tell the person."""
    call = services.slack.views_open(trigger_id=trigger_id, view=view)
    return "" if await attempt(services, METHOD, call, seconds=SECONDS) == OK else NOT_OPENED
