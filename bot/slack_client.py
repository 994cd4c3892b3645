"""How `web` reaches Slack: the client, the code of a refusal, and the proxy that applies to an address."""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from workers.settings import BotSettings

TIMEOUT_SECONDS = 10
UNREADABLE = "unreadable"
RATE_LIMITED = ("ratelimited", "rate_limited")
DEFAULT_PAUSE_SECONDS = 30.0


def make_client(settings: BotSettings) -> AsyncWebClient:
    """Return the one client; it repeats nothing by itself and still needs a session."""
    client = AsyncWebClient(
        token=settings.slack_bot_token.get_secret_value(),
        base_url=settings.slack_base_url,
        timeout=TIMEOUT_SECONDS,
        retry_handlers=[],
    )
    # The SDK has put HTTPS_PROXY here, whatever the address and NO_PROXY say.
    client.proxy = proxy_for(settings.slack_base_url)
    return client


def error_code(error: SlackApiError) -> str:
    """Return Slack's own code for a refusal, or UNREADABLE for what a proxy or half an answer said."""
    answer = error.response
    # Of a body that is no JSON the SDK hands on aiohttp's response, or one whose `get` raises.
    data = answer.data if isinstance(answer, AsyncSlackResponse) else None
    return str(data.get("error") or UNREADABLE) if isinstance(data, dict) else UNREADABLE


def seconds_refused(error: SlackApiError) -> float:
    """Return for how long Slack asks us to wait, 0 if it refused for another reason."""
    answer = error.response
    if not isinstance(answer, AsyncSlackResponse):
        return 0.0
    if answer.status_code != 429 and error_code(error) not in RATE_LIMITED:
        return 0.0
    seconds = str(answer.headers.get("Retry-After", ""))
    return float(seconds) if seconds.isdecimal() else DEFAULT_PAUSE_SECONDS


def proxy_for(url: str) -> str | None:
    """Return the environment's proxy for an address, or None where NO_PROXY or the loopback says so."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    proxies = getproxies()
    if host in ("localhost", "::1") or host.startswith("127.") or proxy_bypass(host):
        return None
    return proxies.get(scheme) or proxies.get("all")
