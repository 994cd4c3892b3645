"""One message, everything it ever said, and its shape on the wire."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
VersionKind = Literal["posted", "updated", "appended", "stopped", "edited"]


@dataclass(frozen=True)
class Version:
    """What a message looked like from one moment on."""

    text: str
    blocks: list[Json] | None
    kind: VersionKind
    at: float
    """Monotonic seconds of the stand-in's clock."""
    wall: float


@dataclass
class Stream:
    """The live part of a message made by `chat.startStream`."""

    started_at: float
    recipient_user_id: str | None = None
    mode: Literal["markdown_text", "chunks"] | None = None
    state: Literal["streaming", "finished", "expired", "stopped_by_user"] = "streaming"
    tasks: dict[str, Json] = field(default_factory=dict)
    plan_title: str | None = None
    chunk_blocks: list[Json] = field(default_factory=list)


@dataclass
class Message:
    """A message as the workspace stores it."""

    channel: str
    ts: str
    user: str
    text: str
    thread_ts: str | None = None
    bot_id: str | None = None
    subtype: str | None = None
    blocks: list[Json] | None = None
    attachments: list[Json] | None = None
    metadata: Json | None = None
    markdown_text: str | None = None
    files: list[str] = field(default_factory=list)
    edited: Json | None = None
    client_msg_id: str | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    stream: Stream | None = None
    is_broadcast: bool = False
    username: str | None = None
    icons: Json | None = None
    versions: list[Version] = field(default_factory=list)

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def action_ids(self) -> list[str]:
        """The action ids of everything on the message that can be clicked."""
        return [element["action_id"] for _, element in interactive_elements(self.blocks or [])]

    @property
    def is_growing(self) -> bool:
        """Whether it is a stream that was not ended."""
        return self.stream is not None and self.stream.state == "streaming"

    def remember(self, kind: VersionKind, at: float, wall: float) -> None:
        """Note what the message looks like now."""
        self.versions.append(Version(self.text, copy.deepcopy(self.blocks), kind, at, wall))

    def to_json(self) -> Json:
        """Return the message without the parts that need the workspace (files, bot profile, reply counts)."""
        optional = {
            "bot_id": self.bot_id,
            "thread_ts": self.thread_ts,
            "subtype": self.subtype or ("thread_broadcast" if self.is_broadcast else None),
            "blocks": self.blocks,
            "attachments": self.attachments,
            "markdown_text": self.markdown_text,
            "edited": self.edited,
            "client_msg_id": self.client_msg_id,
            "username": self.username,
            "icons": self.icons,
        }
        body: Json = {"type": "message", "user": self.user, "text": self.text, "ts": self.ts}
        body.update({name: copy.deepcopy(value) for name, value in optional.items() if value is not None})
        if self.reactions:
            body["reactions"] = [
                {"name": name, "users": list(users), "count": len(users)} for name, users in self.reactions.items()
            ]
        return body


def interactive_elements(blocks: list[Json]) -> list[tuple[Json, Json]]:
    """Return each block together with each element of it that carries an action id."""
    found: list[tuple[Json, Json]] = []
    for block in blocks:
        accessory, single = block.get("accessory"), block.get("element")
        candidates = [*block.get("elements", []), accessory, single, *block.get("actions", [])]
        found += [(block, one) for one in candidates if isinstance(one, dict) and "action_id" in one]
        found.extend(interactive_elements([b for b in block.get("child_blocks", []) if isinstance(b, dict)]))
    return found


def words_of(shown: Message | Version) -> str:
    """Return what a person reads in a message: the words of its blocks, of a stream its text."""
    return fallback_text(shown.blocks) or shown.text


def fallback_text(blocks: list[Json] | None) -> str:
    """Return the words of blocks, as Slack builds a text for a message that was sent without one."""
    words: list[str] = []
    for block in blocks or []:
        text = block.get("text")
        if isinstance(text, dict):
            words.append(str(text.get("text", "")))
        elif isinstance(text, str):
            words.append(text)
    return " ".join(words)
