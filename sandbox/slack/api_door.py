"""The way into the Web API: records the call, plays faults, checks token, scope and limits, then runs the method."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.faults import Fault, Faults, cut, hang
from sandbox.slack.errors import ApiError
from sandbox.slack.service import Service
from sandbox.slack.web_api import METHODS
from sandbox.slack.web_api.args import Args
from sandbox.slack.web_api.method import Method
from sandbox.slack.web_api.places import need

Json = dict[str, Any]


@dataclass
class Call:
    """One call of the Web API as it arrived and what came of it."""

    method: str
    args: Json
    at: float
    """`time.monotonic()` on arrival."""
    wall: float
    outcome: str = "pending"
    """`ok`, Slack's error code, or `fault:` and the kind of the fault that was played."""
    status: int = 0
    answer: Json = field(default_factory=dict)
    is_faulty: bool = False

    @property
    def channel(self) -> str | None:
        return self.args.get("channel") or self.args.get("channel_id")


@dataclass
class ApiDoor:
    """Serves `/api/<method>`."""

    slack: Service
    faults: Faults
    calls: list[Call] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            args = await Args.read(request)
        except ApiError as error:
            args = Args({})
            call = self._record(method, args)
            return self._answer(call, refusal(error))
        call = self._record(method, args)
        if self.slack.latency_seconds:
            await asyncio.sleep(self.slack.latency_seconds)
        fault = self.faults.take(method)
        if fault is None:
            return self._work(request, call, args)
        call.is_faulty = True
        return await self._play(fault, request, call, args)

    def _record(self, method: str, args: Args) -> Call:
        call = Call(method, dict(args.values), time.monotonic(), time.time())
        self.calls.append(call)
        return call

    async def _play(self, fault: Fault, request: web.Request, call: Call, args: Args) -> web.StreamResponse:
        call.outcome = f"fault:{fault.kind}"
        if fault.kind == "status":
            call.status = fault.status
            return web.json_response(fault.body, status=fault.status, headers=fault.headers)
        if fault.kind == "error":
            return self._answer(call, {"ok": False, "error": fault.error})
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
            return self._work(request, call, args)
        if fault.kind == "hang":
            await hang(request, fault.seconds)
        elif fault.kind == "drop_after":
            self._work(request, call, args)
        cut(request)
        call.outcome = f"fault:{fault.kind}"
        return web.Response(status=500)  # Never arrives: the connection is gone.

    def _work(self, request: web.Request, call: Call, args: Args) -> web.Response:
        try:
            body = self._run(request, call, args)
        except ApiError as error:
            return self._answer(call, refusal(error))
        if isinstance(body, int):
            headers = {"Retry-After": str(body)}
            return self._answer(call, {"ok": False, "error": "ratelimited"}, 429, headers)
        headers = {"x-oauth-scopes": ",".join(sorted(self.slack.scopes))}
        return self._answer(call, {"ok": True, **body}, headers=headers)

    def _run(self, request: web.Request, call: Call, args: Args) -> Json | int:
        """Return the method's answer, or the seconds to wait before it may be called again."""
        method = METHODS.get(call.method)
        if method is None:
            raise ApiError("unknown_method", req_method=call.method)
        self._check_token(method, token_of(request, args))
        wait = self.slack.limits.take(call.method, call.channel)
        if wait is not None:
            return wait
        if method.scope is not None:
            need(self.slack, method.scope)
        return method.run(self.slack, args)

    def _check_token(self, method: Method, token: str | None) -> None:
        if not token:
            raise ApiError("not_authed")
        if token not in self.slack.bot_tokens | self.slack.app_tokens:
            raise ApiError("invalid_auth")
        if (token in self.slack.app_tokens) != method.needs_app_token:
            raise ApiError("not_allowed_token_type")

    def _answer(self, call: Call, body: Json, status: int = 200, headers: Json | None = None) -> web.Response:
        call.status, call.answer = status, body
        if not call.is_faulty or call.outcome == "fault:delay":
            call.outcome = "ok" if body.get("ok") else str(body.get("error"))
        self.slack.changes.add("call", method=call.method, outcome=call.outcome, status=status, channel=call.channel)
        return web.json_response(body, status=status, headers=headers)


def refusal(error: ApiError) -> Json:
    return {"ok": False, "error": error.error, **error.more}


def token_of(request: web.Request, args: Args) -> str | None:
    """Return the token of a call, from its header or its parameters."""
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return header.removeprefix("Bearer ").strip()
    return args.text("token")
