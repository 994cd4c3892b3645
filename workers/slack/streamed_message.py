"""One Slack message of a reply on the rung "stream": it only grows; what it cannot do is left to the rung below."""

from __future__ import annotations

from collections.abc import Callable

from workers.errors import Interrupted, Misconfigured, ReplyGone, SlackRefused, SlackUnavailable
from workers.failpoints import failpoint
from workers.logs import get_logger
from workers.slack.ladder import Ladder
from workers.slack.place import Place
from workers.slack.session import Session, SessionStatus
from workers.slack.slot import Slot
from workers.slack.stream import Stream, StreamOver
from workers.state.limiter import Grant
from workers.views.reply import Portion
from workers.views.tasks import TaskBoard

log = get_logger(__name__)

Heard = Callable[[Grant], None] | None


class StreamedMessage:
    """A native stream while it lives. `show` returns False when the message has to be edited from now on."""

    def __init__(self, place: Place, slot: Slot, ladder: Ladder, session: Session, board: TaskBoard) -> None:
        self._place, self._slot, self._ladder = place, slot, ladder
        self._session, self._board = session, board
        self._stream = Stream(place, slot.number, ladder, board)
        self._started_at: float | None = None
        self._must_end = False
        self.has_expired = False
        """Slack itself has ended it: what follows may go into a new message."""

    @property
    def is_live(self) -> bool:
        """Return whether it takes text that follows what it has."""
        return self._slot.is_stream and self._started_at is not None and not self._must_end

    @property
    def age_seconds(self) -> float:
        return self._place.clock() - self._started_at if self._started_at is not None else 0.0

    def end_soon(self) -> None:
        """Give the stream up at the next occasion; the message stays."""
        self._must_end = True

    def adopt(self, ts: str) -> None:
        """Take a message in whose start had no answer: one that this process sent goes on, another's is ended."""
        is_mine = self._slot.lost_at > float("-inf")
        self._slot.note(ts=ts, has_session=True)
        if is_mine:
            self._started_at = self._slot.lost_at
            self._slot.confirm(self._slot.record.intended)
            self._session.begin()

    def show(self, portion: Portion, *, status: SessionStatus, max_wait_seconds: float, on_grant: Heard) -> bool:
        """Make the message read so."""
        if not self._slot.record.ts:
            is_shown = self._start(portion)
            # One that begins with its last words has to be ended all the same.
            if not (is_shown and portion.is_closed and self._slot.record.ts):
                return is_shown
        if not self.is_live or not portion.streamed.startswith(self._slot.record.confirmed):
            self.leave(max_wait_seconds)
            return False
        try:
            if portion.is_closed:
                return self._stop(portion, status, max_wait_seconds)
            self._append(portion.streamed, on_grant)
        except StreamOver as over:
            self._over(over)
            return False
        except SlackUnavailable as error:
            # What was sent and not answered may be there twice if it were sent again: the message is rewritten.
            self._must_end = error.was_sent
            raise
        return True

    def leave(self, max_wait_seconds: float) -> None:
        """End the stream so that its message can be edited; raises SlackUnavailable if that is not certain."""
        try:
            self._stream.cut(self._slot.record.ts, max_wait_seconds)
        except ReplyGone:
            raise
        except SlackRefused as error:
            log.warning("stream_not_stopped", code=error.code)
        self._slot.note(kind="edit")

    def _start(self, portion: Portion) -> bool:
        text = portion.streamed
        if not text and not self._board.unsent():
            return True
        self._slot.note(kind="stream", intended=text, started_at=self._place.wall())
        self._slot.is_intended = True
        failpoint("reply_intended")
        began = self._place.clock()
        try:
            ts = self._stream.start(text)
        except SlackUnavailable as error:
            if error.was_sent:
                self._slot.lost(began)
                raise
            return self._step_down()
        except (SlackRefused, Misconfigured) as error:
            self._ladder.refused("stream", error)
            return self._step_down()
        failpoint("reply_posted")
        self._started_at = began
        self._slot.note(ts=ts, confirmed=text, has_session=True)
        failpoint("reply_stored")
        self._session.begin()
        return True

    def _step_down(self) -> bool:
        """Nothing was sent: the next rung writes an intent of its own."""
        self._slot.record = self._slot.record.model_copy(update={"kind": "edit"})
        self._slot.is_intended = False
        return False

    def _append(self, text: str, on_grant: Heard) -> None:
        tail = text[len(self._slot.record.confirmed) :]
        if not tail and not self._board.unsent():
            return
        self._slot.note(intended=text)
        try:
            self._stream.append(self._slot.record.ts, tail, on_grant)
        except (ReplyGone, StreamOver):
            raise
        except SlackRefused as error:
            if not tail:
                return  # Only tasks, which Slack does not take here.
            log.warning("append_refused", code=error.code)
            self._must_end = True
            return
        self._slot.confirm(text)

    def _stop(self, portion: Portion, status: SessionStatus, max_wait_seconds: float) -> bool:
        text, is_final = portion.streamed, portion.is_final
        self._slot.note(intended=text)
        ends_session = is_final and self._session.is_open
        try:
            self._stream.stop(
                self._slot.record.ts,
                text[len(self._slot.record.confirmed) :],
                blocks=portion.buttons,
                session_status=status if ends_session else None,
                goes_on=not is_final,
                max_wait_seconds=max_wait_seconds,
            )
        except (ReplyGone, StreamOver):
            raise
        except SlackRefused as error:
            log.warning("stop_refused", code=error.code)
            self.leave(max_wait_seconds)
            return False
        failpoint("stream_stopped")
        if ends_session:
            self._session.ended_by_stream()
        self._slot.note(kind="edit", confirmed=text, is_whole=True)
        return True

    def _over(self, over: StreamOver) -> None:
        self._stream.let_go()
        self._slot.note(kind="edit")
        if over.is_by_user:
            raise Interrupted("stopped") from over
        log.info("stream_expired", age_seconds=round(self.age_seconds))
        self.has_expired = True
