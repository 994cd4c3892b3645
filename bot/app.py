"""The listener, put together once, and its life: start, hear, stop."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Mapping
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.catch_up import CatchUp
from bot.deadline import answering
from bot.handover import Handover
from bot.http import Routes
from bot.installation import Installation
from bot.jira_webhook import confirmation
from bot.listeners import (
    actions,
    channel_settings,
    commands,
    contexts,
    feedback,
    form_changes,
    home,
    messages,
    modals,
    reactions,
    sessions,
    shortcuts,
)
from bot.quiet import Quiet
from bot.services import Services
from bot.slack_client import make_client
from bot.socket import SocketMode
from bot.twins import Twins, mention_key
from workers.jobs import Door
from workers.logs import get_logger
from workers.settings import BotSettings

log = get_logger(__name__)

SURFACES = (
    messages,
    sessions,
    home,
    contexts,
    actions,
    feedback,
    modals,
    form_changes,
    channel_settings,
    shortcuts,
    commands,
    reactions,
)
# Of the seconds that a supervisor gives, what each part of a stop may take.
FINISH_SECONDS = 3.0
DRAIN_SECONDS = 2.5


class Listener:
    """All of `web`: its ways in and what they lead to."""

    def __init__(self, settings: BotSettings, app: AsyncApp, services: Services) -> None:
        self._settings, self._app, self.services = settings, app, services
        self._is_stopping = False
        self._twins = Twins()
        self._runner: web.AppRunner | None = None
        self._asking: asyncio.Task[None] | None = None
        self.quiet = Quiet()
        token = settings.slack_app_token
        self._socket = (
            SocketMode(services.slack, token.get_secret_value(), self.hear, self.acknowledged) if token else None
        )

    @property
    def signing_secret(self) -> str | None:
        """What requests are signed with; None in Socket Mode."""
        secret = self._settings.slack_signing_secret
        return None if self._socket or secret is None else secret.get_secret_value()

    @property
    def webhook_secret(self) -> str | None:
        """What Jira's webhooks are signed with; None if there are none."""
        secret = self._settings.jira_webhook_secret
        return secret.get_secret_value() if secret else None

    @property
    def port(self) -> int:
        """The port in use, also when any was asked for."""
        return int(self._runner.addresses[0][1]) if self._runner else self._settings.port

    async def start(self) -> None:
        """Serve HTTP at once, and hear Slack as soon as it has said who we are; raises OSError on a taken port."""
        self.services.slack.session = aiohttp.ClientSession()
        self.services.handover.prepare()
        runner = web.AppRunner(Routes(self).application(), access_log=None, shutdown_timeout=FINISH_SECONDS)
        await runner.setup()
        self._runner = runner
        await web.TCPSite(runner, self._settings.host, self._settings.port).start()
        log.info("listening", host=self._settings.host, port=self.port, mode="socket" if self._socket else "http")
        self._asking = asyncio.create_task(self._connect())

    async def stop(self) -> None:
        """Take nothing more, finish what was taken, and leave within seconds."""
        self._is_stopping = True
        ways_in: list[Awaitable[Any]] = []
        if self._asking:
            self._asking.cancel()
            ways_in.append(asyncio.gather(self._asking, return_exceptions=True))
        ways_in += [self._socket.stop(FINISH_SECONDS)] if self._socket else []
        ways_in += [self._runner.cleanup()] if self._runner else []
        await asyncio.gather(*ways_in)
        await self.services.background.drain(DRAIN_SECONDS)
        if self.services.slack.session:
            await self.services.slack.session.close()
        self.services.handover.close()
        log.info("stopped")

    async def hear(self, request: AsyncBoltRequest) -> BoltResponse:
        """Dispatch one request; any status but 200 makes Slack send an event again."""
        self.quiet.heard()
        with self.services.rush.taking(), answering():
            key = mention_key(request.body, self.services.installation.bot_user_id)
            response, is_twin = await self._twins.dispatched(key, lambda: self._app.async_dispatch(request))
        if is_twin and response.status == 200:
            self.services.count("seen")
        return response

    async def hear_jira(self, event: Mapping[str, Any], delivery: str) -> bool:
        """Take an event of Jira's; False if it must come again. Raises StateUnavailable, NotAuthorised."""
        action = confirmation(event, delivery, self.services.identity.team_id)
        result = await self.services.handover.act(action) if action else "ignored"
        self.services.count(action.kind if action and result == "new" else result)
        return result != "full"

    def acknowledged(self, request: AsyncBoltRequest) -> None:
        """Begin what listeners put off until Slack had its answer."""
        self.services.background.start_all(request.context)

    async def problems(self) -> dict[str, str]:
        """Say for Slack and Redis what is in the way of taking events; an empty text is good news."""
        slack = self.services.installation.problem
        if self._socket and not slack:
            slack = "" if self._socket.is_connected else self._socket.problem or "not connected"
        if self._is_stopping:
            slack = "stopping"
        return {"slack": slack, "redis": await self.services.handover.redis_problem()}

    def _is_hearing(self) -> bool:
        reaches_us = self._socket.is_connected if self._socket else not self.quiet.is_long
        return reaches_us and not self._is_stopping

    async def _connect(self) -> None:
        """Hear Slack, and what it said while nobody did; goes on until cancelled."""
        await self.services.installation.find_out()
        if self._socket:
            self._socket.start()
        await CatchUp(self.services, self._is_hearing).run()


def create_app(settings: BotSettings, door: Door) -> Listener:
    """Put the listener together; nothing is connected yet."""
    client = make_client(settings)
    installation = Installation(client, settings.allowed_bots)
    services = Services(
        Handover(door),
        client,
        installation,
        reaction_emoji=settings.drafting_emoji,
        declines_guests=settings.guests == "deny",
    )

    async def authorize() -> AuthorizeResult:
        return installation.authorization()

    # Own `authorize`: Bolt's asks Slack at the first event and acknowledges the event if that fails.
    client_for_bolt = make_client(settings)
    client_for_bolt.token = None
    # Below an error it only tells us that our client was preferred to the token in the environment.
    bolt_log = logging.getLogger("slack_bolt.support_bot")
    bolt_log.setLevel(logging.ERROR)
    app = AsyncApp(
        name="support-bot",
        logger=bolt_log,
        client=client_for_bolt,
        authorize=authorize,
        process_before_response=True,  # Without this an event is acknowledged before it is stored.
        raise_error_for_unhandled_request=True,
        request_verification_enabled=False,  # Done in bot/http.py, where no input can make it raise.
        attaching_conversation_kwargs_enabled=False,
    )
    for surface in SURFACES:
        surface.register(app, services)
    app.event(re.compile(".*"))(_ignore)

    app.error(services.refusals.answer)
    return Listener(settings, app, services)


async def _ignore() -> None:
    """Acknowledge an event that nobody needs; a refusal would make Slack send it again."""
