"""The messages of one reply: what each is to say, and where one ends because its stream is old or full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from workers.logs import get_logger
from workers.records import ReplySegment
from workers.slack.ladder import Ladder
from workers.slack.pace import MIN_PACE_SECONDS, edit_pace, stream_pace
from workers.slack.place import Place
from workers.slack.reply_part import ReplyPart, Writing
from workers.slack.session import Session, SessionStatus
from workers.slack.slot import ReplyJournal, Slot
from workers.state.limiter import Grant
from workers.state.slack_budgets import GROWTH_HEADROOM, budgets_of
from workers.views.fences import CLOSE_ROOM
from workers.views.limits import SEGMENT_TEXT
from workers.views.mentions import NOBODY
from workers.views.reply import Portion
from workers.views.segments import cut_behind, pieces_of
from workers.views.splitter import Piece
from workers.views.tasks import TaskBoard
from workers.views.turn_buttons import TurnButton

ROTATE_SECONDS = 240.0
"""Slack ends a stream after about five minutes: before that it is ended at a good place, and another is begun."""
OLDEST_SECONDS = 270.0
"""If there was no good place until then the message is edited from then on."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a reply ends."""

    button: TurnButton | None = None
    asks_for_feedback: bool = False
    status: SessionStatus = "active"
    """Of the thread's session."""


