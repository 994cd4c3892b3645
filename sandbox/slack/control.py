"""`/_control/*`: what tests do in Python, over HTTP, for the demo page and scripts."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

from aiohttp import web

from sandbox.faults import Fault, Faults
from sandbox.slack.delivery import NotAcknowledged
from sandbox.slack.errors import ApiError
from sandbox.slack.people import NewFile, People
from sandbox.slack.service import Service
from sandbox.slack.snapshot import snapshot

Json = dict[str, Any]
Action = Callable[[Json], Awaitable[Any]]

_TYPED_MENTION = re.compile(r"@([\w-]+)")


@dataclass
class Control:
    """The routes; every POST takes a JSON object with the names of the Python method's parameters."""

    slack: Service
    people: People
    faults: Faults

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/_control/state", self.state)
        app.router.add_get("/_control/changes", self.changes)
        app.router.add_post("/_control/{action}", self.act)

    async def state(self, request: web.Request) -> web.Response:  # noqa: ARG002  the signature of a handler
        return web.json_response(snapshot(self.slack))

    async def changes(self, request: web.Request) -> web.StreamResponse:
        """Stream what changes, as server-sent events; `?after=` or Last-Event-ID picks up where a watcher left."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        await response.prepare(request)
        after = request.query.get("after") or request.headers.get("Last-Event-ID")
        queue = self.slack.changes.watch(int(after) if after and after.isdigit() else None)
        try:
            await response.write(b": watching\n\n")
            while True:
                await response.write(await _next_event(queue))
        except ConnectionResetError:
            return response  # The watcher is gone.
        finally:
            self.slack.changes.unwatch(queue)

    async def act(self, request: web.Request) -> web.Response:
        """Do one thing in somebody's name; what can't be done is a 4xx with a sentence."""
        action = self._actions().get(request.match_info["action"])
        if action is None:
            return web.json_response({"error": "unknown action"}, status=404)
        try:
            body = json.loads(await request.text() or "{}")
            return web.json_response({"result": await action(body)})
        except NotAcknowledged as error:
            return web.json_response({"error": str(error)}, status=504)
        except ApiError as error:
            return web.json_response({"error": error.error, **error.more}, status=422)
        except (LookupError, TypeError, ValueError) as error:
            return web.json_response({"error": str(error)}, status=400)

    def _actions(self) -> dict[str, Action]:
        people = self.people
        return {
            "say": self._say,
            "edit": lambda body: people.edit(**body),
            "delete": lambda body: people.delete(**body),
            "react": lambda body: people.react(**body),
            "unreact": lambda body: people.unreact(**body),
            "join": lambda body: people.join(**body),
            "click": lambda body: people.click(**body),
            "click_in_view": lambda body: people.click_in_view(**body),
            "options": lambda body: people.options(**body),
            "submit_view": lambda body: people.submit_view(**body),
            "close_view": lambda body: people.close_view(**body),
            "shortcut": lambda body: people.shortcut(**body),
            "command": lambda body: people.command(**body),
            "stop": lambda body: people.stop(**body),
            "open_home": lambda body: people.open_home(**body),
            "look_at": lambda body: people.look_at(**body),
            "faults": self._add_fault,
            "clear_faults": self._clear_faults,
            "disconnect": self._disconnect,
        }

    async def _say(self, body: Json) -> Json:
        files = [NewFile(f["name"], f["text"].encode(), f.get("mimetype")) for f in body.pop("files", [])]
        if body.pop("is_typed", False):
            body["text"] = self.typed(body["text"])
        return {"ts": await self.people.say(**body, files=files)}

    def typed(self, text: str) -> str:
        """Return what Slack's client makes of text that a person typed: escaped, with @names as mentions."""
        ids = {person.name: person.id for person in self.slack.workspace.people.values()}
        escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return _TYPED_MENTION.sub(lambda m: f"<@{ids[m[1]]}>" if m[1] in ids else m[0], escaped)

    async def _add_fault(self, body: Json) -> None:
        self.faults.add(Fault.model_validate(body))

    async def _clear_faults(self, body: Json) -> None:  # noqa: ARG002  the signature of an action
        self.faults.clear()

    async def _disconnect(self, body: Json) -> None:
        if body.get("is_abrupt"):
            self.slack.sockets.cut()
        else:
            await self.slack.sockets.disconnect(str(body.get("reason", "refresh_requested")))


async def _next_event(queue: asyncio.Queue[Json]) -> bytes:
    try:
        # A comment now and then shows a watcher that went away.
        change = await asyncio.wait_for(queue.get(), 15)
    except TimeoutError:
        return b": still here\n\n"
    return f"id: {change['number']}\nevent: change\ndata: {json.dumps(change, default=asdict)}\n\n".encode()
