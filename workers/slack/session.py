"""The agent session of a thread: "processing" gives people Slack's own Stop button; best effort, as the status line."""

from __future__ import annotations

from typing import Literal

from workers.errors import Misconfigured, ReplyGone, SlackRefused, SlackUnavailable, Transient
from workers.logs import get_logger
from workers.records import Conversation
from workers.slack.api import SlackApi
from workers.slack.ladder import Ladder
from workers.slack.place import Place
from workers.state.limiter import Hold
from workers.state.slack_budgets import budgets_of

METHOD = "agents.sessions.setStatus"
SessionStatus = Literal["active", "suspended", "closed"]
Answer = Literal["taken", "refused", "not_taken", "unsure"]
HOLD_SECONDS = 330.0
END_WAIT_SECONDS = 5.0

log = get_logger(__name__)


def set_at_rest(api: SlackApi, conversation: Conversation, status: SessionStatus) -> None:
    """Set a thread's session when no turn runs there; never raises because of Slack."""
    place = Place(api, conversation, conversation.thread_ts)
    ladder = Ladder(place, api.limiter.refusals, may_stream=False)
    if ladder.may_have_session:
        Session(place, ladder, is_open=True).end(status, max_wait_seconds=0)


class Session:
    """The session of one turn; no method raises because of Slack."""

    def __init__(self, place: Place, ladder: Ladder, *, is_open: bool = False) -> None:
        """`is_open`: somebody else may have begun it."""
        self._place, self._ladder = place, ladder
        self.is_open = is_open

    def begin(self) -> None:
        """Show that the bot works, if there is room to say later that it no longer does."""
        if not self.is_open and self._ladder.may_have_session:
            asker = self._place.asker_id or None
            answer = self._set("processing", hold=self._hold, initiator_user_id=asker, max_wait_seconds=0)
            self.is_open = answer in ("taken", "unsure")
            if not self.is_open:
                self._release()

    def ended_by_stream(self) -> None:
        """The end of a stream has set the status along with it."""
        self._release()

    def end(self, status: SessionStatus, max_wait_seconds: float = END_WAIT_SECONDS) -> bool:
        """Show that the bot no longer works; False if another try may do it."""
        if self.is_open:
            name = self._hold.id
            answer = self._set(status, priority=True, reservation=name, max_wait_seconds=max_wait_seconds)
            self._release()
            self.is_open = answer in ("not_taken", "unsure")
        return not self.is_open

    def _release(self) -> None:
        self.is_open = False
        try:
            self._place.api.limiter.release(self._hold.budget, self._hold.id)
        except Transient:
            return  # It lapses by itself.

    def _set(
        self,
        status: str,
        *,
        max_wait_seconds: float,
        priority: bool = False,
        reservation: str = "",
        hold: Hold | None = None,
        initiator_user_id: str | None = None,
    ) -> Answer:
        where = self._place.conversation
        try:
            self._place.api.call(
                METHOD,
                priority=priority,
                reservation=reservation,
                hold=hold,
                max_wait_seconds=max_wait_seconds,
                sleep=self._place.sleep,
                channel_id=where.channel_id,
                thread_ts=where.thread_ts,
                status=status,
                initiator_user_id=initiator_user_id,
            )
        except ReplyGone:
            return "refused"
        except (SlackRefused, Misconfigured) as error:
            self._ladder.refused("session", error)
            return "refused"
        except Transient as error:
            log.info("session_not_set", status=status, error=type(error).__name__)
            # Without an answer it may have been set all the same.
            return "unsure" if isinstance(error, SlackUnavailable) and error.was_sent else "not_taken"
        return "taken"

    @property
    def _hold(self) -> Hold:
        (budget,) = budgets_of(self._place.conversation.team_id, METHOD)
        return Hold(budget, self._place.name, HOLD_SECONDS)
