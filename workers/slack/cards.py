"""Cards in a thread: one message a draft, posted once and rewritten as the draft moves on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, cast

from workers.errors import ReplyGone, SlackUnavailable, StateUnavailable
from workers.logs import get_logger
from workers.records import Conversation
from workers.slack.api import SlackApi, SlackClients, Sleep
from workers.slack.lookup import CARD_EVENT, find_message, metadata
from workers.slack.session import SessionStatus, set_at_rest
from workers.slack.surplus import take_back
from workers.state.rests import Rests

PATIENCE_SECONDS = 30.0
LOOK_AFTER_SECONDS = 1.0

log = get_logger(__name__)


class Cards:
    """Shows cards; a card is known by its key, so that no crash and no lost answer makes a second one."""

    def __init__(
        self,
        slack: SlackClients,
        *,
        sleep: Sleep = time.sleep,
        rests: Rests | None = None,
        waits: Callable[[Conversation], bool] = lambda _: False,
    ) -> None:
        """With `rests` the sessions of threads are set; `waits` tells whether one waits for a person's decision."""
        self._slack, self._sleep, self._rests, self._waits = slack, sleep, rests, waits

    def show(
        self,
        conversation: Conversation,
        *,
        key: str,
        blocks: Sequence[dict[str, Any]],
        text: str,
        known_ts: str = "",
        is_new: bool = False,
        is_passing: bool = False,
    ) -> str:
        """Make the card read so and return its ts; raises SlackUnavailable if Slack stays away for half a minute.

        Without `known_ts` the thread is searched before a card is posted, unless `is_new`: then nobody can have
        posted it. Where nobody can read a card any more nothing is shown and the ts is empty, and that is no failure:
        what the card tells is kept elsewhere. What `is_passing` is shown at once or not at all.
        """
        card = {"blocks": list(blocks), "text": text, "metadata": metadata(CARD_EVENT, {"draft": key})}
        how = {"priority": False, "max_wait_seconds": 0} if is_passing else {}
        left = 0.0 if is_passing else PATIENCE_SECONDS
        while True:
            try:
                return self._show(conversation, card | how, known_ts, is_new=is_new)
            except ReplyGone as gone:
                log.info("card_gone", code=gone.code)
                return ""
            except SlackUnavailable as error:
                # After a lost answer the thread is searched, and a message needs a moment to be found there.
                is_new = is_new and not error.was_sent
                wait = error.retry_after_seconds or LOOK_AFTER_SECONDS
                if wait > left:
                    raise
                self._sleep(wait)
                left -= max(wait, LOOK_AFTER_SECONDS)

    def take_back(self, conversation: Conversation, ts: str) -> None:
        """Delete a card that stands in the thread twice; never raises."""
        take_back(self._slack.of(conversation.team_id), conversation, ts)

    def settled(self, conversation: Conversation, status: SessionStatus) -> None:
        """Show that a decision was made in the thread, at once or, while a turn is open there, when that is over."""
        if self._rests:
            try:
                self._rests.leave(conversation, status)
            except StateUnavailable as error:
                log.info("session_not_set", status=status, error=type(error).__name__)
            else:
                self.rest(conversation)

    def rest(self, conversation: Conversation) -> None:
        """Show what was decided unless a turn is open; the thread goes on waiting if there is more to be decided."""
        if not self._rests:
            return
        try:
            status = self._rests.take(conversation)
            is_waiting = bool(status) and self._waits(conversation)
        except StateUnavailable as error:
            log.info("session_not_set", error=type(error).__name__)
            return
        if status:
            now = "suspended" if is_waiting else cast("SessionStatus", status)
            set_at_rest(self._slack.of(conversation.team_id), conversation, now)

    def _show(self, conversation: Conversation, card: dict[str, Any], known_ts: str, *, is_new: bool) -> str:
        api = self._slack.of(conversation.team_id)
        ts = known_ts
        if not ts and not is_new:
            ts = find_message(api, conversation, card["metadata"], oldest=conversation.thread_ts, sleep=self._sleep)
        if ts:
            try:
                self._call(api, "chat.update", conversation, ts=ts, **card)
            except ReplyGone as gone:
                # Somebody deleted the card alone: it comes back, for it may hold the only word on an issue.
                if gone.code != "message_not_found":
                    raise
            else:
                return ts
        place = {"thread_ts": conversation.thread_ts, "unfurl_links": False, "unfurl_media": False}
        return str(self._call(api, "chat.postMessage", conversation, **place, **card)["ts"])

    def _call(self, api: SlackApi, method: str, conversation: Conversation, **arguments: Any) -> Any:
        return api.call(method, channel=conversation.channel_id, sleep=self._sleep, **arguments)
