"""One Slack message of a reply: on the rung that its place allows, found again after a lost answer, never doubled."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from workers.errors import Interrupted, ReplyGone, SlackRefused, SlackUnavailable, SupportBotError
from workers.lease import without_lease
from workers.logs import get_logger
from workers.records import ReplySegment
from workers.slack.edited_message import EditedMessage
from workers.slack.ladder import Ladder
from workers.slack.lookup import find_message, find_stream
from workers.slack.place import Place
from workers.slack.session import Session, SessionStatus
from workers.slack.slot import Slot
from workers.slack.streamed_message import Heard, StreamedMessage
from workers.slack.surplus import take_back
from workers.views.reply import Message, Portion
from workers.views.tasks import TaskBoard

LOOK_AFTER_SECONDS = 1.0
"""How long after a lost answer the message, if there is one, is expected to be readable."""

log = get_logger(__name__)


@dataclass(frozen=True)
class Writing:
    """What all messages of one reply share."""

    place: Place
    ladder: Ladder
    session: Session
    board: TaskBoard
    known: Callable[[], Collection[str]]
    """The ts of every message of the reply."""
    of_heir: Callable[[], Sequence[ReplySegment]]
    """The messages of the reply as whoever has taken the turn over knows them."""


class ReplyPart:
    """A message that may not be there yet; every method may raise what `SlackApi.call` raises."""

    def __init__(self, writing: Writing, slot: Slot, *, may_stream: bool = False) -> None:
        self.slot, self._writing = slot, writing
        if may_stream:
            slot.record = slot.record.model_copy(update={"kind": "stream"})
        self.stream = StreamedMessage(writing.place, slot, writing.ladder, writing.session, writing.board)
        self._edited = EditedMessage(writing.place, slot)
        self._shown: Message | None = None

    def show(
        self,
        portion: Portion,
        *,
        status: SessionStatus = "active",
        max_wait_seconds: float,
        on_stream_grant: Heard = None,
        on_edit_grant: Heard = None,
    ) -> None:
        """Make the message read so; the last word on it comes first and uses the place that was kept for it."""
        was_posted = bool(self.slot.record.ts)
        try:
            self._show(portion, status, max_wait_seconds, on_stream_grant, on_edit_grant)
        except Interrupted as interrupted:
            if interrupted.reason == "fenced" and self.slot.record.ts and not was_posted:
                self._give_way(self.slot.record.ts)
            raise

    def _show(
        self,
        portion: Portion,
        status: SessionStatus,
        max_wait_seconds: float,
        on_stream_grant: Heard,
        on_edit_grant: Heard,
    ) -> None:
        if self.slot.may_be_posted:
            self._look()
        was_streamed = self.slot.is_stream and self.stream.show(
            portion, status=status, max_wait_seconds=max_wait_seconds, on_grant=on_stream_grant
        )
        if not was_streamed:
            self._edit(portion, max_wait_seconds, on_edit_grant)
        elif portion.is_closed:
            self._shown = portion.message

    def remove(self, max_wait_seconds: float) -> None:
        """Delete the message: its text was taken back."""
        if self.slot.may_be_posted:
            self._look()
        if self.slot.record.ts:
            if self.slot.is_stream:
                self.stream.leave(max_wait_seconds)
            try:
                place = self._writing.place
                place.api.call(
                    "chat.delete",
                    channel=place.conversation.channel_id,
                    ts=self.slot.record.ts,
                    max_wait_seconds=max_wait_seconds,
                    sleep=place.sleep,
                )
            except ReplyGone:
                log.info("surplus_message_was_gone")
        self._edited.let_go()

    def _give_way(self, ts: str) -> None:
        """Take back the message that was just posted if whoever has taken the turn over shows another one."""
        place, number = self._writing.place, self.slot.number
        try:
            of_heir = self._writing.of_heir()
            other = of_heir[number].ts if number < len(of_heir) else ""
            with without_lease():
                other = other or find_message(
                    place.api, place.conversation, self._edited.mark, oldest=place.turn_ts, besides=ts
                )
        except SupportBotError as error:
            log.warning("heir_not_asked", cause=type(error).__name__)
            return
        if other and other != ts:
            take_back(place.api, place.conversation, ts, is_stream=self.slot.is_stream)

    def _edit(self, portion: Portion, max_wait_seconds: float, on_grant: Heard) -> None:
        message = portion.message
        if not portion.text or message == self._shown or self._was_closed_so(portion):
            return
        for is_last_try in (False, True):
            try:
                self._edited.show(
                    message,
                    portion.text,
                    is_closing=portion.is_closed,
                    max_wait_seconds=max_wait_seconds,
                    on_grant=on_grant,
                )
            except SlackRefused as error:
                if error.code != "streaming_state_conflict" or is_last_try:
                    raise
                # It lives after all: it must be ended before it can be edited.
                self.stream.leave(max_wait_seconds)
            else:
                break
        self._shown = message

    def _was_closed_so(self, portion: Portion) -> bool:
        """Return whether the message, ended by another worker, reads so already."""
        record = self.slot.record
        is_same = record.is_whole and portion.is_closed and record.confirmed == portion.text
        return is_same and not portion.buttons

    def _look(self) -> None:
        """Find out whether Slack took a message whose answer was lost."""
        place, slot = self._writing.place, self.slot
        wait = LOOK_AFTER_SECONDS - (place.clock() - slot.lost_at)
        if wait > 0:
            raise SlackUnavailable("too early to look", retry_after_seconds=wait, was_sent=False)
        is_stream = slot.is_stream
        if is_stream:
            ts = find_stream(place, since=slot.record.started_at, known=self._writing.known())
        else:
            ts = find_message(place.api, place.conversation, self._edited.mark, oldest=place.turn_ts, sleep=place.sleep)
        log.info("lost_post_looked_up", was_found=bool(ts))
        slot.may_be_posted = False
        if is_stream and ts:
            self.stream.adopt(ts)
        elif ts:
            slot.note(ts=ts)
        elif is_stream:
            slot.record = slot.record.model_copy(update={"kind": "edit"})
            slot.is_intended = False
