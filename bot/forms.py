"""What a form carries along unseen, and what its submission asks for; pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from workers.jobs import DRAFT_VERSION, Action, Draft, Filing

Body = Mapping[str, Any]

LINK = re.compile(r"<(https?://[^|>]+|mailto:[^|>]+)(?:\|([^>]*))?>")
CHANNEL = re.compile(r"<#[A-Z0-9]+\|([^>]+)>")
SPECIAL = re.compile(r"<!([a-z]+)(?:\|[^>]*)?>")


def is_editable(filing: Filing) -> bool:
    """Return whether a draft may still be changed."""
    return filing.state in ("new", "rejected")


def draft_form(draft: Draft) -> str:
    """Return the `private_metadata` of the form that edits a draft: which one, as of which edit."""
    return json.dumps({"draft": draft.id, "version": draft.version})


def shortcut_form(body: Body) -> str:
    """Return the `private_metadata` of the form that files a message: where the message stands."""
    message = body["message"]
    return json.dumps(
        {
            "channel_id": body["channel"]["id"],
            "message_ts": message["ts"],
            "thread_ts": message.get("thread_ts", ""),
            "response_url": body.get("response_url", ""),
        }
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
    """Return what a submitted form of a shortcut asks for; one form files once, however often it is sent."""
    user_id = body["user"]["id"]
    place = json.loads(body["view"]["private_metadata"])
    return Action(
        id=str(body["view"]["id"]),
        kind="shortcut_submit",
        team_id=team_id,
        subject=f"user:{user_id}",
        user_id=user_id,
        values=dict(values),
        **place,
    )


def as_markdown(text: str) -> str:
    """Return a person's message in Markdown, as it stands in a form: links and channels readable, nothing escaped."""
    text = LINK.sub(lambda link: f"[{link[2]}]({link[1]})" if link[2] else link[1], text)
    text = SPECIAL.sub(r"@\1", CHANNEL.sub(r"#\1", text))
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
