"""The server side of Socket Mode: tickets, connections, envelopes and their acknowledgements."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from sandbox.slack.delivery import Answer, DeliveryKind, Retry

Json = dict[str, Any]

MAX_CONNECTIONS = 10


@dataclass
class SocketMode:
    """All open connections of the one app; each envelope goes to exactly one of them, in turn."""

    app_id: str
    connections: list[web.WebSocketResponse] = field(default_factory=list)
    _requests: dict[int, web.Request] = field(default_factory=dict)
    _tickets: set[str] = field(default_factory=set)
    _acks: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    _opened: asyncio.Event = field(default_factory=asyncio.Event)
    _turn: int = 0

    def ticket(self) -> str:
        """Return a ticket that opens one connection."""
        ticket = uuid.uuid4().hex
        self._tickets.add(ticket)
        return ticket

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection for as long as it lasts."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401, text="invalid ticket")
        self._tickets.discard(ticket)
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        if len(self.connections) >= MAX_CONNECTIONS:
            await connection.send_json({"type": "disconnect", "reason": "too_many_websockets", "debug_info": {}})
            await connection.close()
            return connection
        self.connections.append(connection)
        self._requests[id(connection)] = request
        try:
            await self._serve(connection)
        finally:
            self._forget(connection)
        return connection

    async def wait_open(self, seconds: float) -> bool:
        """Return whether a connection is open, after at most `seconds`."""
        try:
            await asyncio.wait_for(self._opened.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def send(self, kind: DeliveryKind, payload: Json, retry: Retry | None, ack_seconds: float) -> Answer:
        """Send one envelope over the next connection and wait for its ack, which may come over any of them."""
        envelope_id = str(uuid.uuid4())
        envelope: Json = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": retry.number if retry else 0, "retry_reason": retry.reason if retry else ""}
        acked: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._acks[envelope_id] = acked
        try:
            async with asyncio.timeout(ack_seconds):
                await self._send_next(envelope)
                return Answer(is_acked=True, body=await acked)
        except TimeoutError:
            return Answer(is_acked=False, reason="timeout")
        finally:
            del self._acks[envelope_id]

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every connection to come again; the old ones close when the app has left them, as with Slack."""
        leaving = list(self.connections)
        for connection in leaving:
            self._take_out(connection)
            await self._try_send(
                connection, {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
            )

    def cut(self) -> None:
        """Drop every connection without a goodbye, as a lost network does."""
        for connection in list(self.connections):
            request = self._requests.get(id(connection))
            if request is not None and request.transport is not None:
                request.transport.abort()
            self._take_out(connection)

    async def _serve(self, connection: web.WebSocketResponse) -> None:
        await connection.send_json(
            {
                "type": "hello",
                "num_connections": len(self.connections),
                "connection_info": {"app_id": self.app_id},
                "debug_info": {"host": "sandbox", "approximate_connection_time": 18060},
            }
        )
        self._opened.set()
        async for frame in connection:
            if frame.type is WSMsgType.TEXT:
                self._take_ack(frame.json())

    def _take_ack(self, body: Json) -> None:
        waiting = self._acks.get(str(body.get("envelope_id", "")))
        if waiting is not None and not waiting.done():
            waiting.set_result(body.get("payload"))

    async def _send_next(self, envelope: Json) -> None:
        while True:
            await self._opened.wait()
            self._turn += 1
            connection = self.connections[self._turn % len(self.connections)]
            if await self._try_send(connection, envelope):
                return
            self._take_out(connection)

    async def _try_send(self, connection: web.WebSocketResponse, body: Json) -> bool:
        try:
            await connection.send_json(body)
        except (ConnectionError, RuntimeError):
            return False  # It closed while we were choosing it.
        return True

    def _take_out(self, connection: web.WebSocketResponse) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
        if not self.connections:
            self._opened.clear()

    def _forget(self, connection: web.WebSocketResponse) -> None:
        self._take_out(connection)
        self._requests.pop(id(connection), None)
