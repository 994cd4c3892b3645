"""What Slack says of a channel: its name, who made it, whether the bot is in it."""

from __future__ import annotations

from dataclasses import dataclass

from workers.errors import ReplyGone, SupportBotError
from workers.slack.api import SlackClients
from workers.state.cache import Cache

NAME_SECONDS = 86_400
MAX_WAIT_SECONDS = 3.0


@dataclass(frozen=True)
class ChannelInfo:
    """One channel; a private one that the bot is not in looks as if it were not there."""

    name: str = ""
    creator: str = ""
    is_member: bool = False
    is_shared: bool = False
    """People of other organisations read it, too."""
    is_private: bool = False
    """Its name is known to its members only."""


def channel_info(slack: SlackClients, team_id: str, channel_id: str) -> ChannelInfo:
    """Return what Slack says now; raises what a call raises, but not that there is no such channel."""
    try:
        answer = slack.of(team_id).call("conversations.info", channel=channel_id, max_wait_seconds=MAX_WAIT_SECONDS)
    except ReplyGone:
        return ChannelInfo()
    channel = answer.get("channel") or {}
    return ChannelInfo(
        name=str(channel.get("name") or ""),
        creator=str(channel.get("creator") or ""),
        is_member=bool(channel.get("is_member") or channel.get("is_im")),
        is_shared=bool(channel.get("is_ext_shared") or channel.get("is_pending_ext_shared")),
        is_private=bool(channel.get("is_private")),
    )


def channel_name(slack: SlackClients, cache: Cache, team_id: str, channel_id: str) -> str:
    """Return what people call a channel, or its id; at most a day old."""
    name = f"{team_id}:channel_name:{channel_id}"
    known = cache.get(name)
    if isinstance(known, str):
        return known
    try:
        found = channel_info(slack, team_id, channel_id).name
    except SupportBotError:
        return channel_id
    shown = f"#{found}" if found else channel_id
    cache.put(name, shown, NAME_SECONDS)
    return shown


def public_name(slack: SlackClients, cache: Cache, team_id: str, channel_id: str) -> str:
    """Return what everybody may know a channel by, empty for a private or unknown one; at most a day old."""
    name = f"{team_id}:public_name:{channel_id}"
    known = cache.get(name)
    if isinstance(known, str):
        return known
    try:
        found = channel_info(slack, team_id, channel_id)
    except SupportBotError:
        return ""
    shown = f"#{found.name}" if found.name and not found.is_private else ""
    cache.put(name, shown, NAME_SECONDS)
    return shown
