"""Notes every call that reaches a stand-in, with its duration and outcome, for the page's pane of what happened."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from aiohttp import web
from aiohttp.typedefs import Handler

Namer = Callable[[web.Request, web.StreamResponse], tuple[str, str]]

# Sockets live as long as a process, and the control routes are the page's own.
_UNSEEN = ("/link", "/_control")
MOST_CALLS = 2_000


@dataclass(frozen=True)
class Call:
    """One call as the caller saw it; `request_id` is Claude's, to find the tokens by."""

    number: int
    service: str
    operation: str
    at: float
    seconds: float
    outcome: str
    is_ok: bool
    request_id: str = ""


class Recorder:
    """All calls of all watched stand-ins in the order of their ends; safe to read from any thread."""

    def __init__(self) -> None:
        self._calls: list[Call] = []
        self._count = 0
        self._lock = threading.Lock()

    def after(self, number: int) -> list[Call]:
        """Return the calls with higher numbers, oldest first."""
        with self._lock:
            return [call for call in self._calls if call.number > number]

    def watch(self, service: str, app: web.Application) -> web.Application:
        """Return the application with a note taken of every call."""

        @web.middleware
        async def note(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path.startswith(_UNSEEN):
                return await handler(request)
            begun, at = time.monotonic(), time.time()
            response: web.StreamResponse | None = None
            try:
                response = await handler(request)
                return response
            finally:
                self._add(_call(service, request, response, at, time.monotonic() - begun))

        app.middlewares.append(note)
        return app

    def _add(self, call: Call) -> None:
        with self._lock:
            self._count += 1
            self._calls.append(replace(call, number=self._count))
            del self._calls[:-MOST_CALLS]


def _call(service: str, request: web.Request, response: web.StreamResponse | None, at: float, seconds: float) -> Call:
    if response is None:
        return Call(0, service, _operation(service, request), at, seconds, "cut off", is_ok=False)
    outcome = _slack_outcome(response) if service == "slack" else str(response.status)
    is_ok = outcome == "ok" or (service != "slack" and response.status < 400)
    request_id = response.headers.get("request-id", "")
    return Call(0, service, _operation(service, request), at, seconds, outcome, is_ok, request_id)


def _operation(service: str, request: web.Request) -> str:
    """Return a short name: Slack's method, or HTTP method and path as Jira's and Claude's documents write them."""
    path = request.path
    if service == "slack":
        return path.removeprefix("/api/") if path.startswith("/api/") else path.split("/")[1]
    for prefix in ("/rest/api/3/", "/rest/api/2/", "/rest/api/latest/", "/wiki/api/v2/", "/v1/"):
        path = path.removeprefix(prefix)
    return f"{request.method} {path}"


def _slack_outcome(response: web.StreamResponse) -> str:
    """Return `ok` or Slack's error code, which comes with status 200."""
    body = response.body if isinstance(response, web.Response) else None
    if response.status >= 400 or not isinstance(body, bytes):
        return "ok" if response.status < 400 else str(response.status)
    try:
        answer = json.loads(body)
    except ValueError:
        return "ok"
    failed = isinstance(answer, dict) and answer.get("ok") is False
    return str(answer.get("error", "error")) if failed else "ok"
