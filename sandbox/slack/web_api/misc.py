"""The methods that stand alone: who am I, where to connect, reactions, the team, a check of blocks."""

from __future__ import annotations

from typing import Any

from sandbox.slack.blocks import check_blocks
from sandbox.slack.errors import ApiError
from sandbox.slack.messages import Message
from sandbox.slack.reactions import put_on, take_back
from sandbox.slack.service import Service
from sandbox.slack.view_checks import check_view
from sandbox.slack.web_api.args import Args
from sandbox.slack.web_api.method import Method
from sandbox.slack.web_api.places import readable_channel

Json = dict[str, Any]


def auth_test(slack: Service, args: Args) -> Json:  # noqa: ARG001  the signature of a method
    workspace = slack.workspace
    return {
        "url": f"https://{workspace.team_domain}.slack.com/",
        "team": workspace.team_name,
        "user": workspace.people[workspace.bot_user_id].name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def connections_open(slack: Service, args: Args) -> Json:  # noqa: ARG001  the signature of a method
    address = slack.workspace.base_url.replace("http", "ws", 1)
    return {"url": f"{address}/link/?ticket={slack.sockets.ticket()}&app_id={slack.workspace.app_id}"}


def bots_info(slack: Service, args: Args) -> Json:
    if args.text("bot") != slack.workspace.bot_id:
        raise ApiError("bot_not_found")
    return {"bot": slack.workspace.bot_profile() | {"user_id": slack.workspace.bot_user_id}}


def team_info(slack: Service, args: Args) -> Json:  # noqa: ARG001  the signature of a method
    workspace = slack.workspace
    team = {"id": workspace.team_id, "name": workspace.team_name, "domain": workspace.team_domain}
    return {"team": team | {"email_domain": "example.com", "icon": {}}}


def add_reaction(slack: Service, args: Args) -> Json:
    put_on(slack, *_reaction(slack, args))
    return {}


def remove_reaction(slack: Service, args: Args) -> Json:
    take_back(slack, *_reaction(slack, args))
    return {}


def _reaction(slack: Service, args: Args) -> tuple[Message, str, str]:
    """Return the message, the bot, and the name of the emoji."""
    channel = readable_channel(slack, args)
    message = channel.messages.get(args.text("timestamp") or "")
    if message is None:
        raise ApiError("message_not_found")
    name = args.text("name")
    if not name or name != name.lower() or ":" in name:
        raise ApiError("invalid_name")
    return message, slack.workspace.bot_user_id, name


def validate_blocks(slack: Service, args: Args) -> Json:  # noqa: ARG001  the signature of a method
    given = [name for name in ("blocks", "message", "view") if name in args]
    if len(given) != 1:
        raise ApiError("invalid_arguments", ["[ERROR] exactly one of blocks, message, view is required"])
    body = args.structure(given[0], "invalid_blocks_format")
    if given[0] == "view":
        complaints = check_view(body)
    else:
        complaints = check_blocks(body if given[0] == "blocks" else body.get("blocks"))
    if complaints:
        raise ApiError("invalid_blocks", complaints)
    return {}


METHODS = [
    Method("auth.test", auth_test),
    Method("apps.connections.open", connections_open, needs_app_token=True),
    Method("bots.info", bots_info, "users:read"),
    Method("team.info", team_info, "team:read"),
    Method("reactions.add", add_reaction, "reactions:write"),
    Method("reactions.remove", remove_reaction, "reactions:write"),
    Method("blocks.validate", validate_blocks),
]
