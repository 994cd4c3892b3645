"""The Jira Cloud stand-in: one site behind HTTP, with its log of calls and the knobs that tests turn."""

from __future__ import annotations

import asyncio
import base64
import binascii
import functools
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox.faults import Fault, Faults, cut, hang
from sandbox.jira import catalogue, seeds
from sandbox.jira.limits import Limits
from sandbox.jira.routing import ROUTES
from sandbox.jira.site import Clock, Issue, Site, User
from sandbox.jira.transport import answer, call_of, error, log_body
from sandbox.jira.wire import JiraError, Reply, Route

UNAUTHENTICATED = {"message": "Client must be authenticated to access this resource.", "status-code": 401}
ANONYMOUS = frozenset({"serverInfo"})
BODY_LIMIT = 25_000_000


class JiraStandIn:
    """A strict Jira Cloud site; start it with `Running(stand_in.make_app)`."""

    def __init__(
        self,
        *,
        email: str = "bot@example.com",
        api_token: str = "sandbox-jira-token",  # noqa: S107  a stand-in's token is no secret
        pat: str = "sandbox-jira-pat",
        with_seeds: bool = True,
    ) -> None:
        self.email, self.api_token, self.pat = email, api_token, pat
        self.site = Site(catalogue.USERS, catalogue.PROJECTS)
        self.faults = Faults()
        self.limits = Limits()
        self.calls: list[dict[str, Any]] = []
        """Every API call: method, path, route, query, body, status, time."""
        self.latency_seconds = 0.0
        self.base_url = ""
        """The site's own address in answers; empty means the one that each caller used."""
        if with_seeds:
            seeds.plant(self.site)

    @property
    def issues(self) -> dict[str, Issue]:
        """All issues by key."""
        return self.site.issues

    @property
    def clock(self) -> Clock:
        """The site's clock; `clock.advance(seconds)` moves it on."""
        return self.site.clock

    @property
    def index_delay_seconds(self) -> float:
        """How long JQL search lags behind writes."""
        return self.site.index_delay_seconds

    @index_delay_seconds.setter
    def index_delay_seconds(self, seconds: float) -> None:
        self.site.index_delay_seconds = seconds

    def issue(self, key: str) -> Issue:
        """Return an issue by key, whoever may see it."""
        return self.site.issues[key]

    def restrict(self, key: str, *account_ids: str) -> None:
        """Put an issue under a security level that only these people are in."""
        self.site.issues[key].viewers = frozenset(account_ids)

    def make_app(self) -> web.Application:
        """Return the application; all state lives in this object."""
        app = web.Application(client_max_size=BODY_LIMIT)
        for method, path, route in ROUTES:
            handler = functools.partial(self._serve, f"{method} {path}", route)
            for version in ("3", "latest"):
                app.router.add_route(method, f"/rest/api/{version}/{path}", handler)
            if path == "search":
                app.router.add_route(method, f"/rest/api/2/{path}", handler)
        return app

    async def _serve(self, operation: str, route: Route, request: web.Request) -> web.StreamResponse:
        """Answer one call: log it, meet its fault, check who asks and how often, do the work."""
        entry = await self._logged(operation, request)
        if self.latency_seconds:
            await asyncio.sleep(self.latency_seconds)
        response = await self._with_fault(
            self.faults.take(operation), request, lambda: self._answered(operation, route, request)
        )
        entry["status"] = response.status
        return response

    async def _logged(self, operation: str, request: web.Request) -> dict[str, Any]:
        entry = {
            "method": request.method,
            "path": request.path,
            "route": operation,
            "query": dict(request.query),
            "body": await log_body(request),
            "status": 0,
            "time": time.time(),
        }
        self.calls.append(entry)
        return entry

    async def _with_fault(
        self, fault: Fault | None, request: web.Request, work: Callable[[], Awaitable[web.Response]]
    ) -> web.StreamResponse:
        if fault is None:
            return await work()
        if fault.kind in ("status", "error"):
            body = fault.body if fault.body is not None else {"errorMessages": [], "errors": {}}
            return answer(request, Reply(body, fault.status), fault.headers, self.base_url)
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
            return await work()
        if fault.kind == "hang":
            await hang(request, fault.seconds)
        if fault.kind == "drop_after":
            await work()
        cut(request)
        return web.Response(status=503)

    async def _answered(self, operation: str, route: Route, request: web.Request) -> web.Response:
        try:
            user = self._user(request, operation)
            if user is None:
                headers = {"WWW-Authenticate": 'OAuth realm="Jira"', "X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}
                return answer(request, Reply(UNAUTHENTICATED, 401), headers, self.base_url)
            refusal = self._refusal(operation, request)
            if refusal is not None:
                reply = Reply({"errorMessages": ["Rate limit exceeded."], "errors": {}}, 429)
                return answer(request, reply, refusal, self.base_url)
            call = await call_of(request, self.site, user)
            return answer(request, route(call), self.limits.headers(), self.base_url)
        except JiraError as refused:
            return error(request, refused, self.base_url)

    def _refusal(self, operation: str, request: web.Request) -> dict[str, str] | None:
        key = request.match_info.get("key") if request.method != "GET" else None
        refused = self.limits.admit(operation, key, self.clock.now())
        return refused.headers() if refused else None

    def _user(self, request: web.Request, operation: str) -> User | None:
        """Return who calls; the one account that has a token is the service account."""
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        allowed = scheme.lower() == "bearer" and given == self.pat
        if scheme.lower() == "basic":
            try:
                allowed = base64.b64decode(given, validate=True).decode() == f"{self.email}:{self.api_token}"
            except (binascii.Error, ValueError):
                allowed = False
        if allowed or operation.removeprefix("GET ") in ANONYMOUS:
            return catalogue.BOT
        return None
