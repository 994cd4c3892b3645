"""`users.*`: who somebody is."""

from __future__ import annotations

from typing import Any

from sandbox.slack.errors import ApiError
from sandbox.slack.records import Person
from sandbox.slack.service import Service
from sandbox.slack.web_api.args import Args
from sandbox.slack.web_api.method import Method

Json = dict[str, Any]


def info(slack: Service, args: Args) -> Json:
    person = slack.workspace.people.get(args.text("user") or "")
    if person is None:
        raise ApiError("user_not_found")
    return {"user": user_json(slack, person)}


def lookup_by_email(slack: Service, args: Args) -> Json:
    email = args.required("email").lower()
    for person in slack.workspace.people.values():
        if (person.email or "").lower() == email:
            return {"user": user_json(slack, person)}
    raise ApiError("users_not_found")


def user_json(slack: Service, person: Person) -> Json:
    """Return a person as Slack describes them; the e-mail address only to a token that may read it."""
    profile: Json = {
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.name,
        "display_name_normalized": person.name,
        "title": "",
        "status_text": "",
        "status_emoji": "",
        "team": person.team_id or slack.workspace.team_id,
    }
    if person.email and "users:read.email" in slack.scopes:
        profile["email"] = person.email
    if person.is_bot:
        profile |= {"bot_id": slack.workspace.bot_id, "api_app_id": slack.workspace.app_id}
    return {
        "id": person.id,
        "team_id": person.team_id or slack.workspace.team_id,
        "name": person.name,
        "real_name": person.real_name,
        "deleted": person.deleted,
        "is_admin": person.is_admin,
        "is_owner": person.is_owner,
        "is_primary_owner": False,
        "is_restricted": person.is_restricted,
        "is_ultra_restricted": person.is_ultra_restricted,
        "is_stranger": person.is_stranger,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "tz": person.tz,
        "tz_label": person.tz,
        "tz_offset": person.tz_offset,
        "locale": "en-US",
        "updated": 0,
        "profile": profile,
    }


METHODS = [
    Method("users.info", info, "users:read"),
    Method("users.lookupByEmail", lookup_by_email, "users:read.email"),
]
