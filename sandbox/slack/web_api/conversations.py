"""`conversations.*`: threads, histories, channels and their members."""

from __future__ import annotations

import base64
from decimal import Decimal
from typing import Any

from sandbox.slack.errors import ApiError
from sandbox.slack.messages import Message
from sandbox.slack.records import Channel, ChannelKind
from sandbox.slack.service import Service
from sandbox.slack.web_api.args import Args
from sandbox.slack.web_api.method import Method
from sandbox.slack.web_api.places import known_channel, need_scope, readable_channel

Json = dict[str, Any]


def replies(slack: Service, args: Args) -> Json:
    channel = readable_channel(slack, args)
    named = channel.messages.get(args.required("ts"))
    if named is None:
        raise ApiError("thread_not_found")
    if named.is_reply:
        return _page(slack, args, [named], 1000)
    root, *later = channel.thread(named.ts)
    # The root heads the first page whatever the times asked for.
    return _page(slack, args, [root, *_between(args, later)], 1000)


def history(slack: Service, args: Args) -> Json:
    channel = readable_channel(slack, args)
    top_level = [m for m in list(channel.messages.values()) if not m.is_reply or m.is_broadcast]
    return _page(slack, args, list(reversed(_between(args, top_level))), 999)


def _between(args: Args, messages: list[Message]) -> list[Message]:
    try:
        oldest, latest = Decimal(args.text("oldest") or "0"), Decimal(args.text("latest") or "9999999999999")
    except ArithmeticError:
        raise ApiError("invalid_ts_oldest") from None
    if args.flag("inclusive"):
        return [m for m in messages if oldest <= Decimal(m.ts) <= latest]
    return [m for m in messages if oldest < Decimal(m.ts) < latest]


def _page(slack: Service, args: Args, messages: list[Message], largest: int) -> Json:
    size = args.number("limit", 100, largest)
    if slack.limits.history_page is not None:
        size = min(size, slack.limits.history_page)
    page, cursor = paged(args, messages, size)
    with_metadata = args.flag("include_all_metadata")
    shown = [slack.workspace.message_json(m, include_metadata=with_metadata) for m in page]
    return {"messages": shown, "has_more": bool(cursor), "response_metadata": {"next_cursor": cursor}}


def paged(args: Args, rows: list[Any], size: int) -> tuple[list[Any], str]:
    """Return the page that the call's cursor points at, and the cursor of the next one."""
    start = 0
    cursor = args.text("cursor")
    if cursor:
        try:
            start = int(base64.b64decode(cursor).decode().removeprefix("next:"))
        except ValueError:
            raise ApiError("invalid_cursor") from None
    following = start + size
    if following >= len(rows):
        return rows[start:], ""
    return rows[start:following], base64.b64encode(f"next:{following}".encode()).decode()


def info(slack: Service, args: Args) -> Json:
    channel = known_channel(slack, args.text("channel"))
    need_scope(slack, channel.kind, "read")
    return {"channel": channel_json(slack, channel, with_count=args.flag("include_num_members"))}


def channel_json(slack: Service, channel: Channel, *, with_count: bool = False) -> Json:
    """Return a channel as Slack describes it."""
    body: Json = {
        "id": channel.id,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "channel",
        "is_archived": channel.is_archived,
        "creator": channel.creator,
        "is_member": slack.workspace.is_bot_in(channel),
        "is_ext_shared": channel.is_ext_shared,
        "is_general": channel.name == "general",
        "created": 1_700_000_000,
        "context_team_id": slack.workspace.team_id,
    }
    if channel.kind == "im":
        return body | {"user": next(user for user in channel.members if user != slack.workspace.bot_user_id)}
    body |= {"name": channel.name, "name_normalized": channel.name}
    body |= {
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }
    return body | ({"num_members": len(channel.members)} if with_count else {})


def open_(slack: Service, args: Args) -> Json:
    if "channel" in args:
        return {"channel": channel_json(slack, known_channel(slack, args.text("channel")))}
    users = [user for user in (args.text("users") or "").split(",") if user]
    if not users:
        raise ApiError("users_list_not_supplied")
    if any(user not in slack.workspace.people for user in users):
        raise ApiError("user_not_found")
    if len(users) > 1:
        return {"channel": {"id": _group_dm(slack, users).id}}
    channel = slack.workspace.dm(users[0])
    return {"channel": channel_json(slack, channel) if args.flag("return_im") else {"id": channel.id}}


def _group_dm(slack: Service, users: list[str]) -> Channel:
    members = [*users, slack.workspace.bot_user_id]
    for channel in slack.workspace.channels.values():
        if channel.kind == "mpim" and set(channel.members) == set(members):
            return channel
    names = "--".join(slack.workspace.people[user].name for user in members)
    channel = Channel(f"G0MPIM{len(slack.workspace.channels):03d}", f"mpdm-{names}-1", "mpim", members)
    slack.workspace.channels[channel.id] = channel
    return channel


def list_(slack: Service, args: Args) -> Json:
    return _channels(slack, args, of_user=None)


def of_user(slack: Service, args: Args) -> Json:
    return _channels(slack, args, of_user=args.text("user") or slack.workspace.bot_user_id)


_KIND_OF_TYPE: dict[str, ChannelKind] = {
    "public_channel": "channel",
    "private_channel": "group",
    "mpim": "mpim",
    "im": "im",
}


def _channels(slack: Service, args: Args, of_user: str | None) -> Json:
    asked = (args.text("types") or "public_channel").split(",")
    if any(word.strip() not in _KIND_OF_TYPE for word in asked):
        raise ApiError("invalid_types")
    kinds = {_KIND_OF_TYPE[word.strip()] for word in asked}
    for kind in sorted(kinds):
        need_scope(slack, kind, "read")
    rows = [
        channel_json(slack, channel, with_count=True)
        for channel in slack.workspace.channels.values()
        if channel.kind in kinds
        and (channel.kind == "channel" or slack.workspace.is_bot_in(channel))
        and (of_user is None or of_user in channel.members)
        and not (args.flag("exclude_archived") and channel.is_archived)
    ]
    page, cursor = paged(args, rows, args.number("limit", 100, 1000))
    return {"channels": page, "response_metadata": {"next_cursor": cursor}}


def members(slack: Service, args: Args) -> Json:
    channel = known_channel(slack, args.text("channel"))
    need_scope(slack, channel.kind, "read")
    page, cursor = paged(args, list(channel.members), args.number("limit", 100, 1000))
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def join(slack: Service, args: Args) -> Json:
    channel = known_channel(slack, args.text("channel"))
    if channel.kind != "channel":
        raise ApiError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise ApiError("is_archived")
    slack.join(channel, slack.workspace.bot_user_id)
    return {"channel": channel_json(slack, channel)}


METHODS = [
    Method("conversations.replies", replies),
    Method("conversations.history", history),
    Method("conversations.info", info),
    Method("conversations.open", open_, "im:write"),
    Method("conversations.list", list_),
    Method("conversations.members", members),
    Method("conversations.join", join, "channels:join"),
    Method("users.conversations", of_user),
]
