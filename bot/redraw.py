"""Draws a form anew from what is known here, without a worker; and says above a form what keeps it waiting."""

from __future__ import annotations

from typing import Any

from bot.attempt import OK, attempt
from bot.services import Services
from workers.jobs import Action, Door, StateUnavailable
from workers.views.changed_form import changed_form, changed_view, possible_type
from workers.views.draft_modal import values_of
from workers.views.limits import OPTIONS, VIEW_BLOCKS

METHOD = "views.update"
SECONDS = 5.0
NOTE = "form_note"
FIELDS_LOADING = "I'm loading the fields for that. What you have typed stays, and you can send the form as it is."
# Of a view as Slack hands it over, what it takes back.
PARTS = ("type", "callback_id", "title", "submit", "close", "private_metadata", "external_id")

View = dict[str, Any]


async def view_from_cache(services: Services, action: Action) -> View | None:
    """Return the form for what was chosen; None if a worker has to ask Jira for it."""
    try:
        return await services.handover.run(lambda door: _view(door, action))
    except StateUnavailable:
        return None


def _view(door: Door, action: Action) -> View | None:
    team_id, form_id = action.team_id, str(action.values["form"])
    values, draft_id = action.values["entered"], str(action.values.get("draft") or "")
    project = str(values.get("project") or "")
    draft = door.draft(team_id, draft_id) if draft_id else None
    channel_id = draft[0].conversation.channel_id if draft else action.channel_id
    known = door.choices(team_id, channel_id, project=project)
    types = known.types[:OPTIONS]
    issue_type = possible_type(values, types, door.channels.get(team_id, channel_id))
    specs = door.jira.screen(project, issue_type)
    if project not in known.projects or len(known.projects) > OPTIONS or not types or not specs:
        return None
    note, questions = door.forms.notes(team_id, form_id)
    form = changed_form(
        action,
        {**(values_of(draft[0]) if draft else {}), **values},
        project=project,
        issue_type=issue_type,
        projects=known.projects,
        types=types,
        specs=specs,
        note=note,
        questions=questions,
    )
    return changed_view(action, form)


async def draw(services: Services, action: Action, view: View) -> bool:
    """Show the form that belongs to a choice, unless a later one was drawn; False if Slack does not take it."""
    team_id, form_id = action.team_id, str(action.values["form"])
    try:
        is_newest = await services.handover.run(lambda door: door.forms.is_newest(team_id, form_id, action.id))
    except StateUnavailable:
        return False
    if not is_newest:
        return True
    call = services.slack.views_update(external_id=form_id, view=view)
    return await attempt(services, METHOD, call, seconds=SECONDS) == OK


async def say_above(services: Services, view: View, text: str) -> None:
    """Say something above a form that stays as it is, with all that was typed; not if it has changed since."""
    note = {"type": "context", "block_id": NOTE, "elements": [{"type": "plain_text", "text": text}]}
    blocks = [block for block in view["blocks"] if block.get("block_id") != NOTE]
    kept = {name: view[name] for name in PARTS if view.get(name)}
    shown = {**kept, "blocks": [note, *blocks][:VIEW_BLOCKS]}
    call = services.slack.views_update(view_id=view["id"], hash=view["hash"], view=shown)
    await attempt(services, METHOD, call, seconds=SECONDS)
