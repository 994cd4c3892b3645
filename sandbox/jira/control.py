"""`/_control/*`: the handles for the sandbox page and for scripts in other processes; no authentication."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web
from pydantic import ValidationError

from sandbox.faults import Fault
from sandbox.jira.events import Event
from sandbox.jira.site import Issue
from sandbox.jira.wire import JiraError

if TYPE_CHECKING:
    from sandbox.jira.standin import JiraStandIn

HEARTBEAT_SECONDS = 15
CALLS_SHOWN = 50


def brief(issue: Issue) -> dict[str, Any]:
    """Return the few things about an issue that a page lists."""
    fields = issue.fields
    people = {name: (fields.get(name) or {}).get("displayName") for name in ("assignee", "reporter")}
    links = [{"title": each["object"]["title"], "url": each["object"]["url"]} for each in issue.remote_links]
    return {
        "key": issue.key,
        "project": issue.project.key,
        "summary": fields["summary"],
        "type": issue.type.name,
        "status": fields["status"]["name"],
        "status_category": fields["status"]["statusCategory"]["key"],
        "priority": (fields.get("priority") or {}).get("name"),
        "labels": fields.get("labels") or [],
        **people,
        "created": fields["created"],
        "updated": fields["updated"],
        "comments": len(issue.comments),
        "remote_links": links,
        "path": f"/browse/{issue.key}",
    }


def tell(stand_in: JiraStandIn, event: Event) -> None:
    """Put an event into the feed that pages watch."""
    stand_in.feed.add(event.kind, {"user": event.user.display_name, "issue": brief(event.issue)})


def register(app: web.Application, stand_in: JiraStandIn) -> None:
    """Add the control routes to an application."""
    control = _Control(stand_in)
    app.router.add_get("/_control/state", control.state)
    app.router.add_get("/_control/changes", control.changes)
    app.router.add_post("/_control/faults", control.add_fault)
    app.router.add_post("/_control/clear_faults", control.clear_faults)
    app.router.add_post("/_control/act", control.act)


class _Control:
    def __init__(self, stand_in: JiraStandIn) -> None:
        self._stand_in = stand_in

    async def state(self, _request: web.Request) -> web.Response:
        newest = sorted(self._stand_in.issues.values(), key=lambda issue: -int(issue.id))
        calls = [shown_call(each) for each in self._stand_in.calls[-CALLS_SHOWN:]]
        return web.json_response({"issues": [brief(issue) for issue in newest], "calls": calls})

    async def changes(self, request: web.Request) -> web.StreamResponse:
        """Stream changes as server-sent events; `Last-Event-ID` or `?after=` resumes."""
        after = request.headers.get("Last-Event-ID") or request.query.get("after", "")
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        await response.prepare(request)
        queue = self._stand_in.feed.watch(int(after) if after.isdigit() else None)
        try:
            await response.write(b": connected\n\n")
            while True:
                await response.write(await _next(queue))
        except ConnectionError:
            return response
        finally:
            self._stand_in.feed.unwatch(queue)

    async def add_fault(self, request: web.Request) -> web.Response:
        try:
            self._stand_in.faults.add(Fault.model_validate(await request.json()))
        except (ValidationError, json.JSONDecodeError) as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        return web.json_response({"ok": True})

    async def clear_faults(self, _request: web.Request) -> web.Response:
        self._stand_in.faults.clear()
        return web.json_response({"ok": True})

    async def act(self, request: web.Request) -> web.Response:
        """Let a person do something in Jira: `{"email", "key", "comment"?, "status"?}`."""
        try:
            asked = await request.json()
            email, key = str(asked["email"]), str(asked["key"])
            if asked.get("comment"):
                self._stand_in.comment(key, str(asked["comment"]), by=email)
            if asked.get("status"):
                self._stand_in.move(key, str(asked["status"]), by=email)
        except (KeyError, TypeError, ValueError, JiraError) as error:
            raise web.HTTPBadRequest(text=f"cannot be done: {error}") from None
        return web.json_response({"ok": True})


async def _next(queue: asyncio.Queue[dict[str, Any]]) -> bytes:
    try:
        change = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
    except TimeoutError:
        return b": still here\n\n"
    return f"id: {change['number']}\ndata: {json.dumps(change)}\n\n".encode()


def shown_call(entry: dict[str, Any]) -> dict[str, Any]:
    """Return a logged call without its body."""
    return {name: entry[name] for name in ("method", "path", "route", "status", "time", "seconds")}
