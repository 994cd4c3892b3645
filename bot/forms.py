"""What a form carries along unseen, and what its submission asks for; pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from workers.jobs import DRAFT_VERSION, FORM, Action, Draft, Filing, SlackFile
from workers.views.message_text import whole_text

Body = Mapping[str, Any]
SHOWN = ("form", "draft", "version")
PLACE = ("channel_id", "message_ts", "thread_ts", "response_url")

LINK = re.compile(r"<(https?://[^|>]+|mailto:[^|>]+)(?:\|([^>]*))?>")
CHANNEL = re.compile(r"<#[A-Z0-9]+\|([^>]+)>")
SPECIAL = re.compile(r"<!([a-z]+)(?:\|[^>]*)?>")


def is_editable(filing: Filing) -> bool:
    """Return whether a draft may still be changed."""
    return filing.state in ("new", "rejected")


def draft_form(draft: Draft, form_id: str, response_url: str = "") -> str:
    """Return the `private_metadata` of the form that edits a draft: which one, as of which edit, and its place."""
    where = draft.conversation
    place = {"channel_id": where.channel_id, "message_ts": "", "thread_ts": where.thread_ts}
    shown = {"project": draft.project, "issue_type": draft.issue_type, "form": form_id}
    return json.dumps({"draft": draft.id, "version": draft.version, **place, "response_url": response_url, **shown})


def plain_form(action: Action) -> str:
    """Return the `private_metadata` of a form that no worker has filled: where it came from."""
    place = {name: getattr(action, name) for name in PLACE}
    return json.dumps({**place, "form": action.values["form"]})


def shortcut_action(body: Body, team_id: str, form_id: str) -> Action:
    """Return that a form shall be filled from a message: what Slack showed of it, and where it stands."""
    message = body["message"]
    files = [SlackFile.from_slack(raw) for raw in message.get("files") or () if raw.get("id")]
    return Action(
        id=f"{body.get('trigger_id', '')}",
        kind="form_open",
        team_id=team_id,
        subject=f"form:{form_id}",
        user_id=body["user"]["id"],
        channel_id=body["channel"]["id"],
        message_ts=message["ts"],
        thread_ts=message.get("thread_ts", ""),
        response_url=body.get("response_url", ""),
        values={
            "form": form_id,
            "text": whole_text(message),
            "files": [file.model_dump(mode="json") for file in files],
        },
    )


def change_action(body: Body, team_id: str, values: Mapping[str, Any], parts: Mapping[str, str]) -> Action:
    """Return that a form shall be drawn anew for the project and type that were chosen in it; later ids are later."""
    view, click = body["view"], body["actions"][0]
    place = json.loads(view["private_metadata"])
    return Action(
        id=f"{click['action_ts']}-{view['id']}",
        kind="form_change",
        team_id=team_id,
        subject=f"form:{place['form']}",
        user_id=body["user"]["id"],
        values={
            "entered": dict(values),
            "parts": dict(parts),
            **{name: place[name] for name in SHOWN if name in place},
        },
        **{name: place[name] for name in PLACE},
    )


def edit_action(body: Body, draft: Draft, filing: Filing, values: Mapping[str, Any]) -> Action:
    """Return what a submitted form of a draft asks for; it stands where the draft's card does."""
    place = draft.conversation
    return Action(
        id=f"{body['view']['id']}-{body.get('trigger_id', '')}",
        kind="draft_edit",
        team_id=place.team_id,
        subject=f"draft:{draft.id}",
        user_id=body["user"]["id"],
        channel_id=place.channel_id,
        thread_ts=place.thread_ts,
        message_ts=filing.card_ts,
        values={**values, DRAFT_VERSION: draft.version},
    )


def file_action(body: Body, team_id: str, values: Mapping[str, Any]) -> Action:
    """Return what a submitted form asks to be filed; one form files once, however often it is sent."""
    user_id = body["user"]["id"]
    place = json.loads(body["view"]["private_metadata"])
    return Action(
        id=str(body["view"]["id"]),
        kind="shortcut_submit",
        team_id=team_id,
        subject=f"user:{user_id}",
        user_id=user_id,
        values={**values, FORM: place.get("form", "")},
        **{name: place[name] for name in PLACE},
    )


def as_markdown(text: str) -> str:
    """Return a person's message in Markdown, as it stands in a form: links and channels readable, nothing escaped."""
    text = LINK.sub(lambda link: f"[{link[2]}]({link[1]})" if link[2] else link[1], text)
    text = SPECIAL.sub(r"@\1", CHANNEL.sub(r"#\1", text))
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
