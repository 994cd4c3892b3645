"""One Slack message of a reply, on the rung "edit": posted, then updated; its ts is journalled before text needs it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workers.errors import ReplyGone, SlackRefused, SlackUnavailable
from workers.failpoints import failpoint
from workers.logs import get_logger
from workers.records import Conversation, ReplySegment
from workers.slack.api import SlackApi, Sleep
from workers.slack.lookup import REPLY_EVENT, find_message, metadata
from workers.state.limiter import Grant, Hold
from workers.state.slack_budgets import budgets_of
from workers.views.reply import Message

HOLD_SECONDS = 330.0
"""A closing update is kept for longer than a turn may take; each update renews it."""
LOOK_AFTER_SECONDS = 1.0
"""How long after a lost answer the message, if there is one, is expected to be readable."""

log = get_logger(__name__)


@dataclass(frozen=True)
class Place:
    """Where a reply is written, and by which clock."""

    api: SlackApi
    conversation: Conversation
    turn_ts: str
    clock: Callable[[], float] = time.monotonic
    sleep: Sleep = time.sleep


class ReplyPart:
    """A message that may not be there yet; every method may raise what `SlackApi.call` raises."""

    def __init__(self, place: Place, number: int, record: ReplySegment | None, save: Callable[[], None]) -> None:
        self.record = record or ReplySegment()
        self._place, self._number, self._save = place, number, save
        self._is_intended = record is not None
        # Somebody else wrote an intent and no ts: Slack may have the message.
        self._may_be_posted = record is not None and not record.ts
        self._lost_at = float("-inf")
        self._may_hold = False
        self._shown: Message | None = None

    def show(
        self,
        message: Message,
        source: str,
        *,
        is_closing: bool,
        max_wait_seconds: float,
        on_grant: Callable[[Grant], None] | None = None,
    ) -> None:
        """Make the message read so; `is_closing` is the last word on it, comes first and uses the kept place."""
        if self._shown == message:
            return
        if self._may_be_posted:
            self._look()
        if self.record.ts:
            self._update(message, source, is_closing, max_wait_seconds, on_grant)
        else:
            self._post(message, source, is_closing, max_wait_seconds)
        self.record = self.record.model_copy(update={"confirmed": source})
        self._shown = message

    def remove(self, max_wait_seconds: float) -> None:
        """Delete the message: its text was taken back."""
        if self._may_be_posted:
            self._look()
        if self.record.ts:
            try:
                self._call("chat.delete", ts=self.record.ts, max_wait_seconds=max_wait_seconds)
            except ReplyGone:
                log.info("surplus_message_was_gone")
        self._place.api.limiter.release(self._hold.budget, self._hold.id)

    def _look(self) -> None:
        """Find out whether Slack took a post whose answer was lost."""
        wait = LOOK_AFTER_SECONDS - (self._place.clock() - self._lost_at)
        if wait > 0:
            raise SlackUnavailable("too early to look", retry_after_seconds=wait, was_sent=False)
        place = self._place
        ts = find_message(place.api, place.conversation, self._mark, oldest=place.turn_ts, sleep=place.sleep)
        log.info("lost_post_looked_up", was_found=bool(ts))
        if ts:
            self.record = self.record.model_copy(update={"ts": ts})
            self._save()
        self._may_be_posted = False

    def _post(self, message: Message, source: str, is_closing: bool, max_wait_seconds: float) -> None:
        if not self._is_intended:
            self.record = self.record.model_copy(update={"intended": source})
            self._save()
            self._is_intended = True
            failpoint("reply_intended")
        # An earlier try may have been given its place for the closing update, and then have failed.
        if is_closing and self._may_hold:
            self._place.api.limiter.release(self._hold.budget, self._hold.id)
        self._may_hold = not is_closing
        try:
            answer = self._write(
                "chat.postMessage",
                message,
                thread_ts=self._place.conversation.thread_ts,
                unfurl_links=False,
                unfurl_media=False,
                priority=is_closing,
                # Nothing is begun that could not be ended.
                hold=None if is_closing else self._hold,
                max_wait_seconds=max_wait_seconds,
            )
        except SlackUnavailable as error:
            if error.was_sent:
                self._may_be_posted, self._lost_at = True, self._place.clock()
            raise
        failpoint("reply_posted")
        self.record = self.record.model_copy(update={"ts": str(answer["ts"]), "intended": source, "confirmed": source})
        self._save()
        failpoint("reply_stored")

    def _update(
        self,
        message: Message,
        source: str,
        is_closing: bool,
        max_wait_seconds: float,
        on_grant: Callable[[Grant], None] | None,
    ) -> None:
        self.record = self.record.model_copy(update={"intended": source})
        self._save()
        self._write(
            "chat.update",
            message,
            ts=self.record.ts,
            priority=is_closing,
            reservation=self._hold.id if is_closing else "",
            hold=None if is_closing else self._hold,
            max_wait_seconds=max_wait_seconds,
            on_grant=on_grant,
        )

    def _write(self, method: str, message: Message, **how: Any) -> Any:
        """Post or update; blocks that Slack does not take are left out, for a plain text is better than none."""
        try:
            return self._call(method, blocks=message.blocks, text=message.text, metadata=self._mark, **how)
        except SlackRefused as error:
            if not error.code.startswith(("invalid_blocks", "msg_blocks")) or not how["priority"]:
                raise
            log.warning("blocks_refused", method=method, code=error.code)
            return self._call(method, text=message.text, metadata=self._mark, **how)

    def _call(self, method: str, **arguments: Any) -> Any:
        place = self._place
        return place.api.call(method, channel=place.conversation.channel_id, sleep=place.sleep, **arguments)

    @property
    def _mark(self) -> dict[str, Any]:
        return metadata(REPLY_EVENT, {"turn": self._place.turn_ts, "segment": self._number})

    @property
    def _hold(self) -> Hold:
        """The place kept for the closing update; its name is the same for whoever takes the turn over."""
        conversation = self._place.conversation
        (budget,) = budgets_of(conversation.team_id, "chat.update")
        name = f"{conversation.channel_id}:{self._place.turn_ts}:{self._number}"
        return Hold(budget, name, HOLD_SECONDS)
