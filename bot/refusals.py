"""What Slack is answered when an event cannot be taken, and since when some were not.

Slack may bring one again only after minutes, so that they are looked for before.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse

from bot.installation import NotAuthorised
from workers.jobs import StateUnavailable
from workers.logs import get_logger

log = get_logger(__name__)


@dataclass
class Refusals:
    """Answers for a listener that raised, and remembers since when events were refused that nobody looks for yet."""

    since: float | None = None
    """Unix seconds of the first of them; None if there is none."""

    async def answer(self, error: Exception, body: dict[str, Any]) -> BoltResponse:
        """Turn what went wrong into the status that Slack understands."""
        if isinstance(error, BoltUnhandledRequestError):
            log.info("unhandled_request", request_type=str(error.body.get("type", "command")))
            return BoltResponse(status=200)
        if isinstance(error, StateUnavailable | NotAuthorised):
            log.warning("event_refused", problem=type(error).__name__, what=str(error))
            if self.since is None and body.get("type") == "event_callback":
                self.since = time.time()
            return BoltResponse(status=503)
        log.error("listener_failed", exc_info=error)
        return BoltResponse(status=500)
