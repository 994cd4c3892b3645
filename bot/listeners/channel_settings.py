"""The form `channel_settings`: checked at the field, stored before it closes; a worker decides whether it counts."""

from __future__ import annotations

import json
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.hints import NOT_STORED, TOO_MUCH_WAITING
from bot.services import Services
from workers.jobs import Action, Door, StateUnavailable
from workers.policy import ChannelSettings, fileable
from workers.views.settings_modal import CALLBACK_ID, read_settings

FIRST_FIELD = "project"
NO_TYPE = "{project} has no type {name}. Please choose another one."


class ChannelSettingsForm:
    """Hands over what somebody chose for a channel."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def submit(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Take the form, or leave it open with a word at the field that needs one."""
        place = json.loads(body["view"]["private_metadata"])
        settings, errors = read_settings(body["view"]["state"], kept_language=place.pop("language", ""))
        errors = errors or await self._unfit(settings)
        if not errors:
            errors = await self._store(body, place, settings.model_dump(mode="json"))
        await (ack(response_action="errors", errors=errors) if errors else ack())

    async def _unfit(self, settings: ChannelSettings) -> dict[str, str]:
        """Say at its field that a type is none of the project's, as far as that is known here; else a worker looks."""
        try:
            return await self._services.handover.run(lambda door: _wrong_type(settings, door))
        except StateUnavailable:
            return {}

    async def _store(self, body: dict[str, Any], place: dict[str, Any], settings: dict[str, Any]) -> dict[str, str]:
        action = Action(
            id=str(body["view"]["id"]),
            kind="settings_save",
            team_id=self._services.identity.team_id,
            subject=f"channel:{place['channel_id']}",
            user_id=body["user"]["id"],
            values={"settings": settings},
            **place,
        )
        try:
            result = await self._services.handover.act(action)
        except StateUnavailable:
            return {FIRST_FIELD: NOT_STORED}
        self._services.count(action.kind if result == "new" else result)
        return {FIRST_FIELD: TOO_MUCH_WAITING} if result == "full" else {}


def _wrong_type(settings: ChannelSettings, door: Door) -> dict[str, str]:
    project = settings.project or next(iter(fileable(settings, projects=door.jira.projects())), "")
    types = door.jira.types(project) if project and settings.issue_type else {}
    if not types or settings.issue_type in types:
        return {}
    return {"issue_type": NO_TYPE.format(project=project, name=settings.issue_type)}


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the form's submission."""
    app.view(CALLBACK_ID)(ChannelSettingsForm(services).submit)
