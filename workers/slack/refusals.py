"""What Slack's failures mean to us: one pure translation of its error codes and of lost connections."""

from __future__ import annotations

import http.client
import re
import ssl
import urllib.error
from collections.abc import Mapping

from workers.errors import Misconfigured, ReplyGone, SlackRefused, SlackUnavailable, SupportBotError

RATE_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})

# Slack itself failed; the call may have been done.
PASSING = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})

GONE = frozenset(
    {
        "cannot_reply_to_message",
        "cant_update_message",
        "channel_is_limited_access",
        "channel_not_found",
        "edit_window_closed",
        "invalid_thread_ts",
        "is_archived",
        "is_inactive",
        "message_not_found",
        "messages_tab_disabled",
        "not_in_channel",
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_locked",
        "restricted_action_thread_only_channel",
        "thread_not_found",
        "user_disabled",
    }
)
"""The message, thread or channel is gone, or closed to us: nobody would read what we write."""

MENDED_BY_OPERATOR = frozenset(
    {
        "access_denied",
        "account_inactive",
        "app_missing_action_url",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)
SETUP_SENTENCE = "I can't work in this workspace at the moment: my access to Slack needs my operator's attention."

NETWORK_ERRORS = (OSError, http.client.HTTPException)
"""What urllib raises when there is no answer; its own URLError and timeouts are OSErrors."""
NEVER_SENT = (ConnectionRefusedError, ssl.SSLError)
DEFAULT_RETRY_SECONDS = 30.0


def is_rate_limit(status: int, code: str) -> bool:
    """Return whether an answer says "later" and certainly nothing was done."""
    return status == 429 or code in RATE_LIMITED


def retry_after_seconds(headers: Mapping[str, str]) -> float:
    """Return for how long Slack asks us to wait."""
    found = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return float(found) if found.isdigit() else DEFAULT_RETRY_SECONDS


def error_of_answer(method: str, status: int, code: str, needed: str = "") -> SupportBotError:
    """Return our error for an answer that is not ok and not a rate limit."""
    if not re.fullmatch(r"[a-z0-9_]*", code):
        code = ""  # No code but the beginning of a page that some proxy wrote.
    if code in MENDED_BY_OPERATOR or status in (401, 403):
        wanted = f" (needs {needed})" if needed else ""
        return Misconfigured(SETUP_SENTENCE, f"Slack refused {method}: {code or status}{wanted}", code=code)
    if code in GONE:
        return ReplyGone(method, code)
    if code in PASSING or status >= 500 or not code:
        return SlackUnavailable(f"{method}: {code or status}")
    return SlackRefused(method, code)


def error_of_network(method: str, error: Exception) -> SlackUnavailable:
    """Return our error for a call without an answer; only a connection that never was proves that nothing was sent."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    was_sent = not isinstance(cause, NEVER_SENT) and not _is_unknown_host(cause)
    return SlackUnavailable(f"{method}: {type(cause).__name__}", was_sent=was_sent)


def _is_unknown_host(cause: object) -> bool:
    return type(cause).__name__ == "gaierror"
