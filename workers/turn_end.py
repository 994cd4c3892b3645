"""How a turn ends when it does not simply succeed: stopped, edited, handed over, put off, failed."""

from __future__ import annotations

import time

from workers.attempt import Attempt
from workers.errors import (
    ClaudeUnavailable,
    Interrupted,
    InterruptReason,
    Misconfigured,
    ReplyGone,
    SlackRefused,
    SlackUnavailable,
    Transient,
)
from workers.logs import get_logger
from workers.slack.status import REFRESH_SECONDS
from workers.state.mailbox import Mark
from workers.turn_messages import joined, keys_read, said_before, stopped_messages
from workers.views import failures

BROKEN_ATTEMPTS = 3
LAST_TIMES = 12
"""With pauses that double up to five minutes: about half an hour."""
# The longest wait that something outside may ask for; without such a word it is given up much sooner.
LONGEST_WAIT_SECONDS = 600.0
# … and how long all of them may take, from the first failure: also short ones come to an end.
LONGEST_WAITS_SECONDS = 900.0

log = get_logger(__name__)


class TurnEnd:
    """The ways out of one attempt."""

    def __init__(self, attempt: Attempt) -> None:
        self._attempt = attempt
        self._services, self._claim = attempt.services, attempt.claim

    def interrupted(self, reason: InterruptReason) -> None:
        """Stop where it stands: hand over, begin anew, or end with what was said so far."""
        log.info("turn_interrupted", reason=reason)
        self._attempt.is_ending = True
        try:
            self._obey(reason)
        except Interrupted:
            log.info("turn_interrupted", reason="fenced")
        except (SlackRefused, Misconfigured) as error:
            log.warning("end_not_shown", cause=type(error).__name__)
            self._attempt.commit(None, "gone" if isinstance(error, ReplyGone) else reason)
        except SlackUnavailable as error:
            # What a person has asked for is no failure, and nothing to be tried again by a button.
            if not self._waits_for_slack(error.retry_after_seconds, obeyed=_mark_of(reason)):
                self._attempt.commit(None, reason)
        except Transient as error:
            self.later(error)

    def _obey(self, reason: InterruptReason) -> None:
        if reason == "handover":
            self._give_back()
        elif reason == "edited":
            self._begin_anew()
        elif reason == "deleted":
            self._withdraw()
        elif reason != "fenced":
            self._stop(reason)

    def later(self, error: Transient) -> None:
        """Give the turn back to the queue, or end it with a sentence if waiting longer is hopeless.

        An answer that is whole waits longer: while Slack does not take it, it takes no sentence either.
        """
        is_shown_later = self._attempt.is_sealed and isinstance(error, SlackUnavailable)
        if is_shown_later and self._waits_for_slack(error.retry_after_seconds):
            return
        since = self._attempt.journal.get("failing_since")
        now = time.time()
        waited, wait = now - (since or now), error.retry_after_seconds
        log.warning("turn_waits", cause=type(error).__name__, what=str(error), retry_after_seconds=wait)
        hopeless = self._services.settings.hopeless_seconds
        if _is_hopeless(waited, wait, hopeless):
            self.fail(_sentence(error), may_retry=True)
            return
        delay = min(max(2.0, waited / 2), hopeless / 3) if wait is None else wait
        is_model = isinstance(error, ClaudeUnavailable)
        try:
            if since is None:
                self._attempt.journal.put("failing_since", now)
            if is_model:
                self._attempt.journal.put("model_away_until", now + delay)
        except Interrupted:
            log.info("turn_interrupted", reason="fenced")
            return
        if is_model:
            self._wait_for_model(delay)
        else:
            self._services.boxes.release(self._claim, delay_seconds=delay, refund=True)

    def waits_on(self) -> bool:
        """Give the turn back if it was taken only to say that it still waits for the model; tell whether so."""
        left = (self._attempt.journal.get("model_away_until") or 0) - time.time()
        if left < 1 or self._claim.mark:
            return False
        self._wait_for_model(left)
        return True

    def _wait_for_model(self, seconds: float) -> None:
        """Give the turn back until the model may be asked again, or until the status has to be shown again."""
        self._attempt.reply.rest_with(failures.CLAUDE_WAITS)
        self._services.boxes.release(self._claim, delay_seconds=min(seconds, REFRESH_SECONDS), refund=True)

    def fail(self, sentence: str, *, may_retry: bool = False) -> None:
        """End the turn with a sentence; with `may_retry` also with a button that asks the same again."""
        attempt = self._attempt
        if not self._may_fail(may_retry=may_retry):
            return
        attempt.is_ending = True
        try:
            self._recall()
            attempt.await_sign()
            self._say_failure(sentence, may_retry=may_retry)
        except SlackUnavailable as error:
            # The sentence is the answer: it waits for Slack as any other would.
            if self._waits_for_slack(error.retry_after_seconds):
                return
        except Interrupted:
            log.info("turn_interrupted", reason="fenced")
            return
        except Misconfigured as error:
            # Slack itself lets us in no more: the message waits for the operator, longer each time.
            log.error("misconfigured", what=error.operator_message)  # noqa: TRY400  it says all there is to say
            if self._waits_for_slack():
                return
        except SlackRefused as error:
            log.warning("failure_not_shown", cause=type(error).__name__, code=error.code)
        attempt.commit(None, "failed")

    def _may_fail(self, *, may_retry: bool) -> bool:
        """Close the question to edits; False if it was edited, stopped or deleted before, which is obeyed instead."""
        request = self._attempt.request
        if may_retry:
            # Before the seal: new words that come after it are put into what is kept.
            shown = tuple(segment.ts for segment in self._attempt.reply.segments if segment.ts)
            self._services.failed.keep(request.model_copy(update={"replies": shown}))
        if self._attempt.is_ending:
            return True  # What was marked has been obeyed, as far as it could be.
        try:
            self._attempt.seal()
        except Interrupted as interrupted:
            if interrupted.reason != "fenced":
                self._services.failed.forget(request.conversation, request.ts)
            self.interrupted(interrupted.reason)
            return False
        return True

    def _say_failure(self, sentence: str, *, may_retry: bool) -> None:
        """Say a sentence behind what was said before it, or alone if Slack does not take that."""
        reply, sentence = self._attempt.reply, self._with_done(sentence)
        try:
            reply.fail(self._with_sources(sentence), can_retry=may_retry)
        except ReplyGone:
            raise
        except SlackRefused as error:
            log.warning("failure_refused", method=error.method, code=error.code)
            reply.recall("")
            reply.fail(sentence, can_retry=may_retry)

    def _waits_for_slack(self, seconds: float | None = None, *, obeyed: Mark = "") -> bool:
        """Give the turn back until Slack lets us in, longer each time; False after the last time.

        It is no failed attempt: as soon as Slack answers again the turn is answered as any other.
        """
        journal = self._attempt.journal
        times = (journal.get("slack_away") or 0) + 1
        if times > LAST_TIMES:
            return False
        try:
            journal.put("slack_away", times)
        except Interrupted:
            log.info("turn_interrupted", reason="fenced")
            return True
        delay = max(seconds or 0, min(2.0**times, 300))
        self._services.boxes.release(self._claim, delay_seconds=delay, refund=True, obeyed=obeyed)
        return True

    def broken(self) -> None:
        """Try a turn again that met a fault of ours, and end it with a sentence if the fault stays."""
        if self._claim.attempts >= BROKEN_ATTEMPTS:
            self.fail(failures.UNEXPECTED, may_retry=True)
        else:
            self._services.boxes.release(self._claim, delay_seconds=1)

    def _give_back(self) -> None:
        """Let another worker go on; a hand-over is no failed attempt."""
        if self._services.boxes.release(self._claim, refund=True):
            self._services.kick(self._claim.box)

    def _begin_anew(self) -> None:
        """Answer the new words in the same message; drafts of the old ones are withdrawn, what is in Jira is said."""
        led_to = self._attempt.led_to
        led_to.withdraw()
        done = failures.edited_but_done(led_to.filed(), led_to.changed())
        if done:
            self._attempt.journal.put("done_before", done)
        self._services.boxes.restart(self._claim)
        self._services.kick(self._claim.box)

    def _withdraw(self) -> None:
        """Take the answer to a deleted question back; what is in Jira already is said."""
        attempt = self._attempt
        attempt.led_to.withdraw()
        filed, done = attempt.led_to.filed(), attempt.led_to.changed()
        attempt.await_sign()
        if filed or done:
            attempt.reply.restart_from("")
            attempt.reply.fail(failures.deleted_but_done(filed, done))
        else:
            attempt.reply.withdraw()
        attempt.commit(None, "deleted")

    def _with_done(self, sentence: str) -> str:
        """Return the last words with all that the question has led to in Jira, in whichever try."""
        led_to = self._attempt.led_to
        return failures.ended_after(sentence, led_to.filed(), led_to.changed())

    def _with_sources(self, sentence: str) -> str:
        """Return the last words with the list of the sources whose numbers stand in what was said before them."""
        return joined(sentence, self._attempt.citations.listed_for(self._attempt.reply.text))

    def _recall(self) -> None:
        """Let the reply stand as finished rounds left it, if this worker ends before it has gone through them.

        What was to be its last word may be said again by the end.
        """
        attempt = self._attempt
        if attempt.done_before and attempt.reply.text.endswith(attempt.done_before):
            attempt.reply.recall(attempt.reply.text.removesuffix(attempt.done_before).rstrip())
        if not attempt.reply.text:
            attempt.reply.recall(said_before(attempt.journal, attempt.citations))

    def _stop(self, reason: InterruptReason) -> None:
        attempt = self._attempt
        self._recall()
        sentence = failures.DEADLINE if reason == "deadline" else failures.STOPPED
        if not attempt.reply.segments:
            sentence = failures.DEADLINE if reason == "deadline" else failures.STOPPED_BEFORE_ANSWER
        sentence = self._with_done(sentence)
        question = attempt.journal.get("question")
        entry = None
        if question:
            messages = stopped_messages(attempt.journal, question, attempt.reply.text, sentence)
            entry = attempt.entry(messages=messages, issue_keys=keys_read(attempt.journal))
        attempt.await_sign()
        attempt.reply.stopped(self._with_sources(sentence))
        attempt.commit(entry, reason)


def _is_hopeless(waited: float, wait: float | None, hopeless: float) -> bool:
    """Return whether nothing is to be waited for any more, after so long and with so long a wait asked for."""
    if wait is None:
        return waited > hopeless
    return wait > LONGEST_WAIT_SECONDS or waited + wait > max(LONGEST_WAITS_SECONDS, hopeless)


def _mark_of(reason: InterruptReason) -> Mark:
    return reason if reason in ("stopped", "edited", "deleted") else ""


def _sentence(error: Transient) -> str:
    return failures.CLAUDE_DOWN if isinstance(error, ClaudeUnavailable) else failures.SOMETHING_DOWN
