"""Webhooks as Jira sends them: signed, one identifier for all tries, again after a failure."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from sandbox.jira import dialect, shapes
from sandbox.jira.adf import plain_text
from sandbox.jira.events import Event
from sandbox.jira.site import Site, user_shape
from sandbox.jira.wire import ORIGIN

KINDS = frozenset({"jira:issue_created", "jira:issue_updated", "comment_created", "comment_updated"})
EVENT_TYPES = {"status": "issue_generic", "assignee": "issue_assigned"}
RETRIED = frozenset({408, 409, 425, 429}) | frozenset(range(500, 600))
MOST_TRIES = 6


@dataclass
class Delivery:
    """One event on its way; `statuses` has an answer per try, 0 for no answer."""

    identifier: str
    payload: dict[str, Any]
    statuses: list[int] = field(default_factory=list)

    @property
    def event(self) -> str:
        return str(self.payload["webhookEvent"])


class Webhooks:
    """Posts events to `url` while it is set; the secret signs them."""

    def __init__(self, site: Site, origin: Callable[[], str]) -> None:
        self.url = ""
        self.secret = ""
        self.retry_seconds = 1.0
        self.bodies_as_adf = False
        """Comments come as text with wiki marks, or as documents; Jira is known to send both."""
        self.deliveries: list[Delivery] = []
        self._site, self._origin = site, origin
        self._numbers = count(1)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Deliver from the running loop from now on."""
        self._loop = asyncio.get_running_loop()

    def hear(self, event: Event) -> None:
        """Take an event, from any thread; it is posted in the background."""
        if not self.url or event.kind not in KINDS or self._loop is None:
            return
        payload = dialect.shown(self._payload(event), self._site)
        delivery = Delivery(f"{next(self._numbers):08d}-stand-in", payload)
        self.deliveries.append(delivery)
        self._loop.call_soon_threadsafe(self._spawn, delivery)

    def again(self, delivery: Delivery) -> None:
        """Post a delivery once more, as Jira at times does without need."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._spawn, delivery)

    def _spawn(self, delivery: Delivery) -> None:
        task = asyncio.ensure_future(self._deliver(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, delivery: Delivery) -> None:
        body = json.dumps(delivery.payload).replace(ORIGIN, self._origin()).encode()
        async with ClientSession(timeout=ClientTimeout(total=20, connect=5)) as session:
            for attempt in range(MOST_TRIES):
                status = await self._post(session, delivery, body, len(delivery.statuses))
                delivery.statuses.append(status)
                if status and status not in RETRIED:
                    return
                await asyncio.sleep(self.retry_seconds * 2**attempt)

    async def _post(self, session: ClientSession, delivery: Delivery, body: bytes, attempt: int) -> int:
        headers = {
            "Content-Type": "application/json; charset=UTF-8",
            "User-Agent": "Atlassian Webhook HTTP Client",
            "X-Atlassian-Webhook-Identifier": delivery.identifier,
            "X-Atlassian-Webhook-Flow": "Primary",
        }
        if attempt:
            headers["X-Atlassian-Webhook-Retry"] = str(attempt)
        if self.secret:
            headers["X-Hub-Signature"] = signature(self.secret, body)
        try:
            async with session.post(self.url, data=body, headers=headers) as response:
                return response.status
        except (ClientError, TimeoutError, OSError):
            return 0

    def _payload(self, event: Event) -> dict[str, Any]:
        payload: dict[str, Any] = {"timestamp": int(time.time() * 1000), "webhookEvent": event.kind}
        if event.kind.startswith("comment_"):
            return payload | {"comment": self._comment(event), "issue": _brief(event)}
        fields = shapes.all_fields(event.issue, event.user)
        fields |= {"description": self._text(fields["description"]), "environment": None}
        payload["user"] = user_shape(event.user)
        payload["issue"] = {"id": event.issue.id, "self": f"{ORIGIN}/rest/api/2/issue/{event.issue.id}"}
        payload["issue"] |= {"key": event.issue.key, "fields": {**fields, "comment": None}}
        if event.kind == "jira:issue_created":
            return payload | {"issue_event_type_name": "issue_created"}
        changed = {str(item["fieldId"]) for item in event.items}
        name = next((kind for each, kind in EVENT_TYPES.items() if each in changed), "issue_updated")
        history = event.issue.history[-1]["id"] if event.issue.history else "0"
        return payload | {"issue_event_type_name": name, "changelog": {"id": history, "items": list(event.items)}}

    def _comment(self, event: Event) -> dict[str, Any]:
        comment = {name: value for name, value in event.comment.items() if name != "properties"}
        return {**comment, "body": self._text(comment["body"])}

    def _text(self, document: Any) -> Any:
        return document if self.bodies_as_adf or document is None else plain_text(document)


def _brief(event: Event) -> dict[str, Any]:
    issue = event.issue
    keep = ("summary", "status", "issuetype", "project", "priority", "assignee")
    return {
        "id": issue.id,
        "self": f"{ORIGIN}/rest/api/2/issue/{issue.id}",
        "key": issue.key,
        "fields": {name: issue.fields.get(name) for name in keep},
    }


def signature(secret: str, body: bytes) -> str:
    """Return the value of X-Hub-Signature for a body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
