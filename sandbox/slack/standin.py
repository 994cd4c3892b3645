"""The Slack stand-in: serve `make_app()`, then act as people and look at what the bot did."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Any, TypeVar

from aiohttp import web

from sandbox.faults import Faults
from sandbox.slack.api_door import ApiDoor, Call
from sandbox.slack.clock import Clock
from sandbox.slack.control import Control
from sandbox.slack.delivery import Deliveries, Delivery
from sandbox.slack.http_delivery import HttpDelivery
from sandbox.slack.limits import Limits
from sandbox.slack.links import Links
from sandbox.slack.messages import Message, Stream, Version
from sandbox.slack.modals import View
from sandbox.slack.people import NewFile, People
from sandbox.slack.records import Ephemeral, StatusChange
from sandbox.slack.service import Service
from sandbox.slack.workspace import Workspace

Json = dict[str, Any]
T = TypeVar("T")


class SlackStandIn:
    """One Slack workspace with the bot installed. People's acts may be called from any thread but the server's own."""

    def __init__(self, *, scopes: set[str] | None = None, subscriptions: set[str] | None = None) -> None:
        self.slack = Service.make(scopes=scopes, subscriptions=subscriptions)
        self.faults = Faults()
        self.people = People(self.slack)
        self.door = ApiDoor(self.slack, self.faults)
        self.links = Links(self.slack, self.faults)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._http: HttpDelivery | None = None

    def make_app(self) -> web.Application:
        """Return the application to serve; once per stand-in."""
        app = web.Application(client_max_size=64 * 2**20, middlewares=[self._note_address])
        app.router.add_route("*", "/api/{method}", self.door.handle)
        app.router.add_get("/link/", self.slack.sockets.handle)
        self.links.add_routes(app)
        Control(self.slack, self.people, self.faults).add_routes(app)
        app.cleanup_ctx.append(self._lifetime)
        return app

    # --- what people do -------------------------------------------------------------------------------------------

    def say(
        self,
        channel: str,
        user: str,
        text: str,
        thread_ts: str | None = None,
        files: Sequence[NewFile] = (),
        *,
        is_broadcast: bool = False,
    ) -> str:
        """Write a message and return its ts; put `mention` into the text to call the bot."""
        return self._do(self.people.say(channel, user, text, thread_ts, files, is_broadcast=is_broadcast))

    def say_as_bot(
        self,
        channel: str,
        user: str,
        text: str,
        thread_ts: str | None = None,
        attachments: list[dict[str, Any]] | None = None,
        blocks: list[dict[str, Any]] | None = None,
    ) -> str:
        """Write a message as the user of another app and return its ts."""
        return self._do(self.people.say_as_bot(channel, user, text, thread_ts, attachments, blocks))

    def edit(self, channel: str, ts: str, text: str) -> None:
        """Change the text of a person's message."""
        self._do(self.people.edit(channel, ts, text))

    def delete(self, channel: str, ts: str) -> None:
        """Delete a message."""
        self._do(self.people.delete(channel, ts))

    def react(self, channel: str, ts: str, user: str, name: str) -> None:
        """Put an emoji on a message."""
        self._do(self.people.react(channel, ts, user, name))

    def unreact(self, channel: str, ts: str, user: str, name: str) -> None:
        """Take one's own emoji from a message."""
        self._do(self.people.unreact(channel, ts, user, name))

    def join(self, channel: str, user: str) -> None:
        """Become a member of a channel."""
        self._do(self.people.join(channel, user))

    def click(self, channel: str, ts: str, user: str, action_id: str, value: Any = None) -> Any:
        """Press a button of a message; return the ack's body, raise NotAcknowledged without an ack."""
        return self._do(self.people.click(channel, ts, user, action_id, value))

    def click_in_view(
        self, user: str, view_id: str, action_id: str, value: Any = None, values: Json | None = None
    ) -> Any:
        """Press a button of an open modal or of the App Home, or choose in a select; as `click`."""
        return self._do(self.people.click_in_view(user, view_id, action_id, value, values))

    def submit_view(self, user: str, view_id: str, values: Json) -> Json:
        """Send a form (`top` is the modal in front), values by block id or action id; return the ack's body.

        Raises FormIncomplete for what Slack's client would not send, NotAcknowledged without an ack.
        """
        return self._do(self.people.submit_view(user, view_id, values))

    def close_view(self, user: str, view_id: str) -> Json:
        """Close a modal."""
        return self._do(self.people.close_view(user, view_id))

    def options(self, user: str, view_id: str, action_id: str, typed: str, block_id: str | None = None) -> Json:
        """Type into an external select of a view; return the options that the app offers."""
        return self._do(self.people.options(user, view_id, action_id, typed, block_id))

    def shortcut(self, channel: str, ts: str, user: str, callback_id: str) -> Any:
        """Use a message shortcut; as `click`."""
        return self._do(self.people.shortcut(channel, ts, user, callback_id))

    def command(self, channel: str, user: str, command: str, text: str = "") -> Any:
        """Use a slash command; as `click`. Text in the ack becomes an ephemeral message."""
        return self._do(self.people.command(channel, user, command, text))

    def stop(self, channel: str, thread_ts: str, user: str) -> str | None:
        """Press Stop in a thread: its streams end, the app gets `agent_session_stopped`."""
        return self._do(self.people.stop(channel, thread_ts, user))

    def open_home(self, user: str, tab: str = "home") -> str | None:
        """Open the app's home or messages tab."""
        return self._do(self.people.open_home(user, tab))

    def look_at(self, user: str, channel: str) -> str | None:
        """Open a channel beside the agent: the app hears what is looked at."""
        return self._do(self.people.look_at(user, channel))

    # --- how the app is reached -----------------------------------------------------------------------------------

    def deliver_to(self, url: str, signing_secret: str, *, is_verified: bool = True) -> None:
        """Deliver by signed HTTP from now on, after the URL passed Slack's handshake (unless told not to ask)."""
        self._do(self._deliver_to(url, signing_secret, is_verified=is_verified))

    def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every Socket Mode connection to come again."""
        self._do(self.slack.sockets.disconnect(reason))

    def cut_connections(self) -> None:
        """Drop every Socket Mode connection without a goodbye."""
        self._do(self._cut())

    def redeliver(self, delivery: Delivery) -> bool:
        """Bring an event once more, as Slack does when its ack came too late; return whether it is acknowledged."""
        return self._do(self.slack.deliveries.again(delivery))

    # --- what there is to see -------------------------------------------------------------------------------------

    @property
    def delivery(self) -> Deliveries:
        """How patiently events are brought: `ack_seconds`, `redelivery_seconds`, `wait_for_app_seconds`."""
        return self.slack.deliveries

    @property
    def workspace(self) -> Workspace:
        return self.slack.workspace

    @property
    def limits(self) -> Limits:
        return self.slack.limits

    @property
    def clock(self) -> Clock:
        return self.slack.clock

    @property
    def mention(self) -> str:
        """The bot's mention, as it stands in a text."""
        return f"<@{self.workspace.bot_user_id}>"

    @property
    def calls(self) -> list[Call]:
        """Every call of the Web API, oldest first."""
        return list(self.door.calls)

    @property
    def deliveries(self) -> list[Delivery]:
        """Everything that was brought to the app, oldest first."""
        return list(self.slack.deliveries.log)

    @property
    def events_under_way(self) -> int:
        """How many events are neither acknowledged nor given up."""
        return self.slack.deliveries.under_way

    @property
    def connections(self) -> int:
        """How many Socket Mode connections are open."""
        return len(self.slack.sockets.connections)

    @property
    def statuses(self) -> list[StatusChange]:
        """Every status line that came and went, oldest first."""
        return list(self.workspace.statuses)

    @property
    def views(self) -> dict[str, list[View]]:
        """The open modals of each person, the one in front last."""
        return {user: list(stack) for user, stack in list(self.workspace.views.items())}

    @property
    def homes(self) -> dict[str, View]:
        """The published App Home of each person."""
        return dict(self.workspace.homes)

    @property
    def ephemerals(self) -> list[Ephemeral]:
        return list(self.workspace.ephemerals)

    def messages(self, channel: str, thread_ts: str | None = None) -> list[Message]:
        """Return the messages of a channel, or of one thread with its root, oldest first."""
        place = self.workspace.channel(channel)
        return list(place.messages.values()) if thread_ts is None else place.thread(thread_ts)

    def replies_of_bot(self, channel: str, thread_ts: str) -> list[Message]:
        """Return what the bot wrote in a thread, oldest first."""
        return [m for m in self.messages(channel, thread_ts) if m.bot_id == self.workspace.bot_id]

    def live_streams(self) -> list[Stream]:
        """Return the streams that take text."""
        shown = [
            message for channel in list(self.workspace.channels.values()) for message in list(channel.messages.values())
        ]
        return [message.stream for message in shown if message.stream and message.stream.state == "streaming"]

    def message(self, channel: str, ts: str) -> Message:
        """Return one message; raises KeyError when it is not there."""
        return self.workspace.message(channel, ts)

    def versions(self, channel: str, ts: str) -> list[Version]:
        """Return everything that a message ever looked like."""
        return list(self.message(channel, ts).versions)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _do(self, act: Coroutine[Any, Any, T]) -> T:
        if self._loop is None:
            act.close()
            raise RuntimeError("the stand-in is not being served")
        return asyncio.run_coroutine_threadsafe(act, self._loop).result(60)

    async def _deliver_to(self, url: str, signing_secret: str, *, is_verified: bool) -> None:
        target = HttpDelivery(url, signing_secret)
        try:
            if is_verified:
                await target.verify()
        except BaseException:
            await target.close()
            raise
        await self._close_http()
        self._http = target
        self.slack.deliveries.transport = target

    async def _cut(self) -> None:
        self.slack.sockets.cut()

    async def _close_http(self) -> None:
        if self._http is not None:
            await self._http.close()

    async def _lifetime(self, app: web.Application) -> AsyncIterator[None]:  # noqa: ARG002  aiohttp passes it
        self._loop = asyncio.get_running_loop()
        yield
        self.slack.deliveries.stop()
        await self._close_http()

    @web.middleware
    async def _note_address(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if request.path.startswith("/api/"):
            # Payloads carry links to this server, and only the app's requests tell under which address it reaches us.
            self.workspace.base_url = str(request.url.origin())
        response: web.StreamResponse = await handler(request)
        return response
