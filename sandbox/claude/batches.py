"""The Message Batches routes: a batch is taken whole, works a while, then tells each result, in any order."""

from __future__ import annotations

import asyncio
import json
import random
import re
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.claude.catalogue import find_model
from sandbox.claude.errors import STATUS_OF_TYPE, ApiError, error_body, invalid
from sandbox.claude.planning import plan
from sandbox.claude.rules import check_request
from sandbox.claude.rules.shapes import need, of_type, only_keys
from sandbox.claude.scripts import Body
from sandbox.claude.usage import full_usage
from sandbox.claude.wire import Sent, whole_message
from sandbox.faults import cut, hang

if TYPE_CHECKING:
    from sandbox.claude.standin import ClaudeStandIn, Recorded

MOST_REQUESTS, MOST_BYTES = 100_000, 256 * 1024 * 1024
LIFETIME_SECONDS, KEPT_SECONDS = 86_400, 29 * 86_400
MOST_LISTED, USUALLY_LISTED = 1_000, 20
CUSTOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
ENDINGS = ("succeeded", "errored", "canceled", "expired")
BREATH = 25
"""So many answers are made before other requests get their turn."""

Handler = Callable[[web.Request, "Recorded"], Awaitable[web.StreamResponse]]
Guard = Callable[[Handler], Callable[[web.Request], Awaitable[web.StreamResponse]]]


@dataclass
class Batch:
    """One batch: its requests, its times, and once it has ended its results in the order of the file."""

    id: str
    requests: dict[str, Body]
    created_at: float
    ends_at: float
    cancel_at: float = 0
    results: list[dict[str, Any]] = field(default_factory=list)
    is_ended: bool = False
    being_made: asyncio.Lock = field(default_factory=asyncio.Lock)

    def counts(self) -> dict[str, int]:
        """Return the tally, in which requests count as processing until the whole batch has ended."""
        made = [result["result"]["type"] for result in self.results] if self.is_ended else []
        return {"processing": len(self.requests) - len(made), **{name: made.count(name) for name in ENDINGS}}

    def to_wire(self, now: float) -> dict[str, Any]:
        """Return the object as the routes show it."""
        is_archived = now > self.created_at + KEPT_SECONDS
        working = "canceling" if self.cancel_at else "in_progress"
        shows_results = self.is_ended and not is_archived
        return {
            "id": self.id,
            "type": "message_batch",
            "processing_status": "ended" if self.is_ended else working,
            "request_counts": self.counts(),
            "created_at": _time(self.created_at),
            "expires_at": _time(self.created_at + LIFETIME_SECONDS),
            "ended_at": _time(self.cancel_at or self.ends_at) if self.is_ended else None,
            "cancel_initiated_at": _time(self.cancel_at) if self.cancel_at else None,
            "archived_at": _time(self.created_at + KEPT_SECONDS) if is_archived else None,
            "results_url": f"/v1/messages/batches/{self.id}/results" if shows_results else None,
        }


def register(app: web.Application, state: ClaudeStandIn, guarded: Guard) -> None:
    """Add the batches' routes to an application."""
    routes = _Routes(state)
    one = "/v1/messages/batches/{batch_id}"
    app.router.add_post("/v1/messages/batches", guarded(routes.faulty("create", routes.create)))
    app.router.add_get("/v1/messages/batches", guarded(routes.faulty("list", routes.list)))
    app.router.add_get(one, guarded(routes.faulty("retrieve", routes.retrieve)))
    app.router.add_delete(one, guarded(routes.faulty("delete", routes.delete)))
    app.router.add_get(f"{one}/results", guarded(routes.faulty("results", routes.results)))
    app.router.add_post(f"{one}/cancel", guarded(routes.faulty("cancel", routes.cancel)))


