"""What Slack says of a channel: its name, who made it, whether the bot is in it."""

from __future__ import annotations

from dataclasses import dataclass

from workers.errors import ReplyGone
from workers.slack.api import SlackClients

MAX_WAIT_SECONDS = 3.0


@dataclass(frozen=True)
class ChannelInfo:
    """One channel; a private one that the bot is not in looks as if it were not there."""

    name: str = ""
    creator: str = ""
    is_member: bool = False


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
    )
