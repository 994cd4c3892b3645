"""`/_control/*`: the handles of the stand-in for the sandbox page and for tests in other processes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web
from pydantic import ValidationError

from sandbox.claude.scripts import AUTO, Reply, text, thinking, tool
from sandbox.faults import Fault

if TYPE_CHECKING:
    from sandbox.claude.standin import ClaudeStandIn, Recorded

MOST_REQUESTS_SHOWN = 200


def register(app: web.Application, state: ClaudeStandIn) -> None:
    """Add the control routes to an application."""
    control = _Control(state)
    app.router.add_get("/_control/state", control.show)
    app.router.add_post("/_control/faults", control.add_fault)
    app.router.add_post("/_control/clear_faults", control.clear_faults)
    app.router.add_post("/_control/script", control.add_script)


class _Control:
    def __init__(self, state: ClaudeStandIn) -> None:
        self._state = state

    async def show(self, _request: web.Request) -> web.Response:
        requests = [_shown(kept) for kept in self._state.requests[-MOST_REQUESTS_SHOWN:]]
        return web.json_response(
            {"requests": requests, "count": len(self._state.requests), "scripts": len(self._state.scripts)}
        )

    async def add_fault(self, request: web.Request) -> web.Response:
        try:
            self._state.faults.add(Fault.model_validate(await request.json()))
        except (ValidationError, json.JSONDecodeError) as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        return web.json_response({"ok": True})

    async def clear_faults(self, _request: web.Request) -> web.Response:
        self._state.faults.clear()
        return web.json_response({"ok": True})

    async def add_script(self, request: web.Request) -> web.Response:
        """Take `{"replies": [{"blocks": [...], "stop_reason"?}], "when"?, "forever"?}`."""
        try:
            asked = await request.json()
            replies = [_reply(part) for part in asked["replies"]]
        except (KeyError, TypeError, json.JSONDecodeError) as error:
            raise web.HTTPBadRequest(text=f"not a script: {error!r}") from None
        self._state.script(*replies, when=asked.get("when"), forever=bool(asked.get("forever")))
        return web.json_response({"ok": True})


def _reply(asked: dict[str, Any]) -> Reply:
    return Reply(
        tuple(_block(block) for block in asked["blocks"]),
        asked.get("stop_reason", AUTO),
        stop_details=asked.get("stop_details"),
        usage=asked.get("usage") or {},
        cut_json=asked.get("cut_json"),
    )


def _block(asked: dict[str, Any] | str) -> dict[str, Any]:
    if isinstance(asked, str):
        return text(asked)
    match asked["type"]:
        case "thinking":
            return thinking(asked["thinking"])
        case "tool_use":
            return tool(asked["name"], asked.get("input"), id=asked.get("id"))
        case _:
            return asked


def _shown(kept: Recorded) -> dict[str, Any]:
    return {
        "time": kept.time,
        "path": kept.path,
        "request_id": kept.request_id,
        "model": kept.body.get("model"),
        "messages": len(kept.body.get("messages") or ()),
        "status": kept.status,
        "error": kept.error,
        "usage": kept.usage,
        "events_sent": kept.events_sent,
        "is_finished": kept.is_finished,
    }
