"""Delivery by signed HTTP requests to the app's request URL."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp

from sandbox.slack.delivery import Answer, DeliveryKind, Retry

Json = dict[str, Any]


class UrlNotVerified(RuntimeError):
    """The request URL did not answer Slack's challenge."""


@dataclass
class HttpDelivery:
    """POSTs to one URL, signed as Slack signs."""

    url: str
    signing_secret: str
    _session: aiohttp.ClientSession | None = field(default=None, repr=False)

    async def wait_open(self, seconds: float) -> bool:  # noqa: ARG002  a URL is always worth a try
        return True

    async def verify(self) -> None:
        """Do the handshake that Slack does when a request URL is saved."""
        challenge = uuid.uuid4().hex
        body = {"token": "verification-token", "challenge": challenge, "type": "url_verification"}
        answer = await self.send("events_api", body, None, 3.0)
        echoed = answer.body.get("challenge") if isinstance(answer.body, dict) else answer.body
        if not answer.is_acked or echoed != challenge:
            raise UrlNotVerified(f"{self.url} did not return the challenge")

    async def send(self, kind: DeliveryKind, payload: Json, retry: Retry | None, ack_seconds: float) -> Answer:
        """POST once; a 2xx within the time is the acknowledgement."""
        content_type, body = encoded(kind, payload)
        headers = signed_headers(self.signing_secret, body) | {"Content-Type": content_type}
        if retry is not None:
            headers |= {"X-Slack-Retry-Num": str(retry.number), "X-Slack-Retry-Reason": retry.reason}
        timeout = aiohttp.ClientTimeout(total=ack_seconds)
        try:
            async with self._http().post(self.url, data=body, headers=headers, timeout=timeout) as response:
                text = await response.text()
                return answer_of(response.status, response.headers.get("X-Slack-No-Retry") == "1", text)
        except TimeoutError:
            return Answer(is_acked=False, reason="http_timeout")
        except aiohttp.ClientError:
            return Answer(is_acked=False, reason="connection_failed")

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session


def encoded(kind: DeliveryKind, payload: Json) -> tuple[str, bytes]:
    """Return content type and body: events are JSON, clicks a form with one JSON field, commands a plain form."""
    if kind == "events_api":
        return "application/json", json.dumps(payload).encode()
    form = {"payload": json.dumps(payload)} if kind == "interactive" else payload
    return "application/x-www-form-urlencoded", urlencode(form).encode()


def signed_headers(signing_secret: str, body: bytes) -> dict[str, str]:
    """Return the two headers that prove a request comes from Slack."""
    timestamp = str(int(time.time()))
    base = b"v0:" + timestamp.encode() + b":" + body
    signature = hmac.new(signing_secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={signature}"}


def answer_of(status: int, is_final: bool, text: str) -> Answer:
    """Return what an HTTP response means to Slack."""
    if not 200 <= status < 300:
        return Answer(is_acked=False, reason="http_error", is_final=is_final)
    try:
        body = json.loads(text) if text else None
    except ValueError:
        body = text
    return Answer(is_acked=True, body=body)
