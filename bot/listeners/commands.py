"""`/jira`: help at once; what needs Jira goes to a worker, and its answer to the person alone."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.forms import as_markdown
from bot.hints import NOT_STORED, TOO_MUCH_WAITING
from bot.opened_form import form_id, open_for_worker, plain_view
from bot.people import standing
from bot.permits import permit_soon
from bot.services import Services
from workers.jobs import Action, StateUnavailable
from workers.views.home import help_text

Command = dict[str, str]

LOOKING = "One moment, I'm looking in Jira…"
COUNTING = "One moment, I'm adding it up…"
NO_WORDS = "Say what to look for, such as `/jira search vpn`."
NOT_IN_CHANNEL = "Settings belong to a channel: use `/jira settings` in the one that you mean."
NOTHING_NAMED = "Say which issues: a project, some keys, or words, such as `/jira summarise OPS vpn`."
NO_CHANNEL = "A digest belongs to a channel: use this command in the one that should see it."
BEGINNING = "One moment, I'm starting…"
PERMIT_SECONDS = 0.8
SETTINGS_TITLE, FORM_TITLE = "Channel settings", "File a Jira issue"


class Commands:
    """Answers a command within Slack's three seconds, whatever it asks for."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def jira(self, ack: AsyncAck, command: Command, context: AsyncBoltContext) -> None:
        """Do what the first word says; an unknown one leads to the help."""
        word, rest = [*command.get("text", "").split(None, 1), "", ""][:2]
        words = as_markdown(rest).strip()
        name = word.lower()
        if name == "settings":
            text = await self._settings(command, context)
        elif name == "create":
            text = await self._create(command, words, context)
        elif name in ("mine", "usage") or (name == "search" and words):
            text = await self._ask(command, name, words)
        elif name == "search":
            text = NO_WORDS
        elif name in ("summarise", "summarize", "triage", "weekly"):
            text = await self._bulk(command, name, words)
        else:
            text = await self._help(command, is_unknown=name not in ("", "help"))
        await (ack(text=text, response_type="ephemeral") if text else ack())

    async def _help(self, command: Command, *, is_unknown: bool) -> str:
        self._services.count("command")
        who = await standing(self._services, command["user_id"])
        if who.is_guest:
            here = await permit_soon(self._services, command["user_id"], command["channel_id"], within=PERMIT_SECONDS)
            who = replace(who, files="here" if here.may_file else "nowhere")
        return help_text(who, is_unknown=is_unknown, emoji=self._services.reaction_emoji)

    async def _ask(self, command: Command, name: str, words: str) -> str:
        action = self._action("command", command, {"name": name, "words": words})
        try:
            result = await self._services.handover.act(action)
        except StateUnavailable:
            return NOT_STORED
        self._services.count("command" if result == "new" else result)
        return TOO_MUCH_WAITING if result == "full" else COUNTING if name == "usage" else LOOKING

    async def _bulk(self, command: Command, name: str, words: str) -> str:
        """Begin work on many issues or threads; a worker says whether it may, and tells the result when it is done."""
        name = name.replace("summarize", "summarise")
        if name == "summarise" and not words:
            return NOTHING_NAMED
        if name != "summarise" and command["channel_id"].startswith("D"):
            return NO_CHANNEL
        action = self._action("bulk_begin", command, {"name": name, "words": words})
        try:
            result = await self._services.handover.act(action)
        except StateUnavailable:
            return NOT_STORED
        self._services.count("command" if result == "new" else result)
        return TOO_MUCH_WAITING if result == "full" else BEGINNING

    async def _settings(self, command: Command, context: AsyncBoltContext) -> str:
        if command["channel_id"].startswith("D"):
            return NOT_IN_CHANNEL
        action = self._action("settings_open", command, {"form": form_id()})
        await open_for_worker(self._services, context, command["trigger_id"], SETTINGS_TITLE, action)
        return ""

    async def _create(self, command: Command, words: str, context: AsyncBoltContext) -> str:
        action = self._action("form_open", command, {"form": form_id(), "text": words})
        plain = partial(plain_view, self._services, action, words)
        await open_for_worker(self._services, context, command["trigger_id"], FORM_TITLE, action, plain)
        return ""

    def _action(self, kind: Any, command: Command, values: dict[str, Any]) -> Action:
        return Action(
            id=command["trigger_id"],
            kind=kind,
            team_id=self._services.identity.team_id,
            subject=f"command:{command['trigger_id']}",
            user_id=command["user_id"],
            channel_id=command["channel_id"],
            values=values,
            response_url=command.get("response_url", ""),
        )


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the slash command."""
    app.command("/jira")(Commands(services).jira)
