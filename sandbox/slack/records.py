"""People, channels and the other things that a workspace consists of, beside messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.slack.messages import Message

Json = dict[str, Any]
ChannelKind = Literal["channel", "group", "mpim", "im"]
StatusCause = Literal["set", "cleared", "posted"]


@dataclass
class Person:
    """A member of the workspace; `name` is the handle."""

    id: str
    name: str
    real_name: str
    email: str | None = None
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    is_admin: bool = False
    is_owner: bool = False
    is_bot: bool = False
    deleted: bool = False
    team_id: str | None = None
    tz: str = "Europe/Amsterdam"
    tz_offset: int = 3600


@dataclass
class Channel:
    """A place where messages stand, oldest first."""

    id: str
    name: str
    kind: ChannelKind
    members: list[str]
    is_archived: bool = False
    is_ext_shared: bool = False
    creator: str = ""
    messages: dict[str, Message] = field(default_factory=dict)
    _replies: dict[str, list[Message]] = field(default_factory=dict, repr=False)

    def add(self, message: Message) -> None:
        """Take in a new message; the one it replies to becomes the root of a thread."""
        self.messages[message.ts] = message
        if not message.is_reply or message.thread_ts is None:
            return
        self._replies.setdefault(message.thread_ts, []).append(message)
        root = self.messages.get(message.thread_ts)
        if root is not None:
            root.thread_ts = root.ts

    def remove(self, message: Message) -> None:
        del self.messages[message.ts]
        if message.is_reply:
            self._replies[message.thread_ts or ""].remove(message)

    def replies(self, root_ts: str) -> list[Message]:
        """Return the replies to a message, oldest first."""
        return list(self._replies.get(root_ts, ()))

    def thread(self, root_ts: str) -> list[Message]:
        """Return the root and its replies, oldest first."""
        root = self.messages.get(root_ts)
        return [*([root] if root else []), *self.replies(root_ts)]


@dataclass(frozen=True)
class StatusChange:
    """A status line that appeared (`set`), or was taken away (`cleared`) or went with a post (`posted`)."""

    channel: str
    thread_ts: str
    status: str
    loading_messages: list[str]
    cause: StatusCause
    at: float
    wall: float


@dataclass(frozen=True)
class Ephemeral:
    """A message that one person sees and no history keeps."""

    channel: str
    user: str
    ts: str
    text: str
    blocks: list[Json] | None
    thread_ts: str | None
    wall: float

    def to_message(self, user: str, bot_id: str) -> Message:
        """Return it as a message of the bot, to be clicked on."""
        return Message(self.channel, self.ts, user, self.text, self.thread_ts, bot_id, blocks=self.blocks)


@dataclass
class StoredFile:
    """An uploaded file and its content."""

    id: str
    name: str
    mimetype: str
    content: bytes
    user: str
    title: str
    created: int
    channels: list[str] = field(default_factory=list)
    is_connect: bool = False
    """A Slack Connect file: messages carry only its id until `files.info` is asked."""
    url: str | None = None
    """Where messages say that it lies, if not where it does."""
    preview: bytes = b""
    """The smaller picture that Slack makes of a large one."""
    size: int | None = None
    """How large messages say that it is, if not as it is."""


@dataclass
class Session:
    """An agent session on a thread."""

    channel: str
    thread_ts: str
    status: str
    title: str | None = None
    history: list[tuple[str, float]] = field(default_factory=list)
