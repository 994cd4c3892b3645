"""The payloads of clicks, forms, shortcuts and commands."""

from __future__ import annotations

from typing import Any

from sandbox.slack.messages import Json, Message, interactive_elements
from sandbox.slack.modals import VALUE_FIELDS, View, chosen_in
from sandbox.slack.records import Channel, Person
from sandbox.slack.service import Service
from sandbox.slack.web_api.chat import show_to
from sandbox.slack.web_api.views import view_json


def action(block: Json, element: Json, value: Any, action_ts: str) -> Json:
    """Return the one action of a click, or of a choice in a select."""
    kind = str(element["type"])
    body: Json = {"type": kind, "action_id": element["action_id"], "block_id": block.get("block_id", "")}
    body["action_ts"] = action_ts
    if kind in VALUE_FIELDS:
        return body | {VALUE_FIELDS[kind]: None if value is None else chosen_in(element, value)}
    if kind == "feedback_buttons":
        chosen = element["positive_button"] if value in (None, "positive") else element["negative_button"]
        return body | {"text": chosen["text"], "value": chosen.get("value", "")}
    if kind == "overflow":
        chosen = next(o for o in element["options"] if value in (o["value"], o["text"]["text"]))
        return body | {"selected_option": chosen}
    body |= {name: element[name] for name in ("text", "value", "style", "url") if name in element}
    return body


def choice(chosen: Json, value: Any) -> Json:
    """Return what a click leaves in the form that it was made in, by block id: a choice in a select, else nothing."""
    return {chosen["block_id"]: value} if chosen["type"] in VALUE_FIELDS and value is not None else {}


def click_on_message(
    slack: Service, person: Person, chosen: Json, message: Message, *, is_ephemeral: bool = False
) -> Json:
    """Return the payload of a click on a message; of one that a single person sees Slack sends no copy along."""
    place: Json = {"type": "message", "message_ts": message.ts, "channel_id": message.channel}
    place |= {"is_ephemeral": is_ephemeral} | ({"thread_ts": message.thread_ts} if message.thread_ts else {})
    return {
        **_base(slack, person, "block_actions", None),
        "actions": [chosen],
        "state": {"values": {}},
        "container": place,
        "channel": _channel(slack.workspace.channels[message.channel]),
        "response_url": _response_url(slack, message.channel, person.id, message.ts),
        **({} if is_ephemeral else {"message": slack.workspace.message_json(message)}),
    }


def click_in_view(slack: Service, person: Person, chosen: Json, view: View, state: Json | None = None) -> Json:
    """Return the payload of a click in a modal or in the home, with what was typed so far."""
    return {
        **_base(slack, person, "block_actions", view.id),
        "actions": [chosen],
        "container": {"type": "view", "view_id": view.id},
        "view": view_json(slack, view, state),
    }


def view_submission(slack: Service, person: Person, view: View, values: Json) -> Json:
    body = _base(slack, person, "view_submission", view.id)
    return body | {"view": view_json(slack, view, values), "response_urls": []}


def view_closed(slack: Service, person: Person, view: View) -> Json:
    body = _base(slack, person, "view_closed", view.id)
    del body["trigger_id"]
    return body | {"view": view_json(slack, view), "is_cleared": False}


def block_suggestion(
    slack: Service, person: Person, view: View, action_id: str, typed: str, block_id: str | None = None
) -> Json:
    shown = view_json(slack, view)
    found = [b for b, element in interactive_elements(shown["blocks"]) if element["action_id"] == action_id]
    block = next(each for each in found if block_id in (None, each["block_id"]))
    body = _base(slack, person, "block_suggestion", view.id)
    del body["trigger_id"]
    return body | {
        "action_id": action_id,
        "block_id": block["block_id"],
        "value": typed,
        "container": {"type": "view", "view_id": view.id},
        "view": shown,
    }


def message_action(slack: Service, person: Person, message: Message, callback_id: str) -> Json:
    body = _base(slack, person, "message_action", None)
    return body | {
        "callback_id": callback_id,
        "action_ts": slack.clock.next_ts(),
        "message_ts": message.ts,
        "channel": _channel(slack.workspace.channels[message.channel]),
        "message": slack.workspace.message_json(message),
        "response_url": _response_url(slack, message.channel, person.id, None),
    }


def slash_command(slack: Service, person: Person, channel: Channel, command: str, text: str) -> Json:
    workspace = slack.workspace
    return {
        "token": "verification-token",
        "team_id": workspace.team_id,
        "team_domain": workspace.team_domain,
        "channel_id": channel.id,
        "channel_name": _channel(channel)["name"],
        "user_id": person.id,
        "user_name": person.name,
        "command": command,
        "text": text,
        "api_app_id": workspace.app_id,
        "is_enterprise_install": "false",
        "response_url": _response_url(slack, channel.id, person.id, None),
        "trigger_id": slack.triggers.issue(person.id),
    }


def show_command_answer(slack: Service, channel: Channel, person: Person, answer: Any) -> None:
    """Show what a command's ack says, to the person alone or to the channel if it asks for that."""
    body = {"text": answer} if isinstance(answer, str) else answer
    if not isinstance(body, dict) or not (body.get("text") or body.get("blocks")):
        return
    if body.get("response_type") != "in_channel":
        show_to(slack, channel.id, person.id, str(body.get("text", "")), body.get("blocks"), None)
        return
    bot = slack.workspace
    ts, text = slack.clock.next_ts(), str(body.get("text", ""))
    slack.post(Message(channel.id, ts, bot.bot_user_id, text, bot_id=bot.bot_id, blocks=body.get("blocks")))


def _base(slack: Service, person: Person, kind: str, view_id: str | None) -> Json:
    workspace = slack.workspace
    user = {"id": person.id, "username": person.name, "name": person.name, "team_id": workspace.team_id}
    return {
        "type": kind,
        "team": {"id": workspace.team_id, "domain": workspace.team_domain},
        "enterprise": None,
        "is_enterprise_install": False,
        "user": user,
        "api_app_id": workspace.app_id,
        "token": "verification-token",
        "trigger_id": slack.triggers.issue(person.id, view_id),
    }


def _channel(channel: Channel) -> Json:
    names = {"im": "directmessage", "group": "privategroup"}
    return {"id": channel.id, "name": names.get(channel.kind, channel.name)}


def _response_url(slack: Service, channel: str, user: str, message_ts: str | None) -> str:
    return slack.workspace.base_url + slack.triggers.response_path(channel, user, message_ts)
