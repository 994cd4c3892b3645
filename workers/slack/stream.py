"""The three calls of a native stream, with the place for its stop kept from the start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workers.errors import Misconfigured, SlackRefused
from workers.slack.ladder import Ladder
from workers.slack.lookup import REPLY_EVENT, metadata
from workers.slack.place import Place
from workers.state.limiter import Grant, Hold
from workers.state.slack_budgets import budgets_of
from workers.views.tasks import TaskBoard

HOLD_SECONDS = 330.0
"""Longer than Slack lets a stream live; each append renews it."""
OVER = "message_not_in_streaming_state"
STOPPED_BY_USER = "stopped_by_user"

Chunks = list[dict[str, Any]]


class StreamOver(SlackRefused):
    """The stream takes no more text: its time was over, or a person has stopped it."""

    @property
    def is_by_user(self) -> bool:
        return self.code == STOPPED_BY_USER


class Stream:
    """One live message; every method may raise what `SlackApi.call` raises, and StreamOver."""

    def __init__(self, place: Place, number: int, ladder: Ladder, board: TaskBoard) -> None:
        self._place, self._number, self._ladder, self._board = place, number, ladder, board

    def start(self, text: str) -> str:
        """Begin with a text, tasks or both and return the new message's ts; never waits for its place."""
        where = self._place.conversation
        recipient = {}
        if not where.is_direct:
            recipient = {
                "recipient_user_id": self._place.asker_id,
                "recipient_team_id": self._place.asker_team_id or where.team_id,
            }
        try:
            answer = self._tell(
                "chat.startStream",
                text,
                self._board.unsent(),
                thread_ts=where.thread_ts,
                # What a person sees first comes before what they see grow.
                priority=True,
                hold=self._hold,
                max_wait_seconds=0,
                **recipient,
            )
        except Exception:
            self.let_go()
            raise
        return str(answer["ts"])

    def append(self, ts: str, text: str, on_grant: Callable[[Grant], None] | None) -> None:
        """Add text and what the tasks have come to, if there is room for it now."""
        chunks = self._board.unsent()
        self._tell(
            "chat.appendStream",
            text,
            chunks,
            ts=ts,
            priority=False,
            hold=self._hold,
            max_wait_seconds=0,
            on_grant=on_grant,
        )

    def stop(
        self, ts: str, text: str, *, blocks: Chunks, session_status: str | None, goes_on: bool, max_wait_seconds: float
    ) -> None:
        """End it with the rest of its text and what stands below."""
        self._tell(
            "chat.stopStream",
            text,
            self._board.last_words(goes_on=goes_on),
            ts=ts,
            blocks=blocks or None,
            metadata=self._mark,
            session_status=session_status,
            reservation=self._hold.id,
            max_wait_seconds=max_wait_seconds,
        )
        self._board.move_on()

    def cut(self, ts: str, max_wait_seconds: float) -> None:
        """End it as it is; it may be over already."""
        try:
            self._call("chat.stopStream", ts=ts, reservation=self._hold.id, max_wait_seconds=max_wait_seconds)
        except StreamOver:
            self.let_go()

    def let_go(self) -> None:
        """Give the place of the stop back."""
        self._place.api.limiter.release(self._hold.budget, self._hold.id)

    def _tell(self, method: str, text: str, tasks: Chunks, **how: Any) -> Any:
        """Send text and tasks; where Slack takes no tasks the text goes alone, now and from then on."""
        words: Chunks = [{"type": "markdown_text", "text": text}] if text else []
        try:
            answer = self._call(method, chunks=[*tasks, *words] or None, **how)
        except (SlackRefused, Misconfigured) as error:
            if not tasks or isinstance(error, StreamOver) or not self._may_be_the_tasks(error):
                raise
            self._ladder.refused("tasks", error)
            self._board.is_off = True
            if not words and method != "chat.stopStream":
                raise
            return self._call(method, chunks=words or None, **how)
        self._board.sent(tasks)
        return answer

    @staticmethod
    def _may_be_the_tasks(error: SlackRefused | Misconfigured) -> bool:
        return isinstance(error, Misconfigured) or error.code in ("invalid_chunks", "invalid_arguments", "not_an_agent")

    def _call(self, method: str, **arguments: Any) -> Any:
        place = self._place
        try:
            return place.api.call(method, channel=place.conversation.channel_id, sleep=place.sleep, **arguments)
        except SlackRefused as error:
            if error.code in (OVER, STOPPED_BY_USER):
                raise StreamOver(method, error.code) from error
            raise

    @property
    def _mark(self) -> dict[str, Any]:
        return metadata(REPLY_EVENT, {"turn": self._place.turn_ts, "segment": self._number})

    @property
    def _hold(self) -> Hold:
        (budget,) = budgets_of(self._place.conversation.team_id, "chat.stopStream")
        return Hold(budget, f"{self._place.name}:{self._number}", HOLD_SECONDS)
