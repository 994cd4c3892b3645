"""The story of one turn: read what was written, let Claude answer into Slack, remember, commit."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, datetime

from workers import prompt
from workers.agent import Agent, Answer
from workers.claude.client import Claude
from workers.errors import (
    ClaudeUnavailable,
    Interrupted,
    InterruptReason,
    Misconfigured,
    ReplyGone,
    SlackUnavailable,
    Transient,
    TurnFailed,
)
from workers.filing import DraftDesk
from workers.interrupt import Interrupt
from workers.jira.gateway import JiraGateway
from workers.journal import Journal
from workers.keeper import Keeper
from workers.logs import get_logger
from workers.records import HistoryEntry, ReplySegment, TurnRequest
from workers.replay import replay, turns_to_drop
from workers.settings import WorkerSettings
from workers.slack.api import SlackApi, SlackClients
from workers.slack.people import People, Person
from workers.slack.reply import Reply
from workers.slack.threads import ThreadMessage, permalink, read_thread
from workers.state.failed_turns import FailedTurns
from workers.state.filings import Filings
from workers.state.mailbox import Claim, Mailboxes
from workers.state.metrics import Metrics
from workers.tools.context import Asker, ToolContext
from workers.tools.toolbox import Toolbox
from workers.views import failures

# After this many workers died or failed on one message it is given up, with a sentence to the person.
MAX_ATTEMPTS = 8
BROKEN_ATTEMPTS = 3
SIGN_SECONDS = 3.0
# From the first failure of something outside; unless it said itself when it will be back.
HOPELESS_SECONDS = 90.0
LONGEST_WAIT_SECONDS = 600.0

log = get_logger(__name__)


@dataclass(frozen=True)
class TurnServices:
    """What a turn may use; made once a process."""

    settings: WorkerSettings
    boxes: Mailboxes
    filings: Filings
    failed: FailedTurns
    keeper: Keeper
    slack: SlackClients
    people: People
    jira: JiraGateway
    claude: Claude
    desk: DraftDesk
    metrics: Metrics
    tool_pool: Executor
    kick: Callable[[str], None]


def run_turn(claim: Claim, services: TurnServices) -> None:
    """Answer one message, or give it back for later, or tell the person why not; never raises but StateUnavailable."""
    with services.keeper.holding(claim, timeout_seconds=services.settings.turn_timeout_seconds) as interrupt:
        turn = Turn(claim, services)
        try:
            turn.answer(interrupt)
        except Interrupted as interrupted:
            turn.interrupted(interrupted.reason)
        except ReplyGone as gone:
            log.info("reply_gone", code=gone.code)
            turn.commit(None, "gone")
        except Transient as error:
            turn.later(error)
        except Misconfigured as error:
            log.error("misconfigured", what=error.operator_message)  # noqa: TRY400  it says all there is to say
            turn.fail(error.user_message)
        except TurnFailed as error:
            turn.fail(error.user_message)
        except Exception as error:
            log.exception("turn_failed", exc_info=error)
            turn.broken()


class Turn:
    """One claimed message on its way to an answer."""

    def __init__(self, claim: Claim, services: TurnServices) -> None:
        self._claim, self._services = claim, services
        self._request = TurnRequest.model_validate(claim.body)
        self._journal = Journal(services.boxes, claim)
        self._api: SlackApi = services.slack.of(self._request.conversation.team_id)
        self._history = services.boxes.history(claim.box)
        self._agent: Agent | None = None
        reused = [ReplySegment(ts=self._request.reply_ts)] if self._request.reply_ts else []
        self._reply = Reply(
            self._api,
            self._request.conversation,
            self._request.ts,
            self._journal,
            self._journal.segments() or reused,
        )

    @property
    def _audience(self) -> str:
        """Who can read the answer: a DM's one person, else everyone in the channel."""
        where = self._request.conversation
        return f"dm:{self._request.user_id}" if where.channel_id.startswith("D") else f"channel:{where.channel_id}"

    def answer(self, interrupt: Interrupt) -> None:
        """Run the loop and commit; whatever stops it is raised."""
        if self._claim.attempts > MAX_ATTEMPTS:
            raise TurnFailed(failures.GAVE_UP)
        interrupt.check()
        toolbox = self._toolbox()
        past = replay(self._history, audience=self._audience, prompt=prompt.prompt_version(), tools=toolbox.version)
        question = self._question()
        agent = Agent(self._services.claude, toolbox, self._reply, self._journal, interrupt, self._services.tool_pool)
        self._agent = agent
        user_hash = self._services.claude.user_hash(self._request.conversation.team_id, self._request.user_id)
        answer = agent.answer(past.messages, question, user_hash)
        self._await_sign()
        self._reply.finish()
        self.commit(self._entry(answer, question, past.prefix, toolbox.version), answer.outcome)

    def interrupted(self, reason: InterruptReason) -> None:
        """Stop where it stands: hand over, or end with what was said so far."""
        log.info("turn_interrupted", reason=reason)
        if reason == "fenced":
            return
        if reason == "handover":
            if self._services.boxes.release(self._claim, refund=True):
                self._services.kick(self._claim.box)
            return
        sentence = failures.DEADLINE if reason == "deadline" else failures.STOPPED
        question = self._journal.get("question")
        entry = None
        if self._agent and question:
            messages = self._agent.stopped(question, sentence)
            entry = self._bare_entry().model_copy(update={"messages": messages})
        try:
            self._await_sign()
            self._reply.stopped(sentence)
        except ReplyGone:
            log.info("reply_gone")
        except Transient as error:
            self.later(error)
            return
        self.commit(entry, reason)

    def later(self, error: Transient) -> None:
        """Give the turn back to the queue, or end it with a sentence if waiting longer is hopeless."""
        since = self._journal.get("failing_since")
        now = time.time()
        wait = error.retry_after_seconds
        log.warning("turn_waits", cause=type(error).__name__, what=str(error), retry_after_seconds=wait)
        if (wait or 0) > LONGEST_WAIT_SECONDS or (wait is None and since and now - since > HOPELESS_SECONDS):
            self.fail(_sentence(error), may_retry=True)
            return
        try:
            if since is None:
                self._journal.put("failing_since", now)
            self._reply.status(failures.CLAUDE_WAITS)
            waited = now - (since or now)
            self._services.boxes.release(
                self._claim, delay_seconds=min(wait or max(2.0, waited / 2), LONGEST_WAIT_SECONDS), refund=True
            )
        except Interrupted:
            log.info("turn_interrupted", reason="fenced")

    def fail(self, sentence: str, *, may_retry: bool = False) -> None:
        """End the turn with a sentence; with `may_retry` also with a button that asks the same again."""
        try:
            if may_retry:
                self._services.failed.keep(self._request)
            self._await_sign()
            self._reply.fail(sentence, can_retry=may_retry)
        except SlackUnavailable as error:
            # The sentence is the answer: it waits for Slack as any other would.
            self._services.boxes.release(self._claim, delay_seconds=error.retry_after_seconds or 5, refund=False)
            if self._claim.attempts <= MAX_ATTEMPTS:
                return
        except (ReplyGone, Misconfigured) as error:
            log.info("failure_not_shown", cause=type(error).__name__)
        self.commit(None, "failed")

    def broken(self) -> None:
        """Try a turn again that met a fault of ours, and end it with a sentence if the fault stays."""
        if self._claim.attempts >= BROKEN_ATTEMPTS:
            self.fail(failures.UNEXPECTED, may_retry=True)
        else:
            self._services.boxes.release(self._claim, delay_seconds=1)

    def commit(self, entry: HistoryEntry | None, outcome: str) -> None:
        """Write history, take the message out of the mailbox and give the lease up, in one step."""
        drop = turns_to_drop([*self._history, entry]) if entry else 0
        try:
            self._services.boxes.commit(self._claim, entry, drop_oldest=drop)
        except Interrupted:
            log.info("turn_interrupted", reason="fenced")
            return
        self._services.metrics.count("supportbot_turns_total", outcome=outcome)
        self._services.metrics.observe("supportbot_turn_seconds", time.time() - self._request.received_at)
        log.info("turn_finished", outcome=outcome, attempts=self._claim.attempts)

    def _await_sign(self) -> None:
        """Wait for the listener's first sign to be out: shown after the status is cleared, it would stay."""
        deadline = time.monotonic() + SIGN_SECONDS
        while self._services.boxes.sign_pending(self._claim.box, self._request.ts) and time.monotonic() < deadline:
            time.sleep(0.05)

    def _toolbox(self) -> Toolbox:
        person = self._asker()
        settings = self._services.settings
        return Toolbox(
            ToolContext(
                request=self._request,
                asker=Asker(user_id=person.id, name=person.name, email=person.email),
                permalink=lambda: permalink(self._api, self._request.conversation.channel_id, self._request.ts),
                projects=settings.jira_projects,
                default_project=settings.jira_projects[0],
                jira=self._services.jira,
                drafts=self._services.desk,
            )
        )

    def _asker(self) -> Person:
        return self._services.people.person(self._request.conversation.team_id, self._request.user_id)

    def _question(self) -> dict[str, object]:
        """Return the user message of this turn, the same again for a worker that takes over."""
        stored = self._journal.get("question")
        if stored:
            return dict(stored)
        where = self._request.conversation
        thread = self._thread()
        names = {message.user_id: message.name for message in thread if message.user_id}
        drafts = self._services.filings.of_conversation(where)
        facts = prompt.Facts(
            now=datetime.now(UTC),
            place="a direct message" if where.channel_id.startswith("D") else f"channel {where.channel_id}",
            asker=self._asker().name,
            default_project=self._services.settings.jira_projects[0],
            projects=self._services.settings.jira_projects,
            drafts=tuple(self._services.desk.outcomes(drafts)),
        )
        said = [prompt.Said(name=message.name, text=message.text, files=message.files) for message in thread]
        question = prompt.question(self._request, said, facts, names)
        self._journal.put("question", question)
        return question

    def _thread(self) -> tuple[ThreadMessage, ...]:
        """Return what people wrote above since the last turn; a message that opens its thread has nothing above."""
        if self._request.opens_thread:
            return ()
        turns = {entry.turn_ts.partition("~")[0] for entry in self._history}
        last = max(turns, key=float, default="0")
        return read_thread(
            self._api,
            self._services.people,
            self._request.conversation,
            after_ts=last,
            before_ts=self._request.ts,
            leave_out=turns,
        )

    def _entry(self, answer: Answer, question: dict[str, object], prefix: str, tools: str) -> HistoryEntry | None:
        if not answer.messages:
            return None
        return self._bare_entry().model_copy(
            update={
                "messages": (question, *answer.messages),
                "issue_keys": answer.issue_keys,
                "prefix": prefix,
                "prompt_version": prompt.prompt_version(),
                "tools_version": tools,
            }
        )

    def _bare_entry(self) -> HistoryEntry:
        return HistoryEntry(turn_ts=self._claim.id, asker_id=self._request.user_id, audience=self._audience)


def _sentence(error: Transient) -> str:
    if isinstance(error, ClaudeUnavailable):
        return failures.CLAUDE_DOWN
    return failures.SOMETHING_DOWN
