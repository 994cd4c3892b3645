"""The form `issue_draft`: what is wrong is said at the field, what is right is stored before the form closes."""

from __future__ import annotations

import json
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.forms import edit_action, file_action, is_editable
from bot.hints import NOT_STORED, TOO_MUCH_WAITING
from bot.services import Services
from workers.jobs import Action, FieldSpec, StateUnavailable
from workers.views import failures
from workers.views.draft_modal import CALLBACK_ID, read_modal

# Every form has this field; what concerns the whole form is said there.
FIRST_FIELD = "summary"

Body = dict[str, Any]
Errors = dict[str, str]


class Modals:
    """Checks and hands over submitted forms."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def submit(self, ack: AsyncAck, body: Body) -> None:
        """Take a form, or leave it open with a word at the field that needs one."""
        try:
            errors = await self._take(body)
        except StateUnavailable:
            errors = {FIRST_FIELD: NOT_STORED}
        if errors:
            await ack(response_action="errors", errors=errors)
        else:
            await ack()

    async def _take(self, body: Body) -> Errors:
        form = json.loads(body["view"]["private_metadata"])
        draft_id = form.get("draft")
        return await (self._take_edit(body, draft_id, form) if draft_id else self._take_new(body))

    async def _take_edit(self, body: Body, draft_id: str, form: Body) -> Errors:
        found = await self._services.handover.draft(self._services.identity.team_id, draft_id)
        if found is None:
            return {FIRST_FIELD: failures.DRAFT_UNKNOWN}
        draft, filing = found
        if not is_editable(filing):
            return {FIRST_FIELD: failures.DRAFT_SETTLED}
        if form.get("version") not in (None, draft.version):
            return {FIRST_FIELD: failures.DRAFT_CHANGED}
        is_moved = (form["project"], form["issue_type"]) != (draft.project, draft.issue_type)
        values, errors = read_modal(body["view"]["state"], await self._screen(form) if is_moved else draft.specs)
        return errors or await self._store(edit_action(body, draft, filing, values))

    async def _take_new(self, body: Body) -> Errors:
        specs = await self._screen(json.loads(body["view"]["private_metadata"]))
        values, errors = read_modal(body["view"]["state"], specs)
        return errors or await self._store(file_action(body, self._services.identity.team_id, values))

    async def _screen(self, form: Body) -> tuple[FieldSpec, ...]:
        """Return the fields for which a form was drawn, none if they are not known."""
        shown = form.get("project", ""), form.get("issue_type", "")
        return await self._services.handover.run(lambda door: door.jira.screen(*shown))

    async def _store(self, action: Action) -> Errors:
        result = await self._services.handover.act(action)
        self._services.count(action.kind if result == "new" else result)
        return {FIRST_FIELD: TOO_MUCH_WAITING} if result == "full" else {}


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the form's submission."""
    app.view(CALLBACK_ID)(Modals(services).submit)
