"""One Socket Mode connection: envelopes in, acknowledgements out, a dead peer noticed within seconds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import aiohttp

from bot.slack_client import proxy_for
from workers.logs import get_logger

log = get_logger(__name__)

# A ping that has no answer after half of this closes the connection, also one that was cut without a word.
HEARTBEAT_SECONDS = 8.0
HELLO_SECONDS = 10.0
CLOSE_SECONDS = 1.0
LARGEST_MESSAGE = 16 * 1024 * 1024
# Slack says how long a connection lasts and ends it itself; one that it forgot must not stay for ever.
LIFETIME_SECONDS = 4 * 3600.0

Envelope = dict[str, Any]


class Link:
    """A connection that Slack has greeted; `leaving` is set when another must take its place."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self.leaving = asyncio.Event()
        self.reason = ""

    @classmethod
    async def open(cls, session: aiohttp.ClientSession, url: str) -> Link:
        """Connect and wait for Slack's hello; raises what aiohttp raises, TimeoutError, or ConnectionError."""
        socket = await session.ws_connect(
            url,
            heartbeat=HEARTBEAT_SECONDS,
            proxy=proxy_for(url),
            max_msg_size=LARGEST_MESSAGE,
            timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_SECONDS),
        )
        link = cls(socket)
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                hello = json.loads(await socket.receive_str())
        except (TypeError, ValueError, TimeoutError) as error:
            await socket.close()
            raise ConnectionError("no hello") from error
        if not isinstance(hello, dict) or hello.get("type") != "hello":
            await socket.close()
            raise ConnectionError(str(hello.get("reason")) if isinstance(hello, dict) else "no hello")
        return link

    @property
    def is_open(self) -> bool:
        return not self._socket.closed

    async def read(self, take: Callable[[Envelope], None]) -> None:
        """Hand over each envelope until the connection ends."""
        timer = asyncio.get_running_loop().call_later(LIFETIME_SECONDS, self._leave, "old")
        try:
            async for message in self._socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._sort(message.data, take)
        finally:
            timer.cancel()
            self._leave("closed")

    async def acknowledge(self, envelope_id: str, payload: Any = None) -> None:
        """Tell Slack that an envelope was taken; raises ConnectionError if this connection is gone."""
        answer = {"envelope_id": envelope_id} | ({"payload": payload} if payload is not None else {})
        if self._socket.closed:
            raise ConnectionError("closed")
        await self._socket.send_json(answer)

    async def close(self) -> None:
        await self._socket.close()

    def _sort(self, text: str, take: Callable[[Envelope], None]) -> None:
        try:
            envelope = json.loads(text)
        except ValueError:
            log.warning("socket_message_unreadable")
            return
        if envelope.get("type") == "disconnect":
            self._leave(str(envelope.get("reason")))
        elif "envelope_id" in envelope and isinstance(envelope.get("payload"), dict):
            take(envelope)

    def _leave(self, reason: str) -> None:
        if not self.leaving.is_set():
            self.reason = reason
            self.leaving.set()
