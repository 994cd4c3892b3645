"""Inside an open form: another project or type asks for its fields anew, and long lists are searched."""

from __future__ import annotations

import asyncio
import json
import time
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.background import after_ack
from bot.forms import change_action
from bot.hints import NOT_STORED, TOO_MUCH_WAITING, answer_click
from bot.permits import Permit, permit_soon
from bot.redraw import FIELDS_LOADING, draw, say_above, view_from_cache
from bot.services import Services
from workers.jobs import Action, FieldOption, StateUnavailable
from workers.views.changed_form import description_in, entered_so_far
from workers.views.draft_modal import PROJECT_CHOICE, TYPE_CHOICE
from workers.views.form_fields import NOT_YET, OPTIONS_SEARCH, PEOPLE_SEARCH, choice, field_of
from workers.views.limits import OPTIONS

Body = dict[str, Any]

# Slack waits three seconds for choices; a worker may fetch them within that.
PATIENCE_SECONDS = 1.8
POLL_SECONDS = 0.1
# To find out who somebody is; most people are known here already.
PERMIT_SECONDS = 0.8
LOADING = FieldOption(id=NOT_YET, name="Still loading: type once more")
NO_PEOPLE = FieldOption(id=NOT_YET, name="Jira does not answer right now: type a whole e-mail address, or wait")
NO_OPTIONS = FieldOption(id=NOT_YET, name="Jira does not answer right now: please try again in a while")
TOO_MUCH = FieldOption(id=NOT_YET, name=TOO_MUCH_WAITING)
MORE = "{number} more: type a part of the name"
# Who types the same again after so long has it asked for again.
AGAIN_SECONDS = 2
ADDRESS = "@"


