"""What the doctor asks Slack: are the tokens good, and does the app have the scopes that the code uses."""

from __future__ import annotations

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from workers.errors import Misconfigured, SlackUnavailable
from workers.slack.refusals import NETWORK_ERRORS, SETUP_SENTENCE

SCOPES = frozenset(
    {
        "app_mentions:read",
        "assistant:write",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "mpim:history",
        "mpim:read",
        "reactions:read",
        "users:read",
        "users:read.email",
    }
)
TIMEOUT_SECONDS = 10


def identity(token: str, base_url: str) -> tuple[str, frozenset[str]]:
    """Return who the bot is and where, and which of its scopes the token lacks."""
    answer = _call("SLACK_BOT_TOKEN", token, base_url, "auth.test")
    granted = {scope.strip() for scope in str(answer[1].get("x-oauth-scopes", "")).split(",") if scope.strip()}
    data = answer[0]
    # A Slack that names no scopes at all cannot be held against the list.
    missing = SCOPES - granted if granted else frozenset()
    return f"@{data.get('user')} in {data.get('team')}", frozenset(missing)


def open_socket(token: str, base_url: str) -> None:
    """Ask for a Socket Mode address, as the listener does at start; nothing is connected."""
    _call("SLACK_APP_TOKEN", token, base_url, "apps.connections.open")


def _call(name: str, token: str, base_url: str, method: str) -> tuple[dict[str, object], dict[str, str]]:
    client = WebClient(token=token, base_url=base_url, timeout=TIMEOUT_SECONDS, retry_handlers=[])
    client.proxy = None  # urllib then honours NO_PROXY.
    try:
        answer = client.api_call(method)
    except SlackApiError as error:
        code = error.response.get("error", "no reason given")
        advice = f"Slack answered {code} to {method}: copy {name} anew from the app's pages"
        raise Misconfigured(SETUP_SENTENCE, advice) from error
    except NETWORK_ERRORS as error:
        raise SlackUnavailable(type(error).__name__) from error
    data = answer.data if isinstance(answer.data, dict) else {}
    return data, {name.lower(): value for name, value in answer.headers.items()}
