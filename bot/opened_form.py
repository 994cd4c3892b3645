"""Opens a form that a worker fills: a modal at once, and an action stored durably beside it."""

from __future__ import annotations

import asyncio
import secrets
from functools import partial
from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext

from bot.attempt import attempt
from bot.background import after_ack
from bot.hints import NOT_STORED, TOO_MUCH_WAITING, answer_click
from bot.open_modal import open_modal
from bot.services import Services
from workers.jobs import Action, StateUnavailable
from workers.views.notices import LOADING, notice_modal

SECONDS = 5.0


def form_id() -> str:
    """Return a new name for a form, by which a worker finds it."""
    return secrets.token_hex(12)


async def open_for_worker(
    services: Services, context: AsyncBoltContext, trigger_id: str, title: str, action: Action
) -> bool:
    """Open an empty form under the name in the action and store the action; whatever fails is told to the person.

    Both at the same time, since Slack waits three seconds for all of it. Returns whether the form is on its way.
    """
    name = str(action.values["form"])
    view = notice_modal(title, LOADING, external_id=name)
    problem, stored = await asyncio.gather(open_modal(services, trigger_id, view), _store(services, action))
    if problem:
        after_ack(context, partial(answer_click, services, action.response_url, problem))
    elif stored:
        after_ack(context, partial(show_in, services, name, notice_modal(title, stored, external_id=name)))
    return not problem and not stored


async def show_in(services: Services, name: str, view: dict[str, Any]) -> None:
    """Show another view in an open modal."""
    call = services.slack.views_update(external_id=name, view=view)
    await attempt(services, "views.update", call, seconds=SECONDS)


async def _store(services: Services, action: Action) -> str:
    """Return an empty text, or why the action is not stored."""
    try:
        result = await services.handover.act(action)
    except StateUnavailable:
        return NOT_STORED
    services.count(action.kind if result == "new" else result)
    return TOO_MUCH_WAITING if result == "full" else ""
