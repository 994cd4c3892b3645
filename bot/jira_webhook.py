"""What Jira's webhook brings: whether Jira signed it, and what it asks for; pure, and no input makes it raise."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any

from workers.jobs import Action

CREATED = "jira:issue_created"
MARKER = re.compile(r"sb-[0-9a-f]{12}")
KEY = re.compile(r"[A-Z][A-Z0-9_]*-[1-9][0-9]*")
PROPERTY = "supportbot"

Event = Mapping[str, Any]


def is_signed_by_jira(secret: str, signature: str, body: bytes) -> bool:
    """Return whether the value of `X-Hub-Signature` fits the raw body."""
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode(errors="surrogateescape"))


def event_of(body: bytes) -> Event | None:
    """Return the event, or None if the body is no JSON object."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def delivery_id(identifier: str, body: bytes) -> str:
    """Return what is the same for all tries of one delivery; a body without Jira's identifier names itself."""
    return identifier[:100] or hashlib.sha256(body).hexdigest()[:32]


def confirmation(event: Event, delivery: str, team_id: str) -> Action | None:
    """Return that an issue of ours exists, or None: for other events, and for issues that we did not file.

    The bot itself is the author of these events, so nothing here looks at who caused them.
    """
    issue = _object(event.get("issue"))
    key, number = str(issue.get("key") or ""), str(issue.get("id") or "")
    marker = _marker(issue)
    if event.get("webhookEvent") != CREATED or not marker or not KEY.fullmatch(key) or not number.isdecimal():
        return None
    return Action(
        id=f"jira-{delivery}",
        kind="filing_confirmed",
        team_id=team_id,
        # Not the draft's own list: there the one who waits for the lost answer may still be at work.
        subject=f"marker:{marker}",
        user_id="",
        values={"marker": marker, "key": key, "issue_id": number},
    )


def _marker(issue: Event) -> str:
    """Return the sign of a filing: our label, or our property where the webhook sends properties along."""
    labels = _object(issue.get("fields")).get("labels")
    own = _object(_object(issue.get("properties")).get(PROPERTY)).get("marker")
    found = [word for word in (*(labels if isinstance(labels, list) else ()), own) if isinstance(word, str)]
    return next((word for word in found if MARKER.fullmatch(word)), "")


def _object(value: Any) -> Event:
    return value if isinstance(value, dict) else {}
