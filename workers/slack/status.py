"""The status line under a thread ("is searching Jira…"): best effort, never in the way of an answer."""

from __future__ import annotations

from collections.abc import Callable

from workers.errors import Misconfigured, ReplyGone, SlackRefused, Transient, TurnFailed
from workers.logs import get_logger
from workers.records import Conversation
from workers.slack.api import SlackApi
from workers.slack.ladder import Ladder

METHOD = "assistant.threads.setStatus"
MIN_PAUSE_SECONDS = 1.0
REFRESH_SECONDS = 80.0
"""Slack takes a status away after two minutes."""
CLEAR_WAIT_SECONDS = 5.0

log = get_logger(__name__)


class StatusLine:
    """The status of one thread; no method raises because of Slack."""

    def __init__(self, api: SlackApi, conversation: Conversation, clock: Callable[[], float], ladder: Ladder) -> None:
        self._api, self._conversation, self._clock, self._ladder = api, conversation, clock, ladder
        self._wanted = self._shown = ""
        self._sent_at = float("-inf")

    def show(self, line: str) -> None:
        """Show a line, or the last one given as soon as a second has passed since the one before."""
        self._wanted = line
        self.tick()

    def tick(self) -> None:
        """Send what is wanted and not shown, and refresh what Slack is about to take away."""
        age = self._clock() - self._sent_at
        is_new = self._wanted != self._shown and age >= MIN_PAUSE_SECONDS
        if self._wanted and (is_new or age >= REFRESH_SECONDS):
            self._send(self._wanted, priority=False, max_wait_seconds=0)

    def leave(self, line: str) -> None:
        """Show a line that is to stand while nobody works on the turn, however soon after the last one."""
        self._wanted = line
        self._send(line, priority=False, max_wait_seconds=CLEAR_WAIT_SECONDS)

    def message_posted(self) -> None:
        """Slack clears the status when a message is posted; the next `show` sets it again."""
        self._wanted = self._shown = ""

    def clear(self) -> bool:
        """Leave nothing standing; False if another try may do it."""
        self._wanted = ""
        return self._send("", priority=True, max_wait_seconds=CLEAR_WAIT_SECONDS)

    def _send(self, line: str, *, priority: bool, max_wait_seconds: float) -> bool:
        """Return whether Slack took or refused it; False if it could not be reached."""
        try:
            if not self._ladder.may_have_status:
                return True
            self._api.call(
                METHOD,
                priority=priority,
                max_wait_seconds=max_wait_seconds,
                channel_id=self._conversation.channel_id,
                thread_ts=self._conversation.thread_ts,
                status=line,
            )
        except (Transient, SlackRefused, TurnFailed) as error:
            log.info("status_not_set", error=type(error).__name__)
            if isinstance(error, SlackRefused | Misconfigured) and not isinstance(error, ReplyGone):
                self._ladder.refused("status", error)
            return not isinstance(error, Transient)
        finally:
            # A slow call is followed by the same pause as a quick one.
            self._sent_at = self._clock()
        self._shown = line
        return True