class ReplyParts:
    """All messages of a reply, oldest first. A part that was ended stays what it is while the text before it does."""

    def __init__(
        self,
        place: Place,
        ladder: Ladder,
        session: Session,
        board: TaskBoard,
        journal: ReplyJournal,
        segments: Sequence[ReplySegment],
    ) -> None:
        self._place, self._ladder, self._board, self._journal = place, ladder, board, journal
        self._writing = Writing(
            place, ladder, session, board, lambda: [segment.ts for segment in self.segments], journal.segments_of_heir
        )
        self._parts = [ReplyPart(self._writing, Slot(n, record, self._save)) for n, record in enumerate(segments)]
        self._cuts = _cuts_of(segments)
        self.pace_seconds = MIN_PACE_SECONDS
        self.people = NOBODY
        """Whom the text may mention."""

    @property
    def segments(self) -> tuple[ReplySegment, ...]:
        return tuple(part.slot.record for part in self._parts)

    @property
    def is_streaming(self) -> bool:
        return any(part.stream.is_live for part in self._parts)

    @property
    def has_streams(self) -> bool:
        """Return whether a message may be an open stream, of this worker or another."""
        return any(part.slot.is_stream for part in self._parts)

    def text_changed(self, old: str | None, new: str) -> None:
        """Forget cuts behind which the text is no longer what it was; of a text that nobody knows its length counts."""
        kept = [cut for cut in self._cuts if cut <= len(new) and (old is None or old[:cut] == new[:cut])]
        self._set_cuts(kept)

    def write(self, text: str, ending: Ending | None, max_wait_seconds: float) -> bool:
        """Make Slack show the text as it is now, and return whether a message was added."""
        self._rotate(text, is_ending=ending is not None)
        before = sum(bool(segment.ts) for segment in self.segments)
        pieces = self._pieces(text, is_ending=ending is not None)
        for number, piece in enumerate(pieces):
            is_last = number == len(pieces) - 1
            is_closed = ending is not None or not is_last or number < len(self._cuts)
            portion = self._portion(piece, ending if is_last else None, is_closed=is_closed)
            if number < len(self._parts) or portion.text or portion.streamed or self._board.unsent():
                self._part(number, pieces, portion).show(
                    portion,
                    status=ending.status if ending else "active",
                    max_wait_seconds=max_wait_seconds,
                    on_stream_grant=self._heard_stream,
                    on_edit_grant=self._heard_edit,
                )
        while ending and len(self._parts) > len(pieces):
            self.remove_last(max_wait_seconds)
        return sum(bool(segment.ts) for segment in self.segments) > before

    def remove_last(self, max_wait_seconds: float) -> bool:
        """Take the last message away; False if there is none."""
        if not self._parts:
            return False
        self._parts[-1].remove(max_wait_seconds)
        self._parts.pop()
        self._save()
        return True

    def _pieces(self, text: str, *, is_ending: bool) -> list[Piece]:
        found = [piece for piece in pieces_of(text, self._cuts) if piece.text.strip()]
        if found or is_ending or not self._board.unsent():
            return found
        return [Piece("")]  # Tasks alone are worth a message, if it can be streamed.

    def _portion(self, piece: Piece, ending: Ending | None, *, is_closed: bool) -> Portion:
        return Portion(
            _body(piece),
            self._place.turn_ts,
            is_closed=is_closed,
            is_final=ending is not None,
            button=ending.button if ending else None,
            asks_for_feedback=ending is not None and ending.asks_for_feedback,
            people=self.people,
        )

    def _part(self, number: int, pieces: Sequence[Piece], portion: Portion) -> ReplyPart:
        if number == len(self._parts):
            # What is whole already costs one post, and a stream two calls of which there are fewest.
            may_stream = not portion.is_closed and self._ladder.may_stream
            if may_stream:
                # What is streamed cannot be taken back, so its beginning must not move.
                self._set_cuts(list(accumulate(len(piece.raw) for piece in pieces[:number])))
            slot = Slot(number, None, self._save)
            self._parts.append(ReplyPart(self._writing, slot, may_stream=may_stream))
        return self._parts[number]

    def _rotate(self, text: str, *, is_ending: bool) -> None:
        """End a stream that is old or full at a good place; the rest of the text goes into the next message."""
        number = len(self._cuts)
        if number != len(self._parts) - 1:
            return
        stream, record = self._parts[number].stream, self._parts[number].slot.record
        open_piece = pieces_of(text, self._cuts, len(text) + SEGMENT_TEXT)[number]
        is_full = len(open_piece.text) > SEGMENT_TEXT - CLOSE_ROOM
        is_old = stream.has_expired or (stream.is_live and stream.age_seconds >= ROTATE_SECONDS)
        if not (stream.is_live or stream.has_expired) or not (is_full or (is_old and not is_ending)):
            return
        left_out = len(open_piece.text) - len(_body(open_piece))
        sent = len(record.confirmed) + left_out - len(open_piece.opens_with)
        at_least = max(1, sent // 2 if stream.has_expired else sent)
        cut = cut_behind(open_piece.raw, open_piece.opens_with, at_least)
        if cut is not None:
            log.info("reply_rotated", age_seconds=round(stream.age_seconds), is_full=is_full)
            self._set_cuts([*self._cuts, len(text) - len(open_piece.raw) + cut])
        elif is_full or stream.age_seconds >= OLDEST_SECONDS:
            stream.end_soon()

    def _set_cuts(self, cuts: list[int]) -> None:
        """Note where messages end, also for whoever takes the turn over."""
        self._cuts = cuts
        starts = [0, *cuts]
        for number, part in enumerate(self._parts):
            covers = cuts[number] - starts[number] if number < len(cuts) else 0
            part.slot.record = part.slot.record.model_copy(update={"covers": covers})

    def _save(self) -> None:
        self._journal.save_segments(self.segments)

    def _heard_edit(self, grant: Grant) -> None:
        (budget,) = budgets_of(self._place.conversation.team_id, "chat.update")
        self.pace_seconds = edit_pace(grant, budget.limit, GROWTH_HEADROOM)

    def _heard_stream(self, grant: Grant) -> None:
        (budget,) = budgets_of(self._place.conversation.team_id, "chat.appendStream")
        self.pace_seconds = stream_pace(grant, budget.limit, budget.headroom)


def _body(piece: Piece) -> str:
    """Return the text of a part without the white space that parted it from the one before."""
    return piece.text.lstrip("\n") if piece.text.startswith("\n") else piece.text.lstrip(" ")


def _cuts_of(segments: Sequence[ReplySegment]) -> list[int]:
    """Return where earlier parts ended, as the journal has it."""
    cuts: list[int] = []
    for segment in segments:
        if not segment.covers:
            break
        cuts.append((cuts[-1] if cuts else 0) + segment.covers)
    return cuts