class FormChanges:
    """Serves what people do in a form before they send it."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._drawing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def change(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """Draw the form anew for what was chosen; what is not known here a worker has to find out."""
        view = body["view"]
        place = json.loads(view["private_metadata"])
        try:
            allowed, action = await asyncio.gather(self._permit(body, place), self._action(body, place))
            if allowed.is_known and not allowed.may_draft:
                after_ack(context, partial(say_above, self._services, view, allowed.refusal))
                await ack()
                return
            # Of whom nobody knows, a worker decides.
            drawn = await view_from_cache(self._services, action) if allowed.may_draft else None
            result = "new" if drawn else await self._services.handover.act(action)
        except StateUnavailable:
            after_ack(context, partial(answer_click, self._services, str(place.get("response_url", "")), NOT_STORED))
            after_ack(context, partial(say_above, self._services, view, NOT_STORED))
        else:
            self._services.count(action.kind if result == "new" else result)
            waiting = TOO_MUCH_WAITING if result == "full" else FIELDS_LOADING
            after = (
                partial(self._draw, view, action, drawn) if drawn else partial(say_above, self._services, view, waiting)
            )
            after_ack(context, after)
        await ack()

    async def _permit(self, body: Body, place: Body) -> Permit:
        channel_id, draft_id = str(place.get("channel_id", "")), str(place.get("draft", ""))
        return await permit_soon(self._services, body["user"]["id"], channel_id, draft_id, within=PERMIT_SECONDS)

    async def _action(self, body: Body, place: Body) -> Action:
        """Remember what was entered so far, and return what was chosen."""
        shown = place.get("project", ""), place.get("issue_type", "")
        specs = await self._services.handover.run(lambda door: door.jira.screen(*shown))
        values = _with_choice(entered_so_far(body["view"], specs), body["actions"][0])
        team_id, form_id = self._services.identity.team_id, str(place["form"])
        entered = await self._services.handover.run(lambda door: door.forms.keep_entered(team_id, form_id, values))
        return change_action(body, team_id, entered, description_in(body["view"]))

    async def _draw(self, view: Body, action: Action, drawn: Body) -> None:
        """Show the form that is known; one after the other, since Slack may take two updates in any order."""
        lock = self._drawing.setdefault(str(action.values["form"]), asyncio.Lock())
        async with lock:
            is_drawn = await draw(self._services, action, drawn)
        if not is_drawn:
            try:
                result = await self._services.handover.act(action)
            except StateUnavailable:
                await say_above(self._services, view, NOT_STORED)
            else:
                if result == "full":
                    await say_above(self._services, view, TOO_MUCH_WAITING)

    async def people(self, ack: AsyncAck, body: Body) -> None:
        """Offer the people whose names begin as typed; an address that was typed is taken as it is."""
        typed = str(body.get("value") or "").strip()
        found = await self._found(body, {"what": "people", "typed": typed})
        if ADDRESS in typed and not any(option.id == typed for option in found):
            found = [FieldOption(id=typed, name=typed), *found]
        await ack(options=[choice(option) for option in _as_many_as_fit(found)])

    async def options(self, ack: AsyncAck, body: Body) -> None:
        """Offer the values of a long list that contain what was typed."""
        typed = str(body.get("value") or "").strip().casefold()
        found = await self._found(body, {"what": "options", "field": field_of(str(body["block_id"]))})
        fitting = [option for option in found if typed in option.name.casefold() or option.id == NOT_YET]
        await ack(options=[choice(option) for option in _as_many_as_fit(fitting)])

    async def _found(self, body: Body, wanted: dict[str, str]) -> list[FieldOption]:
        """Return what is known; on a miss ask a worker and wait as long as Slack does."""
        place = json.loads(body["view"]["private_metadata"])
        wanted = {**wanted, "project": place.get("project", ""), "issue_type": place.get("issue_type", "")}
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                allowed = await self._permit(body, place)
                if not allowed.may_draft_in(wanted["project"]):
                    return [] if allowed.is_known else [LOADING]
                found = await self._known(wanted)
                asked = "" if found is not None else await self._ask(body, wanted)
                if found is None and not asked:
                    return [TOO_MUCH]
                while found is None:
                    await asyncio.sleep(POLL_SECONDS)
                    found = await self._known(wanted)
                    if found is None and await self._services.handover.run(lambda door: door.jira.is_unanswered(asked)):
                        return [NO_PEOPLE if wanted["what"] == "people" else NO_OPTIONS]
                return found
        except (StateUnavailable, TimeoutError):
            return [LOADING]

    async def _known(self, wanted: dict[str, str]) -> list[FieldOption] | None:
        project = wanted["project"]
        if wanted["what"] == "people":
            return await self._services.handover.run(lambda door: door.jira.people(project, wanted["typed"]))
        issue_type, field = wanted["issue_type"], wanted["field"]
        return await self._services.handover.run(lambda door: door.jira.options(project, issue_type, field))

    async def _ask(self, body: Body, wanted: dict[str, str]) -> str:
        """Have a worker look it up; return the name under which it says that it could not, none if too much waits."""
        name = "-".join(wanted.values())
        place = json.loads(body["view"]["private_metadata"])
        action = Action(
            id=f"{body['view']['id']}-{name}-{time.time() // AGAIN_SECONDS:.0f}",
            kind="look_up",
            team_id=self._services.identity.team_id,
            subject=f"look_up:{name}",
            user_id=body["user"]["id"],
            # No channel of its own: what is not found is no word to the person.
            values={**wanted, "channel_id": place.get("channel_id", ""), "draft": place.get("draft", "")},
        )
        return "" if await self._services.handover.act(action) == "full" else action.id


def _as_many_as_fit(found: list[FieldOption]) -> list[FieldOption]:
    """Return all, or the first of them and how many more there are."""
    if len(found) <= OPTIONS:
        return found
    shown = found[: OPTIONS - 1]
    return [*shown, FieldOption(id=NOT_YET, name=MORE.format(number=len(found) - len(shown)))]


def _with_choice(values: dict[str, Any], click: dict[str, Any]) -> dict[str, Any]:
    """Return what was entered with the choice just made, which the state may not hold yet."""
    name = "project" if click["action_id"] == PROJECT_CHOICE else "issue_type"
    chosen = (click.get("selected_option") or {}).get("value")
    return {**values, **({name: chosen} if chosen else {})}


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the selects of the form that files something."""
    changes = FormChanges(services)
    app.action(PROJECT_CHOICE)(changes.change)
    app.action(TYPE_CHOICE)(changes.change)
    app.options(PEOPLE_SEARCH)(changes.people)
    app.options(OPTIONS_SEARCH)(changes.options)
