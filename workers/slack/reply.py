"""The answer of one turn as it grows in Slack: when something is written. `ReplyParts` knows what and where."""

from __future__ import annotations

from collections.abc import Sequence

from workers.errors import Interrupted, ReplyGone, SlackRefused, SlackUnavailable, StateUnavailable, SupportBotError
from workers.failpoints import failpoint
from workers.logs import get_logger
from workers.records import ReplySegment
from workers.slack.ladder import Ladder
from workers.slack.pace import MIN_PACE_SECONDS
from workers.slack.place import Place
from workers.slack.reply_parts import Ending, ReplyParts
from workers.slack.session import Session, SessionStatus
from workers.slack.slot import ReplyJournal
from workers.slack.status import StatusLine
from workers.views.markdown import cut_off, harmless, presentable
from workers.views.mentions import Addressees
from workers.views.progress import BEGUN
from workers.views.tasks import Task, TaskBoard, status_line

PATIENCE_SECONDS = 90.0
"""How long a final text is tried before the queue has to try again."""
FIRST_BACKOFF_SECONDS, LAST_BACKOFF_SECONDS = 1.0, 8.0
REST_SECONDS = 15.0
"""How long taking the status away is tried; after two minutes Slack does it."""
MAX_REFUSAL_SECONDS = 30.0
LISTEN_SECONDS = 0.5
"""At least so long no call is made after one that let the answer grow."""

log = get_logger(__name__)


