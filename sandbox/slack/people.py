"""What people do in the workspace: write, edit, click, fill in forms; each reaches the app as Slack would bring it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.slack import events, interactions, reactions
from sandbox.slack.errors import ApiError
from sandbox.slack.messages import Message, interactive_elements
from sandbox.slack.modals import View
from sandbox.slack.records import Channel, Person
from sandbox.slack.service import Service
from sandbox.slack.web_api.files import new_file
from sandbox.slack.web_api.views import checked_view, put_on_top, show, view_json

Json = dict[str, Any]


@dataclass(frozen=True)
class NewFile:
    """A file that a person attaches."""

    name: str
    content: bytes
    mimetype: str | None = None
    is_connect: bool = False
    """Whether it comes from another company over Slack Connect, and so without its link."""
    url: str | None = None
    """An address in the place of Slack's own."""
    size: int | None = None
    """A size that is not its own."""
    preview: bytes = b""
    """The smaller picture that Slack makes of a large one."""


@dataclass
class People:
    """The hands of everybody in the workspace; runs on the server's loop. Channels and people go by id or name."""

    slack: Service

    async def say(
        self,
        channel: str,
        user: str,
        text: str,
        thread_ts: str | None = None,
        files: Sequence[NewFile] = (),
        *,
        is_broadcast: bool = False,
    ) -> str:
        """Write a message; a mention of the bot arrives twice, as Slack sends it."""
        place, person = self._member(channel, user)
        root = self._root(place, thread_ts)
        stored = [new_file(self.slack, f.name, f.content, person.id, f.mimetype) for f in files]
        for file, given in zip(stored, files, strict=True):
            file.channels.append(place.id)
            file.is_connect, file.url, file.size, file.preview = given.is_connect, given.url, given.size, given.preview
        message = Message(
            channel=place.id,
            ts=self.slack.clock.next_ts(),
            user=person.id,
            text=text,
            thread_ts=root,
            blocks=events.rich_text(text) if text else None,
            files=[file.id for file in stored],
            client_msg_id=str(uuid.uuid4()),
            is_broadcast=is_broadcast,
        )
        self.slack.post(message)
        for event in events.link_events(self.slack.workspace, message):
            self.slack.deliveries.event(event)
        is_mention = f"<@{self.slack.workspace.bot_user_id}" in text
        if is_mention and place.kind != "im" and self.slack.workspace.is_bot_in(place):
            self.slack.deliveries.event(events.mention_event(self.slack.workspace, message))
        return message.ts

    async def say_as_bot(
        self,
        channel: str,
        user: str,
        text: str,
        thread_ts: str | None = None,
        attachments: list[Json] | None = None,
        blocks: list[Json] | None = None,
    ) -> str:
        """Write a message as the user of another app, such as a monitoring system with all it hangs on its alerts."""
        place, person = self._member(channel, user)
        ts, bot_id = self.slack.clock.next_ts(), f"B{person.id[1:]}"
        root = self._root(place, thread_ts)
        message = Message(place.id, ts, person.id, text, root, bot_id, blocks=blocks, attachments=attachments)
        self.slack.post(message)
        if f"<@{self.slack.workspace.bot_user_id}" in text and self.slack.workspace.is_bot_in(place):
            self.slack.deliveries.event(events.mention_event(self.slack.workspace, message))
        return ts

    async def edit(self, channel: str, ts: str, text: str, user: str = "") -> None:
        """Change the text of a person's message; as a person, of one's own only."""
        message = self._own(channel, ts, user, "cant_update_message")
        before = self.slack.shown(message)
        message.text, message.blocks = text, events.rich_text(text)
        message.edited = {"user": message.user, "ts": self.slack.clock.next_ts()}
        self.slack.changed(message, "edited", before)

    async def delete(self, channel: str, ts: str, user: str = "") -> None:
        """Delete a message; as a person, one's own only."""
        self.slack.remove(self._own(channel, ts, user, "cant_delete_message"))

    async def react(self, channel: str, ts: str, user: str, name: str) -> None:
        """Put an emoji on a message."""
        place, person = self._onlooker(channel, user)
        reactions.put_on(self.slack, place.messages[ts], person.id, name)

    async def unreact(self, channel: str, ts: str, user: str, name: str) -> None:
        """Take one's own emoji from a message."""
        place, person = self._onlooker(channel, user)
        reactions.take_back(self.slack, place.messages[ts], person.id, name)

    async def join(self, channel: str, user: str) -> None:
        """Become a member of a channel."""
        self.slack.join(self.slack.workspace.channel(channel), self.slack.workspace.person(user).id)

    async def click(self, channel: str, ts: str, user: str, action_id: str, value: Any = None) -> Any:
        """Press the button (or choose `value` in the select) with this action id; return the body of the ack."""
        place, person = self._onlooker(channel, user)
        message, is_ephemeral = self._seen(place, ts, person), ts not in place.messages
        action = self._pressed(message.blocks or [], action_id, value)
        payload = interactions.click_on_message(self.slack, person, action, message, is_ephemeral=is_ephemeral)
        return await self.slack.deliveries.ask("interactive", payload)

    async def click_in_view(
        self, user: str, view_id: str, action_id: str, value: Any = None, values: Json | None = None
    ) -> Any:
        """Press a button of an open modal or of the App Home, or choose in a select; `values` is what was typed."""
        person, view = self.slack.workspace.person(user), self.view(user, view_id)
        action = self._pressed(view_json(self.slack, view)["blocks"], action_id, value)
        state = view.fill({**(values or {}), **interactions.choice(action, value)}, is_sent=False)
        payload = interactions.click_in_view(self.slack, person, action, view, state)
        return await self.slack.deliveries.ask("interactive", payload)

    async def submit_view(self, user: str, view_id: str, values: Json) -> Json:
        """Send a filled-in form; what the app answers happens to the open view. Returns the body of the ack."""
        person, view = self.slack.workspace.person(user), self.view(user, view_id)
        state = view.fill(values)
        payload = interactions.view_submission(self.slack, person, view, state)
        answer = await self.slack.deliveries.ask("interactive", payload)
        body = answer if isinstance(answer, dict) else {}
        self._apply(view, body)
        return body

    async def close_view(self, user: str, view_id: str) -> Json:
        """Close a modal; the app hears of it if the view asked for that."""
        person, view = self.slack.workspace.person(user), self.view(user, view_id)
        self._close(view)
        if not view.body.get("notify_on_close"):
            return {}
        payload = interactions.view_closed(self.slack, person, view)
        return dict(await self.slack.deliveries.ask("interactive", payload) or {})

    async def options(self, user: str, view_id: str, action_id: str, typed: str, block_id: str | None = None) -> Json:
        """Type into an external select of a view and return the options that the app offers."""
        person, view = self.slack.workspace.person(user), self.view(user, view_id)
        payload = interactions.block_suggestion(self.slack, person, view, action_id, typed, block_id)
        return dict(await self.slack.deliveries.ask("interactive", payload) or {})

    async def shortcut(self, channel: str, ts: str, user: str, callback_id: str) -> Any:
        """Use a message shortcut."""
        place, person = self._onlooker(channel, user)
        message = place.messages[ts]
        payload = interactions.message_action(self.slack, person, message, callback_id)
        return await self.slack.deliveries.ask("interactive", payload)

    async def command(self, channel: str, user: str, command: str, text: str = "") -> Any:
        """Use a slash command; an ack with text shows it to the person alone."""
        place, person = self._onlooker(channel, user)
        payload = interactions.slash_command(self.slack, person, place, command, text)
        answer = await self.slack.deliveries.ask("slash_commands", payload)
        interactions.show_command_answer(self.slack, place, person, answer)
        return answer

    async def stop(self, channel: str, thread_ts: str, user: str) -> str | None:
        """Press Stop: Slack ends the thread's streams and tells the app; returns the event's id."""
        place, person = self.slack.workspace.channel(channel), self.slack.workspace.person(user)
        stopped = []
        for message in place.thread(thread_ts):
            if message.stream is not None and not self.slack.stream_has_ended(message):
                before = self.slack.shown(message)
                message.stream.state = "stopped_by_user"
                self.slack.changed(message, "stopped", before)
                stopped.append(message.ts)
        event = {"type": "agent_session_stopped", "channel": place.id, "user": person.id, "thread_ts": thread_ts}
        event |= {"event_ts": self.slack.clock.next_ts()}
        return self.slack.deliveries.event({**event, "streaming_message_ts": stopped})

    async def open_home(self, user: str, tab: str = "home") -> str | None:
        """Open the app's home or messages tab; returns the event's id."""
        person = self.slack.workspace.person(user)
        event: Json = {"type": "app_home_opened", "user": person.id, "tab": tab}
        event |= {"channel": self.slack.workspace.dm(person.id).id, "event_ts": self.slack.clock.next_ts()}
        home = self.slack.workspace.homes.get(person.id)
        if tab == "home" and home is not None:
            event["view"] = view_json(self.slack, home)
        return self.slack.deliveries.event(event)

    async def look_at(self, user: str, channel: str) -> str | None:
        """Open a channel while the agent's view is open beside it; returns the event's id."""
        person, place = self.slack.workspace.person(user), self.slack.workspace.channel(channel)
        looked_at = {"type": "slack#/types/channel_id", "value": place.id, "team_id": self.slack.workspace.team_id}
        event: Json = {"type": "app_context_changed", "user": person.id, "context": {"entities": [looked_at]}}
        return self.slack.deliveries.event(event | {"event_ts": self.slack.clock.next_ts()})

    def _pressed(self, blocks: list[Json], action_id: str, value: Any) -> Json:
        """Return the action of a click; of several elements with this action id the one with this value."""
        found = [pair for pair in interactive_elements(blocks) if pair[1]["action_id"] == action_id]
        if not found:
            raise LookupError(f"there is nothing to click called {action_id!r}")
        block, element = next((pair for pair in found if value is not None and pair[1].get("value") == value), found[0])
        return interactions.action(block, element, value, self.slack.clock.next_ts())

    def _member(self, channel: str, user: str) -> tuple[Channel, Person]:
        place, person = self.slack.workspace.channel(channel), self.slack.workspace.person(user)
        if person.id not in place.members:
            raise ValueError(f"{person.name} is not a member of {place.name or place.id}")
        if place.is_archived:
            raise ValueError(f"{place.name} is archived")
        return place, person

    def _own(self, channel: str, ts: str, user: str, refusal: str) -> Message:
        message = self.slack.workspace.message(channel, ts)
        if user and message.user != self.slack.workspace.person(user).id:
            raise ApiError(refusal)
        return message

    def _onlooker(self, channel: str, user: str) -> tuple[Channel, Person]:
        """Return a channel and somebody who sees what is in it."""
        place, person = self.slack.workspace.channel(channel), self.slack.workspace.person(user)
        is_public = place.kind == "channel" and not (person.is_restricted or person.is_ultra_restricted)
        if person.id not in place.members and not is_public:
            raise ValueError(f"{person.name} cannot see {place.name or place.id}")
        return place, person

    def _seen(self, place: Channel, ts: str, person: Person) -> Message:
        if ts in place.messages:
            return place.messages[ts]
        for shown in self.slack.workspace.ephemerals:
            if (shown.channel, shown.ts, shown.user) == (place.id, ts, person.id):
                return shown.to_message(self.slack.workspace.bot_user_id, self.slack.workspace.bot_id)
        raise LookupError(f"{person.name} sees no message {ts} in {place.name or place.id}")

    @staticmethod
    def _root(place: Channel, thread_ts: str | None) -> str | None:
        if not thread_ts:
            return None
        if thread_ts not in place.messages:
            raise ValueError(f"no message {thread_ts} in {place.name or place.id} to reply to")
        return place.messages[thread_ts].thread_ts or thread_ts

    def view(self, user: str, view_id: str) -> View:
        """Return an open view of a person: the home, or a modal (`top` is the one in front)."""
        person = self.slack.workspace.person(user)
        stack = self.slack.workspace.views.get(person.id, [])
        if view_id == "top" and stack:
            return stack[-1]
        home = self.slack.workspace.homes.get(person.id)
        for view in [*stack, *([home] if home else [])]:
            if view.id == view_id:
                return view
        raise LookupError(f"{person.name} has no open view {view_id}")

    def _apply(self, view: View, body: Json) -> None:
        action = body.get("response_action")
        if action == "errors":
            view.errors = dict(body.get("errors", {}))
            self._check_errors(view)
            self.slack.changes.add("view_updated", user=view.user, view=view_json(self.slack, view), errors=view.errors)
        elif action == "update":
            show(self.slack, view, checked_view(self.slack, body.get("view"), ("modal",), view))
        elif action == "push":
            put_on_top(self.slack, view.user, checked_view(self.slack, body.get("view"), ("modal",)))
        elif action == "clear":
            for open_view in list(self.slack.workspace.views.get(view.user, [])):
                self._close(open_view)
        else:
            self._close(view)

    def _check_errors(self, view: View) -> None:
        blocks = {block["block_id"] for block in view_json(self.slack, view)["blocks"] if block["type"] == "input"}
        strangers = set(view.errors) - blocks
        if strangers:
            raise ApiError("invalid_arguments", [f"errors for blocks that are no input: {sorted(strangers)}"])

    def _close(self, view: View) -> None:
        stack = self.slack.workspace.views.get(view.user, [])
        if view in stack:
            stack.remove(view)
        view.is_open = False
        self.slack.changes.add("view_closed", user=view.user, view_id=view.id)
