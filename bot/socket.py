"""Socket Mode with no gap: a new connection is opened before the old one is left.

The SDK's own client closes first and connects then, and tries a used-up ticket for ever; hence this one. The ticket,
the shape of requests and the dispatch are the SDK's and Bolt's.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack_client import error_code
from bot.socket_link import Envelope, Link
from workers.logs import get_logger

log = get_logger(__name__)

# One may be lost without a word; Slack allows ten for all processes together.
CONNECTIONS = 2
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 30.0
# How long a connection that Slack asked us to leave is still read and used for acks.
LINGER_SECONDS = 20.0

Hear = Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]
Acked = Callable[[AsyncBoltRequest], None]


class SocketMode:
    """Keeps connections open until stopped; each envelope is acknowledged only if the listener took it."""

    def __init__(self, client: AsyncWebClient, app_token: str, hear: Hear, acked: Acked) -> None:
        self._client, self._token = client, app_token
        self._hear, self._acked = hear, acked
        self._links: list[Link] = []
        self._keepers: list[asyncio.Task[None]] = []
        self._readers: set[asyncio.Task[None]] = set()
        self._at_work: set[asyncio.Task[None]] = set()
        self.problem = "not yet connected"

    @property
    def is_connected(self) -> bool:
        """Whether Slack has at least one open connection to bring events over."""
        return any(link.is_open for link in self._links)

    def start(self) -> None:
        """Begin to connect, and keep at it."""
        loop = asyncio.get_running_loop()
        self._keepers = [loop.create_task(self._keep_open()) for _ in range(CONNECTIONS)]

    async def stop(self, seconds: float) -> None:
        """Take nothing more, finish and acknowledge what was taken, then close."""
        for task in (*self._keepers, *self._readers):
            task.cancel()
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=seconds)
        for link in list(self._links):
            await link.close()

    async def _keep_open(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            link = await self._open()
            if link is None:
                await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  spreads reconnects
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
                continue
            pause = FIRST_PAUSE_SECONDS
            self._read_in_background(link)
            await link.leaving.wait()
            log.info("socket_left", reason=link.reason)
            if link.reason in ("too_many_websockets", "link_disabled"):
                await asyncio.sleep(LONGEST_PAUSE_SECONDS)

    async def _open(self) -> Link | None:
        """Return a greeted connection, or None with the reason noted."""
        session = self._client.session
        if session is None:
            raise RuntimeError("the client has no session yet")
        try:
            ticket = await self._client.apps_connections_open(app_token=self._token)
            link = await Link.open(session, str(ticket["url"]))
        except SlackApiError as error:
            self._note(error_code(error))
        except ConnectionError as error:
            self._note(str(error) or type(error).__name__)
        except Exception as error:  # noqa: BLE001  whatever it was, only another try helps
            self._note(type(error).__name__)
        else:
            self.problem = ""
            log.info("socket_open", connections=len(self._links) + 1)
            return link
        return None

    def _note(self, problem: str) -> None:
        self.problem = problem
        log.warning("socket_not_open", problem=problem)

    def _read_in_background(self, link: Link) -> None:
        self._links.append(link)
        task = asyncio.get_running_loop().create_task(self._read(link))
        self._readers.add(task)
        task.add_done_callback(self._readers.discard)

    async def _read(self, link: Link) -> None:
        reading = asyncio.create_task(link.read(lambda envelope: self._take(link, envelope)))
        try:
            await link.leaving.wait()
            await asyncio.wait({reading}, timeout=LINGER_SECONDS)
            await link.close()
            self._links.remove(link)
        finally:
            reading.cancel()

    def _take(self, link: Link, envelope: Envelope) -> None:
        task = asyncio.get_running_loop().create_task(self._handle(link, envelope))
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)

    async def _handle(self, link: Link, envelope: Envelope) -> None:
        try:
            request = AsyncBoltRequest(mode="socket_mode", body=envelope["payload"])
        except (AttributeError, KeyError, TypeError):
            log.warning("socket_message_unreadable")  # Bolt expects objects where this one has something else.
            return
        response = await self._hear(request)
        if response.status != 200:
            return  # No ack: Slack sends an event again.
        try:
            await self._acknowledge(link, envelope["envelope_id"], _payload(response))
        finally:
            self._acked(request)

    async def _acknowledge(self, link: Link, envelope_id: str, payload: Any) -> None:
        """Answer over the connection that brought it, else over any other."""
        for way in [link, *(other for other in self._links if other is not link)]:
            try:
                await way.acknowledge(envelope_id, payload)
            except (ConnectionError, aiohttp.ClientError):
                continue
            return
        log.warning("ack_not_sent")  # Slack sends it again; the mailbox knows it.


def _payload(response: BoltResponse) -> Any:
    """Return what an acknowledgement carries: a view's errors, a command's text, or nothing."""
    if not response.body:
        return None
    if response.headers.get("content-type", [""])[0].startswith("application/json"):
        return json.loads(response.body)
    return {"text": response.body}
