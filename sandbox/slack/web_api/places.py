"""Finds the channel and the thread that a call names, or refuses as Slack does."""

from __future__ import annotations

import re

from sandbox.slack.errors import ApiError
from sandbox.slack.records import Channel, ChannelKind
from sandbox.slack.service import Service
from sandbox.slack.web_api.args import Args

_TS = re.compile(r"\d{1,12}\.\d{1,6}")


def readable_channel(slack: Service, args: Args) -> Channel:
    """Return the channel of a call that reads messages; a private one that the bot is not in does not exist for it."""
    channel = known_channel(slack, args.text("channel"))
    need_scope(slack, channel.kind, "history")
    if not slack.workspace.is_bot_in(channel):
        raise ApiError("not_in_channel")
    return channel


def writable_channel(slack: Service, args: Args) -> Channel:
    """Return the channel of a call that writes messages; a person's id stands for the direct message with them."""
    name = args.text("channel") or ""
    if name in slack.workspace.people and name != slack.workspace.bot_user_id:
        return slack.workspace.dm(name)
    channel = known_channel(slack, name)
    if channel.is_archived:
        raise ApiError("is_archived")
    if not slack.workspace.is_bot_in(channel):
        raise ApiError("not_in_channel")
    return channel


def known_channel(slack: Service, channel_id: str | None) -> Channel:
    """Return a channel that the bot may know of."""
    channel = slack.workspace.channels.get(channel_id or "")
    if channel is None or (channel.kind != "channel" and not slack.workspace.is_bot_in(channel)):
        raise ApiError("channel_not_found")
    return channel


def thread_root(channel: Channel, thread_ts: str | None) -> str | None:
    """Return the root of a thread to post in; Slack takes a reply's ts for its root's."""
    if thread_ts is None or not thread_ts:
        return None
    if not _TS.fullmatch(thread_ts):
        raise ApiError("invalid_thread_ts")
    message = channel.messages.get(thread_ts)
    if message is None:
        raise ApiError("thread_not_found")
    return message.thread_ts or message.ts


def need_scope(slack: Service, kind: ChannelKind, what: str) -> None:
    """Refuse when the token lacks the scope for this kind of channel (`channels:history`, `im:read` and so on)."""
    family = {"channel": "channels", "group": "groups", "mpim": "mpim", "im": "im"}[kind]
    need(slack, f"{family}:{what}")


def need(slack: Service, scope: str) -> None:
    """Refuse when the token lacks a scope."""
    if scope not in slack.scopes:
        raise ApiError("missing_scope", needed=scope, provided=",".join(sorted(slack.scopes)))
