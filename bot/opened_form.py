"""Opens a form that a worker fills: a modal at once, and an action stored durably beside it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext

from bot.attempt import OK, attempt
from bot.background import after_ack
from bot.forms import plain_form
from bot.hints import NOT_STORED, TOO_MUCH_WAITING, answer_click
from bot.open_modal import NOT_OPENED, open_modal
from bot.people import names_in
from bot.permits import Permit, permit
from bot.services import Services
from workers.jobs import Action, Choices, StateUnavailable
from workers.views.draft_modal import CALLBACK_ID, shortcut_modal
from workers.views.limits import OPTIONS
from workers.views.notices import LOADING, notice_modal
from workers.views.slack_words import by_name

SECONDS = 5.0
# The person looks at an empty form meanwhile, and an own one is better late than never.
TRIES, PLACE_SECONDS, PAUSE_SECONDS = 4, 30.0, 2.0
# A little longer than a worker takes that fills the form by the model.
PATIENCE_SECONDS = 9.0
CLOSED = "not_found"
# Of the three seconds in which a form may be opened.
CHOICES_SECONDS = 0.3

View = dict[str, Any]
Plain = Callable[[Permit], Awaitable[View]]


def form_id() -> str:
    """Return a new name for a form, by which a worker finds it."""
    return secrets.token_hex(12)


async def open_for_worker(
    services: Services,
    context: AsyncBoltContext,
    trigger_id: str,
    title: str,
    action: Action,
    plain: Plain | None = None,
) -> None:
    """Open an empty form under the name in the action and store the action; whatever fails is told to the person.

    Both at the same time, since Slack waits three seconds for all of it. `plain` makes what is shown if no worker
    fills the form in time.
    """
    name = str(action.values["form"])
    kind = {"callback_id": CALLBACK_ID} if plain else {}
    view = notice_modal(title, LOADING, external_id=name, **kind)
    problem, stored = await asyncio.gather(open_modal(services, trigger_id, view), _store(services, action))
    if problem:
        after_ack(context, partial(answer_click, services, action.response_url, problem))
    elif stored and plain:
        after_ack(context, partial(_show, services, title, action, plain))
    elif stored:
        after_ack(context, partial(show_in, services, action, notice_modal(title, stored, external_id=name)))
    elif plain:
        after_ack(context, partial(_show_late, services, title, action, plain))


async def _show_late(services: Services, title: str, action: Action, plain: Plain) -> None:
    """Show the plain form if nobody has filled it by then: workers may be busy, or away."""
    # A process that leaves shows it a little earlier.
    await services.background.nap(PATIENCE_SECONDS)
    team_id, name = services.identity.team_id, str(action.values["form"])
    try:
        is_ours = await services.handover.run(lambda door: door.forms.draw(team_id, name, by="web"))
    except StateUnavailable:
        is_ours = True  # No worker can say that it has filled it either.
    if is_ours:
        await _show(services, title, action, plain)


async def _show(services: Services, title: str, action: Action, plain: Plain) -> None:
    """Show the plain form to who may have it, the others why they get none."""
    name, allowed = str(action.values["form"]), await permit(services, action.user_id, action.channel_id)
    refused = notice_modal(title, allowed.refusal, external_id=name) if allowed.refusal else None
    await show_in(services, action, refused or await plain(allowed))


async def show_in(services: Services, action: Action, view: View) -> None:
    """Show another view in the open modal of an action, however long Slack has no room; if it never has, say so."""
    for _ in range(TRIES):
        call = services.slack.views_update(external_id=str(action.values["form"]), view=view)
        outcome = await attempt(services, "views.update", call, seconds=SECONDS, patience=PLACE_SECONDS)
        if outcome in (OK, CLOSED):
            return
        if not await services.background.nap(PAUSE_SECONDS):
            break
    await answer_click(services, action.response_url, NOT_OPENED)


async def _store(services: Services, action: Action) -> str:
    """Return an empty text, or why the action is not stored."""
    try:
        result = await services.handover.act(action)
    except StateUnavailable:
        return NOT_STORED
    services.count(action.kind if result == "new" else result)
    return TOO_MUCH_WAITING if result == "full" else ""


async def plain_view(services: Services, action: Action, text: str, allowed: Permit) -> View:
    """Return the form as it is shown when no worker fills it: a text, and the choices that are known here."""
    names = await names_in(services, text)
    # Who nobody knows may type what they want; what there is in Jira they are not told.
    known = await known_choices(services, action.channel_id) if allowed.may_file else Choices()
    await _keep_people(services, str(action.values["form"]), names)
    view = shortcut_modal(
        by_name(text, names),
        known.projects,
        plain_form(action),
        issue_types=known.types,
        usual_project=known.usual_project,
        usual_type=known.usual_type,
    )
    return {**view, "external_id": action.values["form"]}


async def _keep_people(services: Services, name: str, names: dict[str, str]) -> None:
    """Remember whom the form names, of two with one name neither; without that they stay names."""
    said = list(names.values())
    people = {each: user_id for user_id, each in names.items() if said.count(each) == 1}
    with suppress(StateUnavailable):
        await services.handover.run(lambda door: door.forms.keep_people(services.identity.team_id, name, people))


async def known_choices(services: Services, channel_id: str, project: str = "") -> Choices:
    """Return what a form of a channel can offer at once; nothing of what is not known or does not fit a select."""
    team_id = services.identity.team_id
    try:
        async with asyncio.timeout(CHOICES_SECONDS):
            known = await services.handover.run(lambda door: door.choices(team_id, channel_id, project=project))
    except (StateUnavailable, TimeoutError):
        return Choices()
    return replace(
        known,
        projects=known.projects if len(known.projects) <= OPTIONS else (),
        types=known.types if len(known.types) <= OPTIONS else (),
    )
