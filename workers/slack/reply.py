"""The answer of one turn as it grows in Slack. Knows when to write; `ReplyPart` knows how."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from workers.errors import ReplyGone, SlackRefused, SlackUnavailable, StateUnavailable
from workers.failpoints import failpoint
from workers.logs import get_logger
from workers.records import Conversation, ReplySegment
from workers.slack.api import SlackApi, Sleep
from workers.slack.reply_part import Place, ReplyPart
from workers.slack.status import StatusLine
from workers.state.limiter import Grant
from workers.state.slack_budgets import budgets_of
from workers.views.markdown import defuse, presentable, split
from workers.views.reply import reply_message
from workers.views.turn_buttons import TurnButton

MIN_PACE_SECONDS = 1.0
"""The shortest time between two updates of one reply."""
PATIENCE_SECONDS = 90.0
"""How long a final text is tried before the queue has to try again."""
FIRST_BACKOFF_SECONDS, LAST_BACKOFF_SECONDS = 1.0, 8.0
MAX_REFUSAL_SECONDS = 30.0

log = get_logger(__name__)


class ReplyJournal(Protocol):
    """Where the segments of a reply are kept for whoever takes the turn over."""

    def save_segments(self, segments: Sequence[ReplySegment]) -> None:
        """Store them; raises Interrupted("fenced") when the turn is no longer ours."""


class Reply:
    """One answer: one Slack message that grows, continued in a second one when it is long.

    Growth never waits and never fails for Slack's sake; the final text waits its turn and comes through or raises.
    `ReplyGone` and `Interrupted` always pass.
    """

    def __init__(
        self,
        api: SlackApi,
        conversation: Conversation,
        turn_ts: str,
        journal: ReplyJournal,
        segments: Sequence[ReplySegment] = (),
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = time.sleep,
    ) -> None:
        """Take the turn's journalled `segments` over; `sleep` may raise Interrupted."""
        self._place = Place(api, conversation, turn_ts, clock, sleep)
        self._journal = journal
        self._parts = [ReplyPart(self._place, n, record, self._save) for n, record in enumerate(segments)]
        self._status = StatusLine(api, conversation, clock)
        self._text = ""
        self._pace = MIN_PACE_SECONDS
        self._next_at = float("-inf")
        self._may_grow = True
        self._grown: list[str] = []

    @property
    def text(self) -> str:
        """All text so far, as the model wrote it."""
        return self._text

    @property
    def segments(self) -> tuple[ReplySegment, ...]:
        return tuple(part.record for part in self._parts)

    @property
    def is_visible(self) -> bool:
        """Return whether any of its text is in Slack."""
        return any(part.record.confirmed for part in self._parts)

    def append(self, text: str) -> None:
        """Add text; the first is posted at once, more is shown at the pace that Slack's limits leave."""
        self._text += text
        self.tick()

    def tick(self) -> None:
        """Show what has waited long enough; to be called while the model is silent, too."""
        if self._may_grow and self._place.clock() >= self._next_at:
            self._grow()
        self._status.tick()

    def status(self, line: str) -> None:
        """Show what is being done; never raises."""
        self._status.show(line)

    def restart_from(self, text: str) -> None:
        """Take back what a cut round wrote; the message shows `text` and what follows it."""
        self._text = text
        self.tick()

    def finish(self) -> None:
        """Show the whole text without a Stop button and take the status away."""
        self._deliver(None)

    def fail(self, sentence: str, *, can_retry: bool = False) -> None:
        """End the reply with a sentence to the person, and a button to try again."""
        self._conclude(sentence)
        self._deliver("retry" if can_retry else None)

    def stopped(self, sentence: str) -> None:
        """End the reply where it stands, with a word that it was stopped."""
        self._conclude(sentence)
        self._deliver(None)

    def withdraw(self) -> None:
        """Take every message of the reply away."""
        while self._parts:
            self._parts[-1].remove(PATIENCE_SECONDS)
            self._parts.pop()
            self._save()
        self._status.clear()

    def _conclude(self, sentence: str) -> None:
        text = presentable(self._text, is_final=True)
        self._text = f"{text}\n\n{sentence}" if text else sentence

    def _grow(self) -> None:
        wanted = self._texts(is_final=False)
        if wanted == self._grown:
            return  # Nothing new costs no time: the next words are shown at once.
        now = self._place.clock()
        self._pace = MIN_PACE_SECONDS
        try:
            self._write(None, is_final=False, max_wait_seconds=0)
            self._grown = wanted
        except ReplyGone:
            raise
        except (SlackUnavailable, StateUnavailable) as error:
            wait = error.retry_after_seconds or FIRST_BACKOFF_SECONDS
            self._pace = max(MIN_PACE_SECONDS, min(wait, MAX_REFUSAL_SECONDS))
            now = self._place.clock()
        except SlackRefused as error:
            log.warning("reply_stops_growing", method=error.method, code=error.code)
            self._may_grow = False
        self._next_at = now + self._pace

    def _deliver(self, button: TurnButton | None) -> None:
        ends, backoff = self._place.clock() + PATIENCE_SECONDS, FIRST_BACKOFF_SECONDS
        while True:
            left = ends - self._place.clock()
            try:
                self._write(button, is_final=True, max_wait_seconds=max(left, 0))
                break
            except ReplyGone:
                self._status.clear()
                raise
            except (SlackUnavailable, StateUnavailable) as error:
                wait = error.retry_after_seconds or backoff
                if wait > left:
                    raise
                self._place.sleep(wait)
                backoff = min(backoff * 2, LAST_BACKOFF_SECONDS)
        failpoint("final_shown")
        self._status.clear()

    def _write(self, button: TurnButton | None, *, is_final: bool, max_wait_seconds: float) -> None:
        """Make Slack show the text as it is now; what is shown already costs nothing."""
        texts = self._texts(is_final=is_final)
        for number, text in enumerate(texts):
            is_last = number == len(texts) - 1
            shown_button: TurnButton | None = (button if is_final else "stop") if is_last else None
            part = self._part(number)
            was_posted = bool(part.record.ts)
            part.show(
                reply_message(text, button=shown_button, turn_ts=self._place.turn_ts),
                text,
                is_closing=is_final or not is_last,
                max_wait_seconds=max_wait_seconds,
                on_grant=self._set_pace,
            )
            if not was_posted:
                self._status.message_posted()
        while is_final and len(self._parts) > len(texts):
            self._parts[-1].remove(max_wait_seconds)
            self._parts.pop()
            self._save()

    def _texts(self, *, is_final: bool) -> list[str]:
        pieces = split(defuse(self._text))
        last = len(pieces) - 1
        texts = [presentable(piece.text, is_final=is_final or n < last) for n, piece in enumerate(pieces)]
        return [text for text in texts if text]

    def _part(self, number: int) -> ReplyPart:
        if number == len(self._parts):
            self._parts.append(ReplyPart(self._place, number, None, self._save))
        return self._parts[number]

    def _save(self) -> None:
        self._journal.save_segments(self.segments)

    def _set_pace(self, grant: Grant) -> None:
        (budget,) = budgets_of(self._place.conversation.team_id, "chat.update")
        self._pace = pace_seconds(grant, budget.limit, budget.headroom)


def pace_seconds(grant: Grant, limit: int, headroom: int) -> float:
    """Return the pause that lets all open replies share what a minute has; while most of it is free, the shortest."""
    if grant.room > limit // 2:
        return MIN_PACE_SECONDS
    shared = max(1, limit - headroom - grant.holders)
    return max(MIN_PACE_SECONDS, 60.0 * max(1, grant.holders) / shared)
