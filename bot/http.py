"""The HTTP routes of `web`: Slack's requests, Jira's webhook, and what an operator's machines ask."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.installation import NotAuthorised
from bot.jira_webhook import delivery_id, event_of, is_signed_by_jira
from bot.signature import is_signed_by_slack
from workers.jobs import StateUnavailable

if TYPE_CHECKING:
    from bot.app import Listener

# Slack's largest events are some hundred kilobytes; a modal with its state is at most 250.
LARGEST_BODY = 1024 * 1024
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Routes:
    """Translates between HTTP and the listener; decides nothing."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def application(self) -> web.Application:
        """Return the application with all routes."""
        application = web.Application(client_max_size=LARGEST_BODY)
        application.add_routes(
            [
                web.post("/slack/events", self.hear_slack),
                web.post("/jira/webhook", self.hear_jira),
                web.get("/healthz", self.say_alive),
                web.get("/readyz", self.say_ready),
                web.get("/metrics", self.show_metrics),
            ]
        )
        return application

    async def hear_slack(self, request: web.Request) -> web.StreamResponse:
        """Verify, dispatch, answer, and only then begin what follows an acknowledgement."""
        secret = self._listener.signing_secret
        if secret is None:
            raise web.HTTPNotFound  # Socket Mode: events come over the socket only.
        body = await request.read()
        if not is_signed_by_slack(secret, request.headers, body, time.time()):
            raise web.HTTPUnauthorized
        heard = _heard(body, request)
        if heard is None:
            raise web.HTTPBadRequest
        response = await to_aiohttp_response(await self._listener.hear(heard))
        if response.status != 200:
            return response
        try:
            await response.prepare(request)
            await response.write_eof()
        finally:
            self._listener.acknowledged(heard)
        return response

    async def hear_jira(self, request: web.Request) -> web.Response:
        """Verify, store, answer 200; with a status of 5xx Jira sends it again."""
        secret = self._listener.webhook_secret
        if secret is None:
            raise web.HTTPNotFound
        body = await request.read()
        if not is_signed_by_jira(secret, request.headers.get("X-Hub-Signature", ""), body):
            raise web.HTTPUnauthorized
        event = event_of(body)
        if event is None:
            raise web.HTTPBadRequest
        identifier = request.headers.get("X-Atlassian-Webhook-Identifier", "")
        try:
            is_taken = await self._listener.hear_jira(event, delivery_id(identifier, body))
        except (StateUnavailable, NotAuthorised):
            is_taken = False
        return web.Response(status=200 if is_taken else 503)

    async def say_alive(self, _: web.Request) -> web.Response:
        """Answer while the process lives, whatever else does not."""
        return web.Response(text="ok\n")

    async def say_ready(self, _: web.Request) -> web.Response:
        """Answer 200 if events can be taken, else 503 with what is in the way."""
        problems = await self._listener.problems()
        return web.json_response(
            {"ready": not any(problems.values()), **{name: text or "ok" for name, text in problems.items()}},
            status=503 if any(problems.values()) else 200,
        )

    async def show_metrics(self, _: web.Request) -> web.Response:
        """Show the figures of all processes."""
        try:
            figures = await self._listener.services.handover.metrics_text()
        except StateUnavailable:
            return web.Response(status=503, text="Redis does not answer\n")
        return web.Response(body=figures, headers={"Content-Type": METRICS_TYPE})


def _heard(body: bytes, request: web.Request) -> AsyncBoltRequest | None:
    """Return the request for Bolt, or None if it is nothing that Slack sends."""
    text = _readable(body, request.content_type)
    if text is None:
        return None
    try:
        return AsyncBoltRequest(body=text, query=request.query_string, headers=dict(request.headers))
    except (AttributeError, KeyError, TypeError):
        return None  # Bolt expects objects where this body has something else.


def _readable(body: bytes, content_type: str) -> str | None:
    """Return the body if it is what Slack sends: a JSON object, a form with one in `payload`, or a command."""
    try:
        text = body.decode()
        if content_type == "application/json":
            return text if isinstance(json.loads(text), dict) else None
        form = parse_qs(text)
        if "payload" in form:
            return text if isinstance(json.loads(form["payload"][0]), dict) else None
    except ValueError:
        return None
    return text if "command" in form or "ssl_check" in form else None
