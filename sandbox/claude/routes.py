"""The HTTP surface of the Messages API: authentication, error answers, and the routes with their faults."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.claude import batches, messages
from sandbox.claude.catalogue import MODELS, Model, find_model
from sandbox.claude.errors import ApiError, error_body, invalid
from sandbox.claude.rules import check_request
from sandbox.claude.scripts import Body, schema_of
from sandbox.claude.usage import count_prompt
from sandbox.faults import Fault, cut, hang

if TYPE_CHECKING:
    from sandbox.claude.standin import ClaudeStandIn, Recorded

VERSIONS = frozenset({"2023-06-01", "2026-10-21"})
OPERATIONS = {"/v1/messages": "messages", "/v1/messages/count_tokens": "count_tokens"}
Handler = Callable[[web.Request, "Recorded"], Awaitable[web.StreamResponse]]


def register(app: web.Application, state: ClaudeStandIn) -> None:
    """Add the API's routes to an application."""
    api = _Api(state)
    app.router.add_post("/v1/messages", api.guarded(api.create))
    app.router.add_post("/v1/messages/count_tokens", api.guarded(api.count_tokens))
    batches.register(app, state, api.guarded)
    app.router.add_get("/v1/models", api.guarded(api.models))
    app.router.add_get("/v1/models/{model_id}", api.guarded(api.model))
    app.router.add_route("*", "/v1/{rest:.*}", api.guarded(api.unknown))


class _Api:
    def __init__(self, state: ClaudeStandIn) -> None:
        self._state = state

    def guarded(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Return the handler behind authentication and the fault list, with errors in the API's shape."""

        async def handle(request: web.Request) -> web.StreamResponse:
            kept = self._state.record(request.path, {}, _headers(request))
            try:
                self._authenticate(request)
                return await handler(request, kept)
            except ApiError as error:
                kept.status, kept.error = error.status, error.message
                body = error_body(error.type, error.message, kept.request_id, error.error_code)
                return web.json_response(body, status=error.status, headers={"request-id": kept.request_id})

        return handle

    async def create(self, request: web.Request, kept: Recorded) -> web.StreamResponse:
        kept.body = await _read(request)
        fault = self._state.faults.take("structured" if schema_of(kept.body) else "messages")
        early = await self._early(request, kept, fault)
        if early is not None:
            return early
        model = _model_of(kept.body)
        check_request(kept.body, model, self._state)
        mid_stream = fault if fault and messages.is_mid_stream(fault) else None
        return await messages.answer(self._state, request, kept, model, mid_stream)

    async def count_tokens(self, request: web.Request, kept: Recorded) -> web.StreamResponse:
        kept.body = await _read(request)
        early = await self._early(request, kept, self._state.faults.take("count_tokens"))
        if early is not None:
            return early
        model = _model_of(kept.body)
        check_request({"max_tokens": 1024, **kept.body}, model, self._state)
        return web.json_response({"input_tokens": count_prompt(kept.body)}, headers={"request-id": kept.request_id})

    async def models(self, request: web.Request, kept: Recorded) -> web.StreamResponse:
        wanted = request.query.get("lifecycle")
        shown = [model.to_wire() for model in MODELS if wanted in (None, model.lifecycle)]
        page = {
            "data": shown,
            "has_more": False,
            "first_id": shown[0]["id"] if shown else None,
            "last_id": shown[-1]["id"] if shown else None,
        }
        return web.json_response(page, headers={"request-id": kept.request_id})

    async def model(self, request: web.Request, kept: Recorded) -> web.StreamResponse:
        model = _model_of({"model": request.match_info["model_id"]})
        return web.json_response(model.to_wire(), headers={"request-id": kept.request_id})

    async def unknown(self, request: web.Request, _kept: Recorded) -> web.StreamResponse:
        raise ApiError(404, f"Not Found: {request.method} {request.path}")

    def _authenticate(self, request: web.Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        known = any(hmac.compare_digest(key.encode(), known.encode()) for known in self._state.api_keys)
        if scheme.lower() != "bearer" or not known:
            raise ApiError(401, "invalid bearer token" if key else "Authorization: Bearer <api key> is required")
        version = request.headers.get("anthropic-version")
        if not version:
            raise invalid("anthropic-version: header is required")
        if version not in VERSIONS:
            raise invalid(f'anthropic-version: "{version}" is not a valid version')

    async def _early(self, request: web.Request, kept: Recorded, fault: Fault | None) -> web.StreamResponse | None:
        """Play a fault that comes before any work; None if the work is to be done."""
        if fault is None or messages.is_mid_stream(fault):
            return None
        if fault.kind == "status":
            return messages.status_answer(fault, kept)
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
            return None
        cut(request)
        await hang(request, 0)
        return web.Response()


def _headers(request: web.Request) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


async def _read(request: web.Request) -> Body:
    try:
        body: Any = await request.json()
    except web.HTTPRequestEntityTooLarge:
        raise ApiError(413, "Request exceeds the maximum size") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise invalid(f"The request body is not valid JSON: {error}") from None
    if not isinstance(body, dict):
        raise invalid("The request body must be a JSON object")
    return body


def _model_of(body: Body) -> Model:
    if "model" not in body:
        raise invalid("model: Field required")
    model = find_model(body["model"])
    if model is None:
        raise ApiError(404, f"model: {body['model']}")
    return model
