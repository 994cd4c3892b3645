"""The parts of the stand-in, put together once, for the web API, the people and the control routes."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack import events
from sandbox.slack.changes import Changes
from sandbox.slack.clock import Clock
from sandbox.slack.delivery import Deliveries
from sandbox.slack.demo_workspace import demo_workspace
from sandbox.slack.limits import Limits
from sandbox.slack.messages import Message, VersionKind
from sandbox.slack.records import Channel
from sandbox.slack.socket_mode import SocketMode
from sandbox.slack.triggers import Triggers
from sandbox.slack.workspace import Workspace

Json = dict[str, Any]

BOT_TOKEN = "xoxb-sandbox"
APP_TOKEN = "xapp-sandbox"
DEFAULT_SCOPES = frozenset(
    {
        "app_mentions:read",
        "assistant:write",
        "channels:history",
        "channels:join",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "links:read",
        "links:write",
        "mpim:history",
        "mpim:read",
        "reactions:read",
        "reactions:write",
        "team:read",
        "users:read",
        "users:read.email",
    }
)


@dataclass
class Service:
    """Slack behind its doors: the workspace, its clock and limits, and the ways to the app."""

    clock: Clock
    changes: Changes
    workspace: Workspace
    limits: Limits
    triggers: Triggers
    sockets: SocketMode
    deliveries: Deliveries
    scopes: set[str]
    bot_tokens: set[str] = field(default_factory=lambda: {BOT_TOKEN})
    app_tokens: set[str] = field(default_factory=lambda: {APP_TOKEN})
    is_agent: bool = True
    latency_seconds: float = 0.0
    stream_seconds: float = 300.0
    stream_text_limit: int = 12_000

    @classmethod
    def make(cls, *, scopes: set[str] | None = None, subscriptions: set[str] | None = None) -> Service:
        """Return a fresh workspace with nobody connected."""
        clock, changes = Clock(), Changes()
        workspace = demo_workspace(clock, changes)
        sockets = SocketMode(workspace.app_id)
        granted = set(DEFAULT_SCOPES) if scopes is None else scopes
        subscribed = set(events.DEFAULT_EVENTS) if subscriptions is None else subscriptions
        deliveries = Deliveries(workspace, sockets, granted, subscribed)
        return cls(clock, changes, workspace, Limits(clock), Triggers(clock), sockets, deliveries, granted)

    def post(self, message: Message) -> Message:
        """Store a message and tell the app of it."""
        self.workspace.add(message)
        self.deliveries.message_event(events.message_event(self.workspace, message))
        return message

    def shown(self, message: Message) -> Json:
        """Return a message as it stands now, to be compared with after a change."""
        return copy.deepcopy(self.workspace.message_json(message))

    def changed(self, message: Message, kind: VersionKind, before: Json) -> None:
        """Note a change of a stored message and tell the app of it."""
        self.workspace.touched(message, kind)
        event = events.changed_event(self.workspace, message, before, self.clock.next_ts())
        self.deliveries.message_event(event)

    def remove(self, message: Message) -> None:
        """Delete a message and tell the app of it; the root of a thread with replies leaves a tombstone."""
        before = self.shown(message)
        if before.get("reply_count"):
            message.subtype, message.text, message.user = "tombstone", "This message was deleted.", "USLACKBOT"
            message.blocks = message.markdown_text = message.bot_id = message.metadata = None
            self.changed(message, "edited", before)
            return
        self.workspace.remove(message)
        channel = self.workspace.channels[message.channel]
        self.deliveries.message_event(events.deleted_event(channel, before, self.clock.next_ts()))

    def join(self, channel: Channel, user: str) -> None:
        """Make a person or the bot a member and say so in the channel."""
        if user in channel.members:
            return
        channel.members.append(user)
        text = f"<@{user}> has joined the channel"
        self.post(Message(channel.id, self.clock.next_ts(), user, text, subtype="channel_join"))
        joined = {"type": "member_joined_channel", "user": user, "channel": channel.id, "team": self.workspace.team_id}
        self.deliveries.event(joined)

    def stream_has_ended(self, message: Message) -> bool:
        """Return whether a stream takes no more text; one that lived its time is finalised here."""
        stream = message.stream
        if stream is None:
            return True
        if stream.state == "streaming" and self.clock.monotonic() - stream.started_at >= self.stream_seconds:
            before = self.shown(message)
            stream.state = "expired"
            self.changed(message, "stopped", before)
        return stream.state != "streaming"
