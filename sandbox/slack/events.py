"""The bodies of Slack's events; pure: workspace in, JSON out."""

from __future__ import annotations

import re
import uuid
from typing import Any
from urllib.parse import urlsplit

from sandbox.slack.messages import Message
from sandbox.slack.records import Channel
from sandbox.slack.workspace import Workspace

Json = dict[str, Any]

SUBSCRIPTION_OF_KIND = {
    "channel": "message.channels",
    "group": "message.groups",
    "mpim": "message.mpim",
    "im": "message.im",
}
SCOPE_OF_EVENT = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.mpim": "mpim:history",
    "message.im": "im:history",
    "app_mention": "app_mentions:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "link_shared": "links:read",
}
DEFAULT_EVENTS = frozenset(
    {
        "agent_session_stopped",
        "app_context_changed",
        "app_home_opened",
        "app_mention",
        "message.channels",
        "message.groups",
        "message.im",
        "message.mpim",
        "reaction_added",
    }
)

_INLINE = re.compile(r"<(@[UW][A-Z0-9]+|#C[A-Z0-9]+(?:\|[^>]*)?|https?://[^>|]+(?:\|[^>]*)?|![^>]+)>")


def envelope(workspace: Workspace, event: Json, *, event_time: int) -> Json:
    """Return the outer body of an event, with an event_id of its own."""
    authorization = {
        "enterprise_id": None,
        "team_id": workspace.team_id,
        "user_id": workspace.bot_user_id,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    channel = workspace.channels.get(str(event.get("channel", "")))
    return {
        "token": "verification-token",
        "team_id": workspace.team_id,
        "context_team_id": workspace.team_id,
        "context_enterprise_id": None,
        "api_app_id": workspace.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev0{uuid.uuid4().hex[:10].upper()}",
        "event_time": event_time,
        "authorizations": [authorization],
        "is_ext_shared_channel": bool(channel and channel.is_ext_shared),
        "event_context": "4-sandbox",
    }


def message_event(workspace: Workspace, message: Message) -> Json:
    """Return the `message` event of a new message."""
    channel = workspace.channels[message.channel]
    body = workspace.message_json(message)
    for name in ("reply_count", "reply_users", "reply_users_count", "latest_reply"):
        body.pop(name, None)
    if message.thread_ts == message.ts:
        body.pop("thread_ts", None)
    body |= {"channel": channel.id, "channel_type": channel.kind, "event_ts": message.ts}
    if message.files and message.subtype is None:
        body |= {"subtype": "file_share", "upload": False}
    return body


def mention_event(workspace: Workspace, message: Message) -> Json:
    """Return the `app_mention` twin of a message: same ts, no channel_type, no subtype."""
    body = message_event(workspace, message)
    for name in ("channel_type", "subtype", "upload", "parent_user_id"):
        body.pop(name, None)
    return body | {"type": "app_mention"}


def changed_event(workspace: Workspace, message: Message, before: Json, event_ts: str) -> Json:
    channel = workspace.channels[message.channel]
    return {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": channel.id,
        "channel_type": channel.kind,
        "message": workspace.message_json(message) | {"source_team": workspace.team_id},
        "previous_message": before,
        "ts": event_ts,
        "event_ts": event_ts,
    }


def deleted_event(channel: Channel, before: Json, event_ts: str) -> Json:
    return {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "channel": channel.id,
        "channel_type": channel.kind,
        "deleted_ts": before["ts"],
        "previous_message": before,
        "ts": event_ts,
        "event_ts": event_ts,
    }


def link_events(workspace: Workspace, message: Message) -> list[Json]:
    """Return the `link_shared` event of a message with links that the app may unfurl, if there are any."""
    urls = [piece.partition("|")[0] for piece in _INLINE.findall(message.text) if piece.startswith("http")]
    links = [{"url": url, "domain": urlsplit(url).hostname} for url in urls]
    links = [link for link in links if link["domain"] in workspace.unfurl_domains]
    if not links:
        return []
    thread = {"thread_ts": message.thread_ts} if message.is_reply else {}
    event: Json = {"type": "link_shared", "channel": message.channel, "user": message.user, "message_ts": message.ts}
    unfurl_id = f"{message.channel}.{message.ts}.{uuid.uuid4().hex}"
    event |= {"links": links, "source": "conversations_history", "unfurl_id": unfurl_id, "event_ts": message.ts}
    return [event | thread]


def rich_text(text: str) -> list[Json]:
    """Return typed text as the rich_text block that Slack's client makes of it."""
    elements: list[Json] = []
    for place, piece in enumerate(_INLINE.split(text)):
        if place % 2 == 0:
            if piece:
                elements.append({"type": "text", "text": _unescaped(piece)})
        else:
            elements.append(_inline(piece))
    section = {"type": "rich_text_section", "elements": elements}
    return [{"type": "rich_text", "block_id": uuid.uuid4().hex[:5], "elements": [section]}]


def _inline(piece: str) -> Json:
    target, _, label = piece.partition("|")
    if target.startswith("@"):
        return {"type": "user", "user_id": target[1:]}
    if target.startswith("#"):
        return {"type": "channel", "channel_id": target[1:]}
    if target.startswith("!"):
        return {"type": "broadcast", "range": target[1:]}
    return {"type": "link", "url": _unescaped(target)} | ({"text": _unescaped(label)} if label else {})


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