class _Routes:
    def __init__(self, state: ClaudeStandIn) -> None:
        self._state = state

    def faulty(self, name: str, handler: Handler) -> Handler:
        """Return the handler with the faults of the operation `batches.<name>` before or behind it."""

        async def handle(request: web.Request, kept: Recorded) -> web.StreamResponse:
            fault = self._state.faults.take(f"batches.{name}")
            if fault is None:
                return await handler(request, kept)
            if fault.kind == "status":
                kept.status = fault.status
                kind = next((each for each, status in STATUS_OF_TYPE.items() if status == fault.status), "api_error")
                body = fault.body or error_body(kind, "The stand-in plays a fault.", kept.request_id)
                return web.json_response(body, status=fault.status, headers=fault.headers)
            if fault.kind == "drop_after":
                await handler(request, kept)
            elif fault.kind in ("delay", "hang"):
                await asyncio.sleep(fault.seconds)
            if fault.kind == "delay":
                return await handler(request, kept)
            cut(request)
            await hang(request, 0)
            return web.Response()

        return handle

    async def create(self, request: web.Request, kept: Recorded) -> web.StreamResponse:
        body = await _read(request)
        only_keys(body, ("requests",), "")
        listed = need(body, "requests", list, "")
        if not listed:
            raise invalid("requests: List should have at least 1 item after validation")
        if len(listed) > MOST_REQUESTS:
            raise invalid(f"requests: List should have at most {MOST_REQUESTS} items after validation")
        requests: dict[str, Body] = {}
        for index, each in enumerate(listed):
            custom_id, params = _entry(each, f"requests.{index}")
            if custom_id in requests:
                raise invalid(f"requests.{index}.custom_id: custom_id must be unique within a batch")
            requests[custom_id] = params
        now = self._state.now()
        batch = Batch(f"msgbatch_standin_{uuid.uuid4().hex[:20]}", requests, now, now + self._state.batch_seconds)
        self._state.batches[batch.id] = batch
        return self._shown(batch, kept)

    async def list(self, request: web.Request, kept: Recorded) -> web.StreamResponse:
        limit = request.query.get("limit", str(USUALLY_LISTED))
        if not limit.isdigit() or not 1 <= int(limit) <= MOST_LISTED:
            raise invalid(f"limit: Input should be between 1 and {MOST_LISTED}")
        newest = sorted(self._state.batches.values(), key=lambda batch: -batch.created_at)
        ids = [batch.id for batch in newest]
        start = ids.index(request.query["after_id"]) + 1 if request.query.get("after_id") in ids else 0
        shown = newest[start : start + int(limit)]
        for batch in shown:
            await self._work(batch)
        page = {
            "data": [batch.to_wire(self._state.now()) for batch in shown],
            "has_more": start + int(limit) < len(newest),
            "first_id": shown[0].id if shown else None,
            "last_id": shown[-1].id if shown else None,
        }
        return web.json_response(page, headers={"request-id": kept.request_id})

    async def retrieve(self, request: web.Request, kept: Recorded) -> web.StreamResponse:
        batch = self._named(request)
        await self._work(batch)
        return self._shown(batch, kept)

    async def cancel(self, request: web.Request, kept: Recorded) -> web.StreamResponse:
        batch = self._named(request)
        await self._work(batch)
        if batch.is_ended:
            raise invalid(f"Batch {batch.id} has ended and cannot be canceled.")
        batch.cancel_at = batch.cancel_at or self._state.now()
        return self._shown(batch, kept)

    async def delete(self, request: web.Request, kept: Recorded) -> web.StreamResponse:
        batch = self._named(request)
        await self._work(batch)
        if not batch.is_ended:
            raise invalid(f"Batch {batch.id} cannot be deleted before it has ended.")
        del self._state.batches[batch.id]
        gone = {"id": batch.id, "type": "message_batch_deleted"}
        return web.json_response(gone, headers={"request-id": kept.request_id})

    async def results(self, request: web.Request, kept: Recorded) -> web.StreamResponse:
        batch = self._named(request)
        await self._work(batch)
        if batch.to_wire(self._state.now())["results_url"] is None:
            raise ApiError(404, f"Batch {batch.id} has no available results")
        lines = "".join(json.dumps(result, ensure_ascii=False) + "\n" for result in batch.results)
        headers = {"request-id": kept.request_id, "content-type": "application/x-jsonl"}
        return web.Response(body=lines.encode(), headers=headers)

    def _named(self, request: web.Request) -> Batch:
        batch = self._state.batches.get(request.match_info["batch_id"])
        if batch is None:
            raise ApiError(404, f"Batch not found: {request.match_info['batch_id']}")
        return batch

    def _shown(self, batch: Batch, kept: Recorded) -> web.Response:
        return web.json_response(batch.to_wire(self._state.now()), headers={"request-id": kept.request_id})

    async def _work(self, batch: Batch) -> None:
        """End the batch if it is time to: only then are its answers made, and each once."""
        async with batch.being_made:
            now = self._state.now()
            is_due = batch.cancel_at or now >= min(batch.ends_at, batch.created_at + LIFETIME_SECONDS)
            if batch.is_ended or not is_due:
                return
            ending = "canceled" if batch.cancel_at else ""
            if not ending and batch.ends_at > batch.created_at + LIFETIME_SECONDS:
                ending = "expired"
            for number, (custom_id, params) in enumerate(batch.requests.items()):
                result = {"type": ending} if ending else self._result(params)
                batch.results.append({"custom_id": custom_id, "result": result})
                if number % BREATH == 0:
                    await asyncio.sleep(0)
            random.Random(batch.id).shuffle(batch.results)
            batch.is_ended = True

    def _result(self, params: Body) -> dict[str, Any]:
        """Return one result; a request that the Messages API would refuse is refused here, not when it was sent."""
        fault = self._state.faults.take("batch_item")
        if fault is not None and fault.error in ENDINGS:
            return {"type": fault.error}
        if fault is not None:
            return _errored(fault.error or "api_error", "The stand-in plays a fault.")
        try:
            return {"type": "succeeded", "message": self._answer(params)}
        except ApiError as error:
            return _errored(error.type, error.message)

    def _answer(self, params: Body) -> dict[str, Any]:
        if params.get("stream"):
            raise invalid("stream: not supported in a batch")
        model = find_model(need(params, "model", str, ""))
        if model is None:
            raise ApiError(404, f"model: {params['model']}")
        check_request(params, model, self._state)
        planned = plan(self._state, params, model)
        usage = full_usage(self._state.cache.use(params, model), planned.reply) | {"service_tier": "batch"}
        return whole_message(Sent(f"msg_standin_{uuid.uuid4().hex[:20]}", model.id, planned.reply, usage))


def _errored(kind: str, message: str) -> dict[str, Any]:
    return {"type": "errored", "error": error_body(kind, message, f"req_standin_{uuid.uuid4().hex[:20]}")}


def _entry(each: Any, where: str) -> tuple[str, Body]:
    of_type(each, dict, where)
    only_keys(each, ("custom_id", "params"), f"{where}.")
    custom_id = need(each, "custom_id", str, f"{where}.")
    if not CUSTOM_ID.fullmatch(custom_id):
        raise invalid(f"{where}.custom_id: String should match pattern '^[a-zA-Z0-9_-]{{1,64}}$'")
    params: Body = need(each, "params", dict, f"{where}.")
    return custom_id, params


async def _read(request: web.Request) -> Body:
    """Read a body that may be larger than those of other routes."""
    data = bytearray()
    async for chunk in request.content.iter_any():
        data += chunk
        if len(data) > MOST_BYTES:
            raise ApiError(413, "Request exceeds the maximum size")
    try:
        body = json.loads(data)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise invalid(f"The request body is not valid JSON: {error}") from None
    return dict(of_type(body, dict, "body"))


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
