"""Buttons of drafts and of turns. Slack brings a click once: it is stored before its ack, or the person is told."""

from __future__ import annotations

from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.background import after_ack
from bot.clicks import bulk_action, change_action, conversation_of, draft_action, duplicate_action, retry_action
from bot.deadline import half_left
from bot.forms import draft_form, is_editable
from bot.hints import NOT_STORED, TOO_MUCH_WAITING, answer_click
from bot.open_modal import open_modal
from bot.opened_form import form_id, known_choices
from bot.permits import permit_soon
from bot.services import Services
from workers.jobs import Action, Choices, Draft, Filing, StateUnavailable
from workers.views import failures
from workers.views.draft_modal import draft_modal

# The worker does these; `draft_edit` opens a modal here, and the worker gets what it holds.
FOR_WORKER = ("draft_create", "draft_cancel", "filing_check", "filing_force", "duplicate_ignore")

# These are about changes of issues that exist.
CHANGES = ("action_confirm", "action_cancel", "action_check", "action_force")
FOR_BULK = ("bulk_apply", "bulk_apply_all", "bulk_link", "bulk_more", "bulk_cancel")

# Of the three seconds in which a form may be opened; most people are known here already.
PERMIT_SECONDS = 0.8

Body = dict[str, Any]


class Actions:
    """Hands over clicks."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def press(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """Hand over a click on a draft's card."""
        await self._store(draft_action(body, self._services.identity.team_id), ack, body, context)

    async def press_change(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """Hand over a click on a card with changes."""
        await self._store(change_action(body, self._services.identity.team_id), ack, body, context)

    async def press_in_digest(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """Hand over a click in what a bulk job has shown."""
        await self._store(bulk_action(body, self._services.identity.team_id), ack, body, context)

    async def use_duplicate(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """Hand over that a draft is a duplicate."""
        await self._store(duplicate_action(body, self._services.identity.team_id), ack, body, context)

    async def retry(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """Hand over that a failed turn shall be tried again."""
        await self._store(retry_action(body, self._services.identity.team_id), ack, body, context)

    async def stop(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """Stop the turn that the button names."""
        conversation = conversation_of(body, self._services.identity.team_id)
        try:
            await self._services.handover.stop(conversation, turn_ts=str(body["actions"][0].get("value", "")))
        except StateUnavailable:
            self._tell(context, body, NOT_STORED)
        else:
            self._services.count("stopped")
        await ack()

    async def edit(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """Open the form at once: Slack lets a click open one for three seconds only."""
        draft_id = str(body["actions"][0].get("value", ""))
        try:
            found = await self._services.handover.draft(self._services.identity.team_id, draft_id)
        except StateUnavailable:
            self._tell(context, body, NOT_STORED)
        else:
            await self._open(found, body, context)
        await ack()

    async def _open(self, found: tuple[Draft, Filing] | None, body: Body, context: AsyncBoltContext) -> None:
        if found is None:
            self._tell(context, body, failures.DRAFT_UNKNOWN)
            return
        draft, filing = found
        if not is_editable(filing):
            self._tell(context, body, failures.draft_settled(filing) or failures.DRAFT_SETTLED)
            return
        place = draft.conversation.channel_id
        allowed = await permit_soon(self._services, body["user"]["id"], place, within=half_left(PERMIT_SECONDS))
        if allowed.refusal:
            self._tell(context, body, allowed.refusal)
            return
        known = await known_choices(self._services, place, draft.project) if allowed.may_file else Choices()
        name = form_id()
        view = draft_modal(
            draft,
            draft_form(draft, name, str(body.get("response_url", ""))),
            projects=known.projects,
            types=known.types,
            external_id=name,
        )
        problem = await open_modal(self._services, body["trigger_id"], view)
        if problem:
            self._tell(context, body, problem)
        self._services.count("draft_edit")

    async def _store(self, action: Action, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        try:
            result = await self._services.handover.act(action)
        except StateUnavailable:
            self._tell(context, body, NOT_STORED)
        else:
            if result == "full":
                self._tell(context, body, TOO_MUCH_WAITING)
            self._services.count(action.kind if result == "new" else result)
        await ack()

    def _tell(self, context: AsyncBoltContext, body: Body, text: str) -> None:
        after_ack(context, partial(answer_click, self._services, str(body.get("response_url", "")), text))


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the buttons that the program's messages carry."""
    actions = Actions(services)
    for name in FOR_WORKER:
        app.action(name)(actions.press)
    for name in CHANGES:
        app.action(name)(actions.press_change)
    for name in FOR_BULK:
        app.action(name)(actions.press_in_digest)
    app.action("duplicate_use")(actions.use_duplicate)
    app.action("draft_edit")(actions.edit)
    app.action("turn_stop")(actions.stop)
    app.action("turn_retry")(actions.retry)
