"""The whole workspace as JSON: all that a page needs to draw it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sandbox.slack.records import Channel
from sandbox.slack.service import Service
from sandbox.slack.web_api.users import user_json
from sandbox.slack.web_api.views import view_json

Json = dict[str, Any]


def snapshot(slack: Service) -> Json:
    """Return people, channels with their messages, statuses, sessions, views, homes and ephemerals."""
    workspace = slack.workspace
    return {
        "number": slack.changes.number,
        "team": {"id": workspace.team_id, "name": workspace.team_name},
        "bot": {"user_id": workspace.bot_user_id, "bot_id": workspace.bot_id, "app_id": workspace.app_id},
        "connections": len(slack.sockets.connections),
        "people": [user_json(slack, person) for person in workspace.people.values()],
        "channels": [_channel(slack, channel) for channel in workspace.channels.values()],
        "statuses": _statuses(slack),
        "sessions": [
            {"channel": s.channel, "thread_ts": s.thread_ts, "status": s.status, "title": s.title}
            for s in workspace.sessions.values()
        ],
        "views": {
            user: [view_json(slack, view) | {"errors": view.errors} for view in stack]
            for user, stack in workspace.views.items()
            if stack
        },
        "homes": {user: view_json(slack, view) for user, view in workspace.homes.items()},
        "ephemerals": [asdict(ephemeral) for ephemeral in workspace.ephemerals],
        "prompts": workspace.prompts,
    }


def _channel(slack: Service, channel: Channel) -> Json:
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "members": list(channel.members),
        "is_archived": channel.is_archived,
        "messages": [slack.workspace.message_json(message) for message in list(channel.messages.values())],
    }


def _statuses(slack: Service) -> list[Json]:
    """Return the status lines that are shown now."""
    latest = slack.workspace.shown_statuses
    return [asdict(change) for key, change in latest.items() if slack.workspace.status_of(*key)]
