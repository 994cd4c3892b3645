"""Whether a request was signed by Slack, now, with our secret; no input makes this raise."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

WINDOW_SECONDS = 300
LONGEST_TIMESTAMP = 12


def is_signed_by_slack(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Return whether the signature fits the body and its time lies within the replay window."""
    timestamp = headers.get("X-Slack-Request-Timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= LONGEST_TIMESTAMP):
        return False
    if abs(now - int(timestamp)) > WINDOW_SECONDS:
        return False
    base = b"v0:" + timestamp.encode() + b":" + body
    expected = "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    given = headers.get("X-Slack-Signature", "")
    return hmac.compare_digest(expected.encode(), given.encode(errors="surrogateescape"))
