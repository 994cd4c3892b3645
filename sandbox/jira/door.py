"""The door of the API: every call is logged, meets its fault, shows who it is, passes the limits, reaches its route."""

from __future__ import annotations

import asyncio
import base64
import binascii
import functools
import re
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.faults import Fault, cut, hang
from sandbox.jira import dialect
from sandbox.jira.api_shape import misfits
from sandbox.jira.control import shown_call
from sandbox.jira.routes_server import SERVER_ROUTES
from sandbox.jira.routing import AGILE_ROUTES, ROUTES
from sandbox.jira.site import User
from sandbox.jira.transport import answer, call_of, log_body
from sandbox.jira.wire import BAD_PAYLOAD, Call, JiraError, Reply, Route

if TYPE_CHECKING:
    from sandbox.jira.standin import JiraStandIn

UNAUTHENTICATED = {"message": "Client must be authenticated to access this resource.", "status-code": 401}
LOGIN_HEADERS = {"WWW-Authenticate": 'OAuth realm="Jira"', "X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}
ANONYMOUS = frozenset({"GET serverInfo"})
CLOUD_ID = "11111111-2222-4333-8444-555555555555"
ROOTS = ("/rest/api/3", "/rest/api/latest", f"/ex/jira/{CLOUD_ID}/rest/api/3", f"/ex/jira/{CLOUD_ID}/rest/api/latest")
"""Both versions' roots, on the site and behind the gateway."""
AGILE_ROOT = "/rest/agile/1.0"
SERVER_ROOTS = ("/rest/api/2", "/rest/api/latest")

MISSING = re.compile(r"body.* is required$")
Entry = dict[str, Any]


class Door:
    """Serves the route table of one stand-in."""

    def __init__(self, stand_in: JiraStandIn) -> None:
        self._stand_in = stand_in

    def register(self, app: web.Application) -> None:
        """Add all routes, and the answer to any other path, to an application."""
        is_cloud = self._stand_in.site.is_cloud
        for method, path, route in ROUTES if is_cloud else SERVER_ROUTES:
            handler = functools.partial(self._serve, f"{method} {path}", route)
            roots = (*ROOTS, "/rest/api/2") if path == "search" else ROOTS
            for root in roots if is_cloud else SERVER_ROOTS:
                app.router.add_route(method, f"{root}/{path}", handler)
        for method, path, route in AGILE_ROUTES:
            handler = functools.partial(self._serve, f"{method} agile/{path}", route)
            for root in (AGILE_ROOT, f"/ex/jira/{CLOUD_ID}{AGILE_ROOT}"):
                app.router.add_route(method, f"{root}/{path}", handler)
        if is_cloud:
            app.router.add_get("/_edge/tenant_info", _tenant)
        app.router.add_route("*", "/rest/{tail:.*}", functools.partial(self._serve, "unknown", _unknown))

    async def _serve(self, operation: str, route: Route, request: web.Request) -> web.StreamResponse:
        stand_in, start = self._stand_in, time.monotonic()
        stand_in.saw(f"{request.scheme}://{request.host}")
        entry = await self._logged(operation, request)
        if stand_in.latency_seconds:
            await asyncio.sleep(stand_in.latency_seconds)
        fault = stand_in.faults.take(operation)
        response = await self._with_fault(fault, request, lambda: self._answered(entry, route, request))
        entry |= {"status": response.status, "seconds": time.monotonic() - start}
        stand_in.feed.add("call", shown_call(entry))
        return response

    async def _logged(self, operation: str, request: web.Request) -> Entry:
        entry = {
            "method": request.method,
            "path": request.path,
            "route": operation,
            "query": dict(request.query),
            "body": await log_body(request),
            "status": 0,
            "time": time.time(),
            "seconds": 0.0,
            "reason": "",
        }
        self._stand_in.calls.append(entry)
        return entry

    async def _with_fault(
        self, fault: Fault | None, request: web.Request, work: Callable[[], Awaitable[web.Response]]
    ) -> web.StreamResponse:
        """Play the fault around the work; a cut connection counts as status 0."""
        if fault is None:
            return await work()
        if fault.kind in ("status", "error"):
            body = fault.body if fault.body is not None else {"errorMessages": [], "errors": {}}
            return self._answer(request, Reply(body, fault.status), fault.headers)
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
            return await work()
        if fault.kind == "hang":
            await hang(request, fault.seconds)
        if fault.kind == "drop_after":
            await work()
        cut(request)
        return web.Response(status=0)

    async def _answered(self, entry: Entry, route: Route, request: web.Request) -> web.Response:
        try:
            user = self._user(request, entry["route"])
            if user is None:
                return self._answer(request, Reply(UNAUTHENTICATED, 401), LOGIN_HEADERS)
            refusal = self._refusal(entry["route"], request)
            if refusal is not None:
                reply = Reply({"errorMessages": ["Rate limit exceeded."], "errors": {}}, 429)
                return self._answer(request, reply, refusal)
            call = await call_of(request, self._stand_in.site, user)
            self._hold_to_document(entry, call)
            reply = route(call)
            return self._answer(request, reply, self._stand_in.limits.headers())
        except JiraError as refused:
            entry["reason"] = str(refused.__cause__ or "")
            return self._answer(request, Reply(refused.body, refused.status), {})
        except (AttributeError, KeyError, TypeError) as error:
            # A member of the wrong type deep in a body ends here; the log tells it from a rule that was broken.
            entry["reason"] = repr(error)
            return self._answer(request, Reply({"errorMessages": [BAD_PAYLOAD], "errors": {}}, 400), {})

    def _hold_to_document(self, entry: Entry, call: Call) -> None:
        """Refuse what the published description of Cloud's API does not know, even where Jira would overlook it."""
        if not self._stand_in.site.is_cloud or call.files:
            return
        # What is missing in a body is the route's to say: it names the field as Jira does.
        found = [each for each in misfits(entry["route"], call.query, call.body) if not MISSING.match(each)]
        if found:
            raise JiraError(400, BAD_PAYLOAD) from ValueError("; ".join(found))

    def _answer(self, request: web.Request, reply: Reply, headers: dict[str, str]) -> web.Response:
        shown = dialect.shown(reply.body, self._stand_in.site)
        return answer(request, Reply(shown, reply.status), headers, self._stand_in.base_url)

    def _refusal(self, operation: str, request: web.Request) -> dict[str, str] | None:
        key = request.match_info.get("key") if request.method != "GET" else None
        refused = self._stand_in.limits.admit(operation, key, self._stand_in.clock.now())
        return refused.headers() if refused else None

    def _user(self, request: web.Request, operation: str) -> User | None:
        """Return who calls; the one account that has a token is the service account."""
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        allowed = scheme.lower() == "bearer" and given == self._stand_in.pat
        if scheme.lower() == "basic" and self._stand_in.site.is_cloud:
            allowed = _decoded(given) == f"{self._stand_in.email}:{self._stand_in.api_token}"
        return self._stand_in.bot if allowed or operation in ANONYMOUS else None


def _decoded(given: str) -> str:
    try:
        return base64.b64decode(given, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def _unknown(_call: object) -> Reply:
    return Reply({"message": "null for uri", "status-code": 404}, 404)


async def _tenant(_request: web.Request) -> web.Response:
    return web.json_response({"cloudId": CLOUD_ID})
