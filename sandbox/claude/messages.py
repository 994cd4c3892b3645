"""`POST /v1/messages`: checks the request, plans the answer, sends it whole or event by event, plays the faults."""

from __future__ import annotations

import asyncio
import time
import uuid
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.claude.catalogue import Model
from sandbox.claude.errors import STATUS_OF_TYPE, body_of_status, error_body
from sandbox.claude.planning import plan
from sandbox.claude.scripts import Body
from sandbox.claude.usage import full_usage
from sandbox.claude.wire import PING, Sent, encode, events, whole_message
from sandbox.faults import Fault, cut, hang

if TYPE_CHECKING:
    from sandbox.claude.standin import ClaudeStandIn, Recorded

RATE_HEADERS = {
    "anthropic-organization-id": "org_standin",
    "anthropic-ratelimit-requests-limit": "1000",
    "anthropic-ratelimit-requests-remaining": "999",
    "anthropic-ratelimit-requests-reset": "2026-11-22T00:01:00Z",
}
_MID_STREAM = ("error", "drop_after", "hang")


async def answer(
    state: ClaudeStandIn, request: web.Request, kept: Recorded, model: Model, fault: Fault | None
) -> web.StreamResponse:
    """Answer a request that broke no rule."""
    planned = plan(state, kept.body, model)
    usage = full_usage(state.cache.use(kept.body, model), planned.reply)
    sent = Sent(
        f"msg_standin_{uuid.uuid4().hex[:20]}", model.id, planned.reply, usage, state.diagnosis.check(kept.body)
    )
    state.diagnosis.keep(sent.message_id, kept.body)
    kept.usage = usage
    if fault is not None and planned.script:
        # What a fault cut off was not said, so the next request gets it.
        state.scripts.put_back(*planned.script)
    if kept.body.get("stream"):
        return await _Stream(state, request, kept, sent, fault).run()
    return await _whole(state, request, kept, sent, fault)


async def _whole(
    state: ClaudeStandIn, request: web.Request, kept: Recorded, sent: Sent, fault: Fault | None
) -> web.Response:
    await asyncio.sleep(state.pacing.first_token_seconds)
    headers = {"request-id": kept.request_id, **RATE_HEADERS}
    if fault is not None and fault.kind == "error":
        kept.status = STATUS_OF_TYPE.get(fault.error, 500)
        failure = error_body(fault.error, fault.error.replace("_", " "), kept.request_id)
        return web.json_response(failure, status=kept.status, headers=headers)
    if fault is not None:
        await hang(request, fault.seconds if fault.kind == "hang" else 0)
    else:
        kept.is_finished = True
    return web.json_response(whole_message(sent), headers=headers)


def status_answer(fault: Fault, kept: Recorded) -> web.Response:
    """Return the HTTP error that a fault of the kind `status` asks for."""
    kept.status = fault.status
    body = fault.body if fault.body is not None else body_of_status(fault.status, kept.request_id)
    return web.json_response(body, status=fault.status, headers={"request-id": kept.request_id, **fault.headers})


class _Stream:
    """One answer sent event by event; a fault may end it early."""

    def __init__(
        self, state: ClaudeStandIn, request: web.Request, kept: Recorded, sent: Sent, fault: Fault | None
    ) -> None:
        self._state, self._request, self._kept, self._sent, self._fault = state, request, kept, sent, fault
        headers = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
        self._response = web.StreamResponse(headers=headers | {"request-id": kept.request_id} | RATE_HEADERS)

    async def run(self) -> web.StreamResponse:
        """Send the events until the answer is whole, a fault ends it, or the caller leaves."""
        try:
            return await self._run()
        except ConnectionResetError:
            return self._response

    async def _run(self) -> web.StreamResponse:
        fault = self._fault
        if fault and fault.kind == "hang" and fault.after_events == 0 and fault.error != "ping":
            await hang(self._request, fault.seconds)
            return self._response
        await self._response.prepare(self._request)
        for count, event in enumerate(events(self._sent, self._state.pacing.chunk_characters)):
            if fault and count == fault.after_events:
                return await self._fail(fault)
            await self._pace(event["type"])
            self._note_time(event)
            await self._send(event)
            self._kept.events_sent += 1
        if fault:
            return await self._fail(fault)
        self._kept.is_finished, self._kept.finished_at = True, time.monotonic()
        await self._response.write_eof()
        return self._response

    def _note_time(self, event: Body) -> None:
        is_text = event["type"] == "content_block_delta" and event["delta"]["type"] == "text_delta"
        if is_text and not self._kept.first_text_at:
            self._kept.first_text_at = time.monotonic()

    async def _send(self, event: Body) -> None:
        await self._response.write(encode(event))

    async def _pace(self, kind: str) -> None:
        pacing = self._state.pacing
        if kind == "content_block_delta" and pacing.chunk_seconds:
            await asyncio.sleep(pacing.chunk_seconds)
        elif kind == "message_start" and pacing.first_token_seconds:
            await asyncio.sleep(pacing.first_token_seconds)

    async def _fail(self, fault: Fault) -> web.StreamResponse:
        match fault.kind:
            case "error":
                message = fault.error.removesuffix("_error").replace("_", " ").capitalize()
                await self._send(error_body(fault.error or "api_error", message, self._kept.request_id))
                await self._response.write_eof()
            case "hang" if fault.error == "ping":
                await self._only_pings(fault.seconds)
            case "hang":
                await hang(self._request, fault.seconds)
            case _:
                cut(self._request)
        return self._response

    async def _only_pings(self, seconds: float) -> None:
        """Keep the connection busy and say nothing."""
        pause = self._state.pacing.ping_seconds
        while seconds > 0:
            await self._send(PING)
            await asyncio.sleep(min(pause, seconds))
            seconds -= pause
        cut(self._request)


def is_mid_stream(fault: Fault) -> bool:
    """True for faults that strike while the answer is being sent."""
    return fault.kind in _MID_STREAM
