"""What a click asks for: pure translations of Slack's payloads into actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workers.jobs import CHANGES_VERSION, DUPLICATE, Action, Conversation

Body = Mapping[str, Any]


def conversation_of(body: Body, team_id: str) -> Conversation:
    """Return the conversation of the message that carries the button."""
    place = _place(body)
    return Conversation(
        team_id=team_id, channel_id=place["channel_id"], thread_ts=place["thread_ts"] or place["message_ts"]
    )


def draft_action(body: Body, team_id: str) -> Action:
    """Return what a button of a draft's card asks for; its value is the draft's id."""
    click = body["actions"][0]
    return _click(body, team_id, kind=click["action_id"], subject=f"draft:{click.get('value', '')}")


def change_action(body: Body, team_id: str) -> Action:
    """Return what a button of a card with changes asks for; its value is their id, its block names their version."""
    click = body["actions"][0]
    _, _, version = str(click.get("block_id") or "").rpartition(":")
    values = {CHANGES_VERSION: int(version)} if version.isdigit() else {}
    subject = f"action:{click.get('value', '')}"
    return _click(body, team_id, kind=click["action_id"], subject=subject, values=values)


def bulk_action(body: Body, team_id: str) -> Action:
    """Return what a button of a digest asks for; its value is the job, and behind a space the items it is about."""
    click = body["actions"][0]
    job, _, items = str(click.get("value", "")).partition(" ")
    return _click(body, team_id, kind=click["action_id"], subject=f"bulk:{job}", values={"items": items})


def duplicate_action(body: Body, team_id: str) -> Action:
    """Return that a draft is a duplicate of an issue; the button's value is the draft's id and the issue's key."""
    draft_id, _, key = str(body["actions"][0].get("value", "")).partition(" ")
    return _click(body, team_id, kind="duplicate_use", subject=f"draft:{draft_id}", values={DUPLICATE: key})


def retry_action(body: Body, team_id: str) -> Action:
    """Return what the button under a failed answer asks for; its value is the turn."""
    turn = str(body["actions"][0].get("value", ""))
    thread_ts = conversation_of(body, team_id).thread_ts
    return _click(body, team_id, kind="turn_retry", subject=f"turn:{turn}", values={"turn": turn}, thread_ts=thread_ts)


def _click(body: Body, team_id: str, **what: Any) -> Action:
    user_id = body["user"]["id"]
    return Action.model_validate(
        {
            "id": f"{body['actions'][0]['action_ts']}-{user_id}",
            "team_id": team_id,
            "user_id": user_id,
            "response_url": body.get("response_url", ""),
            **_place(body),
            **what,
        }
    )


def _place(body: Body) -> dict[str, str]:
    """Say where the message with the button stands; an ephemeral one is known by its container only."""
    container, message = body.get("container") or {}, body.get("message") or {}
    channel = body.get("channel") or {}
    return {
        "channel_id": channel.get("id") or container.get("channel_id") or "",
        "message_ts": message.get("ts") or container.get("message_ts") or "",
        "thread_ts": message.get("thread_ts") or container.get("thread_ts") or "",
    }
