"""What the workspace knows: people, channels, messages, statuses, sessions; nothing here sends anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from sandbox.slack.changes import Changes
from sandbox.slack.clock import Clock
from sandbox.slack.messages import Message, VersionKind
from sandbox.slack.modals import View
from sandbox.slack.records import Channel, Ephemeral, Person, Session, StatusCause, StatusChange, StoredFile

STATUS_SECONDS = 120.0
"""How long a status line stays without being set again."""

Json = dict[str, Any]


@dataclass
class Workspace:
    """One Slack team with one installed app."""

    clock: Clock
    changes: Changes
    team_id: str = "T0SANDBOX"
    team_name: str = "Sandbox"
    team_domain: str = "sandbox-demo"
    app_id: str = "A0SUPPORT"
    bot_id: str = "B0SUPPORT"
    bot_user_id: str = "U0SUPPORT"
    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    statuses: list[StatusChange] = field(default_factory=list)
    shown_statuses: dict[tuple[str, str], StatusChange] = field(default_factory=dict)
    """The latest change of each thread; `status_of` says what is still shown."""
    ephemerals: list[Ephemeral] = field(default_factory=list)
    views: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    prompts: dict[str, Json] = field(default_factory=dict)
    titles: dict[tuple[str, str], str] = field(default_factory=dict)
    sessions: dict[tuple[str, str], Session] = field(default_factory=dict)
    unfurl_domains: set[str] = field(default_factory=set)
    """Links into these domains are announced by `link_shared`."""
    unfurls: list[Json] = field(default_factory=list)
    base_url: str = "http://127.0.0.1"
    """Where links to files and response urls lead; set by the first request that arrives."""

    def person(self, user: str) -> Person:
        """Return a person by id or handle."""
        handle = user.removeprefix("@").lower()
        for person in self.people.values():
            if person.id == user or person.name == handle:
                return person
        raise KeyError(f"nobody called {user!r} in the workspace")

    def channel(self, channel: str) -> Channel:
        """Return a channel by id or name (with or without the #); `@ada` is Ada's direct message with the bot."""
        if channel.startswith("@"):
            return self.dm(self.person(channel).id)
        name = channel.removeprefix("#")
        for known in self.channels.values():
            if known.id == channel or known.name == name:
                return known
        raise KeyError(f"no channel {channel!r} in the workspace")

    def dm(self, user_id: str) -> Channel:
        """Return the direct message channel of a person with the bot, opened if need be."""
        for channel in self.channels.values():
            if channel.kind == "im" and user_id in channel.members:
                return channel
        channel = Channel(f"D{user_id[1:]}", "", "im", [user_id, self.bot_user_id])
        self.channels[channel.id] = channel
        return channel

    def message(self, channel: str, ts: str) -> Message:
        return self.channel(channel).messages[ts]

    def is_bot_in(self, channel: Channel) -> bool:
        return self.bot_user_id in channel.members

    def add(self, message: Message) -> Message:
        """Store a new message; a post in a thread takes that thread's status line away."""
        message.remember("posted", self.clock.monotonic(), self.clock.wall())
        self.channels[message.channel].add(message)
        if message.bot_id == self.bot_id:
            self.clear_status(message.channel, message.thread_ts or message.ts, "posted")
        self.changes.add("message", channel=message.channel, ts=message.ts, message=self.message_json(message))
        return message

    def touched(self, message: Message, kind: VersionKind) -> None:
        """Note that a stored message looks different now."""
        message.remember(kind, self.clock.monotonic(), self.clock.wall())
        self.changes.add("message", channel=message.channel, ts=message.ts, message=self.message_json(message))

    def reacted(self, message: Message) -> None:
        """Note that the emoji on a message changed; its words are what they were."""
        self.changes.add("message", channel=message.channel, ts=message.ts, message=self.message_json(message))

    def remove(self, message: Message) -> None:
        self.channels[message.channel].remove(message)
        self.changes.add("message_deleted", channel=message.channel, ts=message.ts)

    def hide_ephemeral(self, ts: str | None) -> None:
        """Take a message away from the one person who sees it."""
        self.ephemerals = [shown for shown in self.ephemerals if shown.ts != ts]
        self.changes.add("ephemeral_hidden", ts=ts)

    def set_status(self, channel: str, thread_ts: str, status: str, loading_messages: list[str]) -> None:
        if not status:
            self.clear_status(channel, thread_ts, "cleared")
            return
        self._note_status(channel, thread_ts, status, loading_messages, "set")

    def clear_status(self, channel: str, thread_ts: str, cause: StatusCause) -> None:
        if self.status_of(channel, thread_ts):
            self._note_status(channel, thread_ts, "", [], cause)

    def status_of(self, channel: str, thread_ts: str) -> str:
        """Return the status line that a person sees now; Slack takes it away after two minutes."""
        change = self.shown_statuses.get((channel, thread_ts))
        return change.status if change and self.clock.monotonic() - change.at < STATUS_SECONDS else ""

    def _note_status(
        self, channel: str, thread_ts: str, status: str, loading_messages: list[str], cause: StatusCause
    ) -> None:
        now, wall = self.clock.monotonic(), self.clock.wall()
        change = StatusChange(channel, thread_ts, status, loading_messages, cause, now, wall)
        self.statuses.append(change)
        self.shown_statuses[channel, thread_ts] = change
        self.changes.add(
            "status",
            channel=channel,
            thread_ts=thread_ts,
            status=status,
            loading_messages=loading_messages,
            until=wall + STATUS_SECONDS if status else None,
        )

    def message_json(self, message: Message, *, include_metadata: bool = True) -> Json:
        """Return a message as the Web API shows it, with reply counts and files."""
        body = message.to_json()
        body["team"] = self.team_id
        if message.metadata is not None and include_metadata:
            body["metadata"] = message.metadata
        if message.bot_id == self.bot_id:
            body |= {"app_id": self.app_id, "bot_profile": self.bot_profile()}
        if message.files:
            body["files"] = [self.file_json(self.files[file_id]) for file_id in message.files]
        if message.is_reply:
            root = self.channels[message.channel].messages.get(message.thread_ts or "")
            body["parent_user_id"] = root.user if root else None
        else:
            body |= self._reply_counts(message)
        if message.stream is not None:
            body |= self._stream_json(message)
        return body

    def _reply_counts(self, message: Message) -> Json:
        replies = self.channels[message.channel].replies(message.ts)
        if not replies:
            return {}
        users = list(dict.fromkeys(m.user for m in replies))
        return {
            "reply_count": len(replies),
            "reply_users": users,
            "reply_users_count": len(users),
            "latest_reply": replies[-1].ts,
        }

    @staticmethod
    def _stream_json(message: Message) -> Json:
        stream = message.stream
        if stream is None:
            return {}
        return {
            "streaming_state": "in_progress" if stream.state == "streaming" else "completed",
            "stream_tasks": list(stream.tasks.values()),
            "stream_plan": stream.plan_title,
        }

    def bot_profile(self) -> Json:
        return {
            "id": self.bot_id,
            "app_id": self.app_id,
            "name": self.people[self.bot_user_id].name,
            "team_id": self.team_id,
            "deleted": False,
            "updated": 0,
            "icons": {},
        }

    def file_json(self, file: StoredFile, *, is_full: bool = False) -> Json:
        """Return a file as messages carry it; a Slack Connect file hides its parts until asked for."""
        if file.is_connect and not is_full:
            return {"id": file.id, "mode": "file_access", "file_access": "check_file_info"}
        link, name = f"{self.base_url}/files-pri/{self.team_id}-{file.id}", quote(file.name)
        return {
            "id": file.id,
            "name": file.name,
            "title": file.title,
            "mimetype": file.mimetype,
            "filetype": file.name.rpartition(".")[2].lower() or "text",
            "size": len(file.content) if file.size is None else file.size,
            "user": file.user,
            "created": file.created,
            "timestamp": file.created,
            "mode": "hosted",
            "file_access": "visible",
            "is_external": False,
            "channels": list(file.channels),
            "url_private": file.url or f"{link}/{name}",
            "url_private_download": file.url or f"{link}/download/{name}",
            **({"thumb_1024": f"{self.base_url}/files-tmb/{self.team_id}-{file.id}/{name}"} if file.preview else {}),
            "permalink": f"https://{self.team_domain}.slack.com/files/{file.user}/{file.id}/{name}",
        }
