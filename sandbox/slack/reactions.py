"""Emoji on messages: put on once by each person, taken back by who put them on."""

from __future__ import annotations

from typing import Any

from sandbox.slack.errors import ApiError
from sandbox.slack.messages import Message
from sandbox.slack.service import Service


def put_on(slack: Service, message: Message, user: str, name: str) -> None:
    """Put an emoji on a message; a second time is refused, as Slack refuses it."""
    users = message.reactions.setdefault(name, [])
    if user in users:
        raise ApiError("already_reacted")
    users.append(user)
    _tell(slack, "reaction_added", message, user, name)


def take_back(slack: Service, message: Message, user: str, name: str) -> None:
    """Take an emoji from a message; one of somebody else is not there to be taken."""
    users = message.reactions.get(name, [])
    if user not in users:
        raise ApiError("no_reaction")
    users.remove(user)
    if not users:
        del message.reactions[name]
    _tell(slack, "reaction_removed", message, user, name)


def _tell(slack: Service, kind: str, message: Message, user: str, name: str) -> None:
    """Tell the app, and whoever watches: for Slack a reaction is no change of the message."""
    slack.workspace.reacted(message)
    if not slack.workspace.is_bot_in(slack.workspace.channels[message.channel]):
        return
    item: dict[str, Any] = {"type": "message", "channel": message.channel, "ts": message.ts}
    event = {"type": kind, "user": user, "reaction": name, "item": item, "item_user": message.user}
    slack.deliveries.event(event | {"event_ts": slack.clock.next_ts()})
