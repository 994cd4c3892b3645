"""Serves the page: its files, the state it draws, the changes it follows, and what a person does on it."""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox import environment
from sandbox.page.costs import call_tokens, costs
from sandbox.page.documents import show_document
from sandbox.page.examples import EXAMPLES
from sandbox.page.issues import issue_json, look_of
from sandbox.page.usage import usage_json
from sandbox.recorder import Call
from sandbox.slack.people import NewFile
from sandbox.stack import Stack
from workers.settings import BotSettings
from workers.state.accounts import Accounts, utc_now
from workers.state.connection import connect

Json = dict[str, Any]

STATIC = Path(__file__).parent / "static"
DEFAULT_EMOJI = str(BotSettings.model_fields["reaction_emoji"].default)
LOOK_EVERY_SECONDS = 0.2
KEEP_ALIVE_SECONDS = 15.0
MOST_UPLOADED = 20 * 2**20
# What a person may do; faults and the like are for tests.
ACTIONS = frozenset(
    {
        "say",
        "edit",
        "delete",
        "react",
        "unreact",
        "join",
        "click",
        "click_in_view",
        "options",
        "submit_view",
        "close_view",
        "shortcut",
        "command",
        "stop",
        "open_home",
        "look_at",
    }
)
HEADERS = {
    # The page needs nothing from elsewhere, and the browser is told to see to that.
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


class Page:
    """The page of one stack; serve it with `Running(Page(stack).make_app)`."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._slack = f"{stack.slack_url}/_control"
        self._http: aiohttp.ClientSession | None = None

    def make_app(self) -> web.Application:
        """Return the application to serve."""
        app = web.Application(client_max_size=MOST_UPLOADED, middlewares=[_guard])
        app.add_routes(
            [
                web.get("/", self.index),
                web.get("/browse/{key}", self.issue_link),
                web.get("/documents/{path:.+}", show_document),
                web.get("/api/state", self.state),
                web.get("/api/changes", self.changes),
                web.get("/api/usage", self.usage),
                web.post("/api/act/{action}", self.act),
                web.post("/api/upload", self.upload),
                web.static("/static", STATIC),
            ]
        )
        app.cleanup_ctx.append(self._client)
        return app

    async def index(self, _: web.Request) -> web.FileResponse:
        return web.FileResponse(STATIC / "index.html")

    async def issue_link(self, request: web.Request) -> web.Response:
        """Open the page at an issue: links to the sandbox's Jira lead here."""
        raise web.HTTPFound(f"/?issue={request.match_info['key']}")

    async def state(self, request: web.Request) -> web.Response:
        """Answer with all that the page draws, for the person `me` or the first one."""
        async with self._client_session.get(f"{self._slack}/state") as answer:
            slack = await answer.json()
        persons = [person["id"] for person in slack["people"] if not person["is_bot"]]
        asked = request.query.get("me")
        me = asked if asked in persons else persons[0]
        calls = self._stack.recorder.after(0)
        shown = {
            **{name: slack[name] for name in ("number", "people", "statuses", "sessions", "homes", "ephemerals")},
            "me": me,
            "bot": slack["bot"]["user_id"],
            "team": slack["team"]["name"],
            "channels": [{**channel, "messages": None} for channel in slack["channels"]],
            "messages": {channel["id"]: channel["messages"] for channel in slack["channels"]},
            "prompts": slack["prompts"],
            "views": slack["views"].get(me, []),
            "real": {
                "slack": False,
                "claude": environment.is_claude_real(self._stack.outer),
                "jira": environment.is_jira_real(self._stack.outer),
                "confluence": environment.is_confluence_real(self._stack.outer),
            },
            "issues": [issue_json(issue) for issue in list(self._stack.jira.issues.values())],
            "calls": [self._call_json(call) for call in calls],
            "last_call": calls[-1].number if calls else 0,
            "costs": self._costs(),
            "examples": EXAMPLES,
            "file_emoji": self._file_emoji,
        }
        return web.json_response(shown)

    async def usage(self, request: web.Request) -> web.Response:
        """Answer with what the bot booked, as far as the person `me` may see it."""
        me, slack = request.query.get("me", ""), self._stack.slack.workspace
        if me not in slack.people:
            raise web.HTTPNotFound
        told, now = self._stack.environment, utc_now()
        return web.json_response(await asyncio.to_thread(usage_json, self._books, slack, me, told, now))

    @functools.cached_property
    def _books(self) -> Accounts:
        return Accounts(connect(self._stack.redis_url))

    async def changes(self, request: web.Request) -> web.StreamResponse:
        """Stream changes of Slack and Jira and the calls made, as server-sent events."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", **HEADERS})
        await response.prepare(request)
        queue: asyncio.Queue[Json] = asyncio.Queue()
        watchers = [
            asyncio.create_task(self._follow_slack(queue, request.query.get("after", "0"))),
            asyncio.create_task(self._follow_the_rest(queue, int(request.query.get("calls", "0")))),
        ]
        try:
            while True:
                await response.write(await _next(queue))
        except ConnectionResetError:
            return response  # The page was closed.
        finally:
            for watcher in watchers:
                watcher.cancel()

    async def act(self, request: web.Request) -> web.Response:
        """Do one thing in a person's name; what Slack's client would say to a failure comes back as `error`."""
        action = request.match_info["action"]
        if action not in ACTIONS:
            raise web.HTTPNotFound
        async with self._client_session.post(f"{self._slack}/{action}", data=await request.read()) as answer:
            return web.json_response(await answer.json())

    async def upload(self, request: web.Request) -> web.Response:
        """Write a message with a file."""
        form = await request.post()
        file = form["file"]
        if not isinstance(file, web.FileField):
            raise web.HTTPBadRequest
        given = NewFile(file.filename, file.file.read(), file.content_type)
        channel, user, text, thread = (str(form.get(name, "")) for name in ("channel", "user", "text", "thread_ts"))
        ts = await asyncio.to_thread(self._stack.slack.say, channel, user, text, thread or None, [given])
        return web.json_response({"result": {"ts": ts}})

    async def _follow_slack(self, queue: asyncio.Queue[Json], after: str) -> None:
        """Pass on what changes in Slack; the recorder knows more of the calls, so those are left out."""
        address = f"{self._slack}/changes?after={after}"
        async with self._client_session.get(address, timeout=aiohttp.ClientTimeout(total=None)) as stream:
            async for line in stream.content:
                if line.startswith(b"data: "):
                    change = json.loads(line.removeprefix(b"data: "))
                    if change["kind"] != "call":
                        queue.put_nowait(change)

    async def _follow_the_rest(self, queue: asyncio.Queue[Json], last: int) -> None:
        """Look at the recorder's notes and at Jira's issues again and again."""
        looks = {key: look_of(issue) for key, issue in list(self._stack.jira.issues.items())}
        while True:
            for call in self._stack.recorder.after(last):
                last = call.number
                more = {"costs": self._costs()} if call.service == "claude" else {}
                queue.put_nowait({"kind": "call", "call": self._call_json(call), **more})
            for change in self._changed_issues(looks):
                queue.put_nowait(change)
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    def _changed_issues(self, looks: dict[str, tuple[Any, ...]]) -> Iterator[Json]:
        for key, issue in list(self._stack.jira.issues.items()):
            look = look_of(issue)
            if looks.get(key) != look:
                looks[key] = look
                yield {"kind": "issue", "issue": issue_json(issue)}

    @property
    def _file_emoji(self) -> str:
        """The emoji that makes a draft of a message, empty if none does."""
        name = self._stack.environment.get("REACTION_EMOJI", DEFAULT_EMOJI).strip(": ").lower()
        return "" if name == "off" else name

    def _costs(self) -> Json:
        claude = self._stack.claude
        return costs(list(claude.requests), list(claude.batches.values()))

    def _call_json(self, call: Call) -> Json:
        shown = asdict(call)
        kept = next((one for one in self._stack.claude.requests if one.request_id == call.request_id), None)
        if kept is not None and kept.usage:
            shown["tokens"] = call_tokens(kept)
        return shown

    @property
    def _client_session(self) -> aiohttp.ClientSession:
        if self._http is None:
            raise RuntimeError("the page is not being served")
        return self._http

    async def _client(self, _app: web.Application) -> Any:
        self._http = aiohttp.ClientSession()
        yield
        await self._http.close()


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what another site makes a browser send, and set the headers of every answer."""
    host = request.host.rsplit(":", 1)[0]
    origin = request.headers.get("Origin", f"http://{request.host}")
    if host not in ("127.0.0.1", "localhost") or origin != f"http://{request.host}":
        raise web.HTTPForbidden
    response = await handler(request)
    if not response.prepared:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
    return response


async def _next(queue: asyncio.Queue[Json]) -> bytes:
    try:
        change = await asyncio.wait_for(queue.get(), KEEP_ALIVE_SECONDS)
    except TimeoutError:
        return b": still here\n\n"
    return f"data: {json.dumps(change)}\n\n".encode()
