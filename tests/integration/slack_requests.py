"""Requests as Slack signs them in HTTP mode."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

import requests

from tests.integration.listener_harness import SECRET, RunningListener

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def event_body(**event: Any) -> bytes:
    inner = {"type": "app_mention", "user": "U1", "channel": "C1", "ts": "1.1", "text": "<@U0SUPPORT> hi"} | event
    return json.dumps({"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "event": inner}).encode()


def signature(body: bytes, timestamp: str, secret: str = SECRET) -> str:
    return "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()


def post(web: RunningListener, body: bytes, content_type: str = JSON, **headers: str | None) -> requests.Response:
    """POST signed as Slack does; a header given as None is left out."""
    timestamp = headers.get("timestamp", str(int(time.time())))
    signed = headers.get("signature", signature(body, timestamp or ""))
    sent = {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signed,
    }
    given = {name: value.encode() for name, value in sent.items() if value is not None}
    return requests.post(f"{web.url}/slack/events", data=body, headers=given, timeout=10)
