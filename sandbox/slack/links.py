"""The addresses that payloads carry: private files, uploads, response urls."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.faults import Faults, cut
from sandbox.slack.errors import ApiError
from sandbox.slack.messages import Message
from sandbox.slack.records import StoredFile
from sandbox.slack.service import Service
from sandbox.slack.web_api.args import Args
from sandbox.slack.web_api.chat import replace, show_to
from sandbox.slack.web_api.content import read_content

Json = dict[str, Any]

LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Sign in to Slack</title></head><body>Sign in</body></html>"


@dataclass(frozen=True)
class Fetched:
    """One request for a private file: which, and with what `Authorization`."""

    path: str
    authorization: str


@dataclass
class Links:
    """Serves what lies outside `/api/`. Downloads meet the faults of the operation `files.download`."""

    slack: Service
    faults: Faults
    fetched: list[Fetched] = field(default_factory=list)

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/files-pri/{name}/{rest:.*}", self.download)
        app.router.add_get("/files-tmb/{name}/{rest:.*}", self.download)
        app.router.add_post("/upload/v1/{file}", self.upload)
        app.router.add_post("/response/{key}", self.respond)

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Serve a private file; without a token that may read files there is a login page, with status 200."""
        self.fetched.append(Fetched(request.path, request.headers.get("Authorization", "")))
        fault = self.faults.take("files.download")
        if fault is None:
            return self._file(request)
        if fault.kind == "status":
            return web.Response(status=fault.status, headers=fault.headers)
        if fault.kind == "drop_after":
            return await _half(request, self._file(request))
        await asyncio.sleep(fault.seconds)
        if fault.kind != "delay":
            cut(request)
        return self._file(request)

    def _file(self, request: web.Request) -> web.Response:
        file = self.slack.workspace.files.get(request.match_info["name"].rpartition("-")[2])
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.slack.bot_tokens or "files:read" not in self.slack.scopes:
            return web.Response(text=LOGIN_PAGE, content_type="text/html")
        if file is None:
            return web.Response(status=404)
        content = file.preview if request.path.startswith("/files-tmb/") else file.content
        return web.Response(body=content, headers={"Content-Type": file.mimetype})

    async def upload(self, request: web.Request) -> web.Response:
        """Take the bytes of a file that `files.getUploadURLExternal` announced."""
        file = self.slack.workspace.files.get(request.match_info["file"])
        if file is None:
            return web.Response(status=404)
        file.content = await _content(request, file)
        return web.Response(text=f"OK - {len(file.content)}")

    async def respond(self, request: web.Request) -> web.Response:
        """Take an answer to a click or a command."""
        try:
            response_url = self.slack.triggers.use_response_url(request.match_info["key"])
            args = await Args.read(request)
            self._answer(response_url.channel, response_url.user, response_url.message_ts, args)
        except ApiError as error:
            return web.json_response({"ok": False, "error": error.error}, status=404)
        return web.Response(text="ok")

    def _answer(self, channel: str, user: str, message_ts: str | None, args: Args) -> None:
        original = self.slack.workspace.channels[channel].messages.get(message_ts or "")
        if args.flag("delete_original") or args.flag("replace_original"):
            self.slack.workspace.hide_ephemeral(message_ts)
        if args.flag("delete_original"):
            if original is not None:
                self.slack.remove(original)
            return
        content = read_content(args)
        if args.flag("replace_original") and original is not None:
            replace(self.slack, original, content)
        elif args.text("response_type") == "in_channel":
            ids, ts = self.slack.workspace, self.slack.clock.next_ts()
            text, blocks, root = content.shown_text, content.blocks, args.text("thread_ts")
            self.slack.post(Message(channel, ts, ids.bot_user_id, text, root, ids.bot_id, blocks=blocks))
        else:
            show_to(self.slack, channel, user, content.shown_text, content.blocks, args.text("thread_ts"))


async def _half(request: web.Request, whole: web.Response) -> web.StreamResponse:
    """Announce a whole file, send half of it, and drop the connection."""
    body = whole.body if isinstance(whole.body, bytes) else b""
    response = web.StreamResponse(headers={"Content-Type": whole.content_type, "Content-Length": str(len(body))})
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    await asyncio.sleep(0.05)  # So that the half is out before the connection goes.
    cut(request)
    return response


async def _content(request: web.Request, file: StoredFile) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    form = await request.post()
    for value in form.values():
        if isinstance(value, web.FileField):
            return value.file.read()
    return file.content
