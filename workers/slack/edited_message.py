"""One Slack message of a reply on the rung "edit": posted, then updated; its ts is journalled before text needs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workers.errors import SlackRefused, SlackUnavailable
from workers.failpoints import failpoint
from workers.logs import get_logger
from workers.slack.lookup import REPLY_EVENT, metadata
from workers.slack.place import Place
from workers.slack.slot import Slot
from workers.state.limiter import Grant, Hold
from workers.state.slack_budgets import GROWTH_HEADROOM, budgets_of
from workers.views.reply import Message

HOLD_SECONDS = 330.0
"""A closing update is kept for longer than a turn may take; each update renews it."""

log = get_logger(__name__)


class EditedMessage:
    """Posts and updates; every method may raise what `SlackApi.call` raises."""

    def __init__(self, place: Place, slot: Slot) -> None:
        self._place, self._slot = place, slot
        self._may_hold = False

    def show(
        self,
        message: Message,
        source: str,
        *,
        is_closing: bool,
        max_wait_seconds: float,
        on_grant: Callable[[Grant], None] | None,
    ) -> None:
        """Make the message read so; `is_closing` is the last word on it, comes first and uses the kept place."""
        if self._slot.record.ts:
            self._update(message, source, is_closing, max_wait_seconds, on_grant)
        else:
            self._post(message, source, is_closing, max_wait_seconds)

    def let_go(self) -> None:
        """Give the place of the closing update back."""
        self._place.api.limiter.release(self._hold.budget, self._hold.id)

    def _post(self, message: Message, source: str, is_closing: bool, max_wait_seconds: float) -> None:
        if not self._slot.is_intended:
            self._slot.note(kind="edit", intended=source)
            self._slot.is_intended = True
            failpoint("reply_intended")
        # An earlier try may have been given its place for the closing update, and then have failed.
        if is_closing and self._may_hold:
            self.let_go()
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
                self._slot.lost(self._place.clock())
            raise
        failpoint("reply_posted")
        self._slot.posted(str(answer["ts"]), source)
        failpoint("reply_stored")

    def _update(
        self,
        message: Message,
        source: str,
        is_closing: bool,
        max_wait_seconds: float,
        on_grant: Callable[[Grant], None] | None,
    ) -> None:
        self._slot.note(intended=source, is_whole=False)
        self._write(
            "chat.update",
            message,
            ts=self._slot.record.ts,
            priority=is_closing,
            reservation=self._hold.id if is_closing else "",
            hold=None if is_closing else self._hold,
            headroom=GROWTH_HEADROOM,
            max_wait_seconds=max_wait_seconds,
            on_grant=on_grant,
        )
        self._slot.confirm(source)

    def _write(self, method: str, message: Message, **how: Any) -> Any:
        """Post or update; blocks that Slack does not take are left out, for a plain text is better than none."""
        try:
            return self._call(method, blocks=message.blocks, text=message.text, metadata=self.mark, **how)
        except SlackRefused as error:
            if not error.code.startswith(("invalid_blocks", "msg_blocks")) or not how["priority"]:
                raise
            log.warning("blocks_refused", method=method, code=error.code)
            return self._call(method, text=message.text, metadata=self.mark, **how)

    def _call(self, method: str, **arguments: Any) -> Any:
        place = self._place
        return place.api.call(method, channel=place.conversation.channel_id, sleep=place.sleep, **arguments)

    @property
    def mark(self) -> dict[str, Any]:
        """What the message is known by if the answer to its post is lost."""
        return metadata(REPLY_EVENT, {"turn": self._place.turn_ts, "segment": self._slot.number})

    @property
    def _hold(self) -> Hold:
        """The place kept for the closing update; its name is the same for whoever takes the turn over."""
        (budget,) = budgets_of(self._place.conversation.team_id, "chat.update")
        return Hold(budget, f"{self._place.name}:{self._slot.number}", HOLD_SECONDS)
