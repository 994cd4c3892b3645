"""Short-lived permissions: trigger ids open one view within 3 seconds, response urls take 5 posts in 30 minutes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from sandbox.slack.clock import Clock
from sandbox.slack.errors import ApiError

TRIGGER_SECONDS = 3.0
RESPONSE_URL_SECONDS = 30 * 60.0
RESPONSE_URL_USES = 5


@dataclass
class Trigger:
    """A person's click or command, exchangeable for one view."""

    user: str
    issued_at: float
    view_id: str | None = None
    is_used: bool = False


@dataclass
class ResponseUrl:
    """Where a click or a command may be answered later."""

    channel: str
    user: str
    issued_at: float
    message_ts: str | None = None
    uses: int = 0


@dataclass
class Triggers:
    """All that were issued."""

    clock: Clock
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)

    def issue(self, user: str, view_id: str | None = None) -> str:
        """Return a new trigger id for something `user` just did (inside the open view `view_id`, if any)."""
        trigger_id = f"{uuid.uuid4().int % 10**12}.{uuid.uuid4().int % 10**12}.{uuid.uuid4().hex}"
        self.triggers[trigger_id] = Trigger(user, self.clock.monotonic(), view_id)
        return trigger_id

    def exchange(self, trigger_id: str | None) -> Trigger:
        """Use a trigger up, or raise what Slack answers for one that is unknown, old or used."""
        trigger = self.triggers.get(trigger_id or "")
        if trigger is None:
            raise ApiError("invalid_trigger_id")
        if self.clock.monotonic() - trigger.issued_at > TRIGGER_SECONDS:
            raise ApiError("expired_trigger_id")
        if trigger.is_used:
            raise ApiError("exchanged_trigger_id")
        trigger.is_used = True
        return trigger

    def response_path(self, channel: str, user: str, message_ts: str | None = None) -> str:
        """Return the path of a new response url."""
        key = uuid.uuid4().hex
        self.response_urls[key] = ResponseUrl(channel, user, self.clock.monotonic(), message_ts)
        return f"/response/{key}"

    def use_response_url(self, key: str) -> ResponseUrl:
        """Count a use of a response url, or raise what Slack answers for one that is unknown, old or used up."""
        response_url = self.response_urls.get(key)
        if response_url is None:
            raise ApiError("invalid_url")
        is_old = self.clock.monotonic() - response_url.issued_at > RESPONSE_URL_SECONDS
        if is_old or response_url.uses >= RESPONSE_URL_USES:
            raise ApiError("expired_url" if is_old else "used_url")
        response_url.uses += 1
        return response_url