class Reply:
    """One answer: one Slack message that grows, continued in a second one when it is long.

    It grows as a native stream where `may_stream` and Slack allow it, else by updates, else it comes at the end.
    Growth never waits and never fails for Slack's sake; the final text waits its turn and comes through or raises.
    `ReplyGone` and `Interrupted` always pass.
    """

    def __init__(
        self,
        place: Place,
        journal: ReplyJournal,
        segments: Sequence[ReplySegment] = (),
        *,
        may_stream: bool = False,
        asks_for_feedback: bool = False,
    ) -> None:
        """Take the turn's journalled `segments` over; the place's `sleep` may raise Interrupted."""
        self._place, self._asks_for_feedback = place, asks_for_feedback
        self._ladder = Ladder(place, place.api.limiter.refusals, may_stream=may_stream)
        self._session = Session(place, self._ladder, is_open=any(segment.has_session for segment in segments))
        self._board = TaskBoard(is_off=not may_stream)
        self._parts = ReplyParts(place, self._ladder, self._session, self._board, journal, segments)
        self._status = StatusLine(place.api, place.conversation, place.clock, self._ladder)
        self._text: str | None = None
        self._next_at = float("-inf")
        self._may_grow = True
        self._grown = ""

    @property
    def text(self) -> str:
        """All text so far, as the model wrote it."""
        return self._text or ""

    @property
    def segments(self) -> tuple[ReplySegment, ...]:
        return self._parts.segments

    @property
    def is_visible(self) -> bool:
        """Return whether any of its text is in Slack."""
        return any(segment.confirmed for segment in self.segments)

    def begin(self) -> bool:
        """Post a word that the answer will replace, where Slack has no status line; tell whether so; never raises."""
        if self._text or self.segments or self._ladder.may_have_status or self._ladder.may_stream:
            return False
        try:
            return self._parts.write(BEGUN, None, max_wait_seconds=0)
        except SupportBotError as error:
            # Whatever it is, the answer itself will meet it.
            log.info("reply_not_begun", cause=type(error).__name__)
            return False

    def may_mention(self, people: Addressees) -> None:
        """Let these people be called by name; before that nobody is."""
        self._parts.people = people

    def append(self, text: str) -> None:
        """Add text; the first is shown at once, more at the pace that Slack's limits leave."""
        if self._text is None:
            self._say_from("")
        self._text = self.text + text
        self.tick()

    def tick(self) -> None:
        """Show what has waited long enough; to be called while the model is silent, too."""
        if self._may_grow and self._place.clock() >= self._next_at:
            self._grow()
        self._status.tick()

    def status(self, line: str) -> None:
        """Show what is being done; never raises."""
        self._status.show(line)
        self.begin()

    def rest_with(self, line: str) -> None:
        """Show what is waited for while the turn lies in the queue; never raises."""
        self._status.leave(line)
        self.begin()

    def task(self, task: Task) -> None:
        """Show a task of the turn: in the stream, where there is none as status line."""
        is_new = self._board.put(task)
        if is_new and not self._board.is_off and not self._ladder.may_show_tasks:
            self._board.is_off = True
        self.tick()
        if is_new and task.status == "in_progress" and not self._parts.is_streaming:
            self._status.show(status_line(task.title))

    def restart_from(self, text: str) -> None:
        """Take back what a cut round wrote; the message shows `text` and what follows it."""
        self._say_from(text)
        self.tick()

    def recall(self, text: str) -> None:
        """Take what another worker has shown as the text so far; it is written with whatever comes next."""
        self._say_from(text)

    def finish(self, last_words: str = "", *, is_waiting: bool = False) -> None:
        """Show the whole text and take the status away; `is_waiting`: the thread waits for a person's decision."""
        if last_words:
            self._conclude(last_words)
        status: SessionStatus = "suspended" if is_waiting else "active"
        self._deliver(Ending(asks_for_feedback=self._asks_for_feedback, status=status), heeds_stop=True)

    def fail(self, sentence: str, *, can_retry: bool = False) -> None:
        """End the reply with a sentence to the person, and a button to try again."""
        self._conclude(sentence)
        self._deliver(Ending(button="retry" if can_retry else None))

    def stopped(self, sentence: str) -> None:
        """End the reply where it stands, with a word that it was stopped."""
        self._conclude(sentence)
        self._deliver(Ending())

    def withdraw(self) -> None:
        """Take every message of the reply away."""
        while self._parts.remove_last(PATIENCE_SECONDS):
            pass
        self._rest("active")

    def _say_from(self, text: str) -> None:
        old = None if self._text is None else self._harmless(is_final=True)
        self._text = text
        self._parts.text_changed(old, self._harmless(is_final=True))

    def _harmless(self, *, is_final: bool) -> str:
        return harmless(self.text, self._parts.people, is_final=is_final)

    def _conclude(self, sentence: str) -> None:
        text = cut_off(self.text)
        self._say_from(f"{text}\n\n{sentence}" if text else sentence)

    def _grow(self) -> None:
        wanted = presentable(self._harmless(is_final=False))
        if wanted == self._grown and not (self._board.unsent() or self._parts.has_streams):
            return  # Nothing new costs no time: the next words are shown at once.
        began = self._place.clock()
        self._parts.pace_seconds = MIN_PACE_SECONDS
        try:
            self._write(None, max_wait_seconds=0)
            self._grown = wanted
        except ReplyGone:
            self._rest("active")
            raise
        except (SlackUnavailable, StateUnavailable) as error:
            wait = error.retry_after_seconds or FIRST_BACKOFF_SECONDS
            self._parts.pace_seconds = max(MIN_PACE_SECONDS, min(wait, MAX_REFUSAL_SECONDS))
            began = self._place.clock()
        except SlackRefused as error:
            log.warning("reply_stops_growing", method=error.method, code=error.code)
            self._may_grow = False
        # While Slack was written to the model went on: all that must be heard before the next call, slow as it may be.
        self._next_at = max(began + self._parts.pace_seconds, self._place.clock() + LISTEN_SECONDS)

    def _deliver(self, ending: Ending, *, heeds_stop: bool = False) -> None:
        ends, backoff = self._place.clock() + PATIENCE_SECONDS, FIRST_BACKOFF_SECONDS
        while True:
            left = ends - self._place.clock()
            try:
                self._write(ending, max_wait_seconds=max(left, 0))
                break
            except SlackRefused:
                self._rest(ending.status)
                raise
            except Interrupted as interrupted:
                # Slack tells of a stop when it is written to; what ends anyway goes on as an edit.
                if heeds_stop or interrupted.reason != "stopped":
                    raise
            except (SlackUnavailable, StateUnavailable) as error:
                wait = error.retry_after_seconds or backoff
                if wait > left:
                    raise
                self._place.sleep(wait)
                backoff = min(backoff * 2, LAST_BACKOFF_SECONDS)
        failpoint("final_shown")
        self._rest(ending.status)

    def _rest(self, status: SessionStatus) -> None:
        """Leave nothing standing that says that the bot works, as far as Slack takes it within seconds."""
        ends, pause = self._place.clock() + REST_SECONDS, FIRST_BACKOFF_SECONDS
        is_session_over = is_status_gone = False
        while True:
            is_session_over = is_session_over or self._session.end(status)
            is_status_gone = is_status_gone or self._status.clear()
            if (is_session_over and is_status_gone) or self._place.clock() + pause > ends:
                break
            try:
                self._place.sleep(pause)
            except Interrupted:
                break  # The answer is whole: what stops the turn now must not write after it.
            pause = min(pause * 2, LAST_BACKOFF_SECONDS)

    def _write(self, ending: Ending | None, *, max_wait_seconds: float) -> None:
        """Make Slack show the text as it is now; what is shown already costs nothing."""
        if self._parts.write(self._harmless(is_final=ending is not None), ending, max_wait_seconds):
            self._status.message_posted()
