"""Between aiohttp and the routes: requests become calls, replies become JSON that names the caller's own address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from sandbox.jira.site import Site, User
from sandbox.jira.wire import ORIGIN, Call, JiraError, Reply, Upload

UNPARSABLE = "There was an error parsing JSON. Check that your request body is valid."


async def call_of(request: web.Request, site: Site, user: User) -> Call:
    """Return the parsed call, or refuse a body that Jira could not read."""
    body: Any = None
    files: tuple[Upload, ...] = ()
    if request.content_type == "multipart/form-data":
        files = await _uploads(request)
    elif request.method in ("POST", "PUT"):
        body = await _json(request)
    query = {name: request.query.getall(name) for name in request.query}
    return Call(site, user, dict(request.match_info), query, body, request.headers, files)


async def _json(request: web.Request) -> Any:
    raw = await request.read()
    if not raw:
        return None
    if request.content_type != "application/json":
        raise JiraError(415, f"The content type {request.content_type} is not supported; use application/json.")
    try:
        return json.loads(raw)
    except ValueError:
        raise JiraError(400, UNPARSABLE) from None


async def _uploads(request: web.Request) -> tuple[Upload, ...]:
    form = await request.post()
    return tuple(
        Upload(each.filename, each.content_type, each.file.read())
        for each in form.getall("file", [])
        if isinstance(each, FileField)
    )


async def log_body(request: web.Request) -> Any:
    """Return the JSON body for the log of calls; None for anything else."""
    if request.content_type != "application/json" or not request.can_read_body:
        return None
    try:
        return json.loads(await request.read())
    except ValueError:
        return None


def answer(request: web.Request, reply: Reply, headers: Mapping[str, str], base_url: str) -> web.Response:
    """Return a reply as HTTP, with the headers that Jira always sends."""
    own = {"X-AREQUESTID": "stand-in", **headers}
    if reply.body is None:
        return web.Response(status=reply.status, headers=own)
    text = json.dumps(reply.body).replace(ORIGIN, base_url or f"{request.scheme}://{request.host}")
    return web.Response(status=reply.status, text=text, headers=own, content_type="application/json")
