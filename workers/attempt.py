"""One message in this worker's hands: its request, its reply so far, its journal, and the commit that ends it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from workers.changes.desk import ChangeDesk
from workers.citations import Citations
from workers.claude.client import Claude
from workers.compaction import head_to_compact
from workers.consequences import Consequences
from workers.errors import Interrupted, StateUnavailable, SupportBotError
from workers.filing import DraftDesk
from workers.interrupt import Interrupt
from workers.jira.gateway import JiraGateway
from workers.journal import Journal
from workers.keeper import Keeper
from workers.knowledge.library import Library
from workers.logs import get_logger
from workers.payer import Payer
from workers.records import Action, ReplySegment, SlackFile, TurnRequest
from workers.replay import turns_to_drop
from workers.rounds import HistoryEntry
from workers.settings import WorkerSettings
from workers.slack.api import SlackClients
from workers.slack.cards import Cards
from workers.slack.files import SlackFiles
from workers.slack.people import People
from workers.slack.place import Place
from workers.slack.reply import Reply
from workers.state.accounts import Accounts, Figures, turn_account, utc_now
from workers.state.cache import Cache
from workers.state.channel_settings import Channels
from workers.state.decisions import Decisions
from workers.state.failed_turns import FailedTurns
from workers.state.filings import Filings
from workers.state.mailbox import Claim, Mailboxes
from workers.state.metrics import Metrics
from workers.turn_messages import documents_read
from workers.views import failures

SIGN_SECONDS = 5.0

log = get_logger(__name__)


@dataclass(frozen=True)
class TurnServices:
    """What a turn may use; made once a process."""

    settings: WorkerSettings
    boxes: Mailboxes
    filings: Filings
    decisions: Decisions
    failed: FailedTurns
    keeper: Keeper
    slack: SlackClients
    files: SlackFiles
    people: People
    jira: JiraGateway
    claude: Claude
    cards: Cards
    desk: DraftDesk
    changes: ChangeDesk
    channels: Channels
    accounts: Accounts
    cache: Cache
    knowledge: Library | None
    metrics: Metrics
    tool_pool: Executor
    kick: Callable[[str], None]


class Attempt:
    """A claimed message on its way to an answer."""

    def __init__(self, claim: Claim, services: TurnServices, interrupt: Interrupt) -> None:
        self.claim, self.services, self.interrupt = claim, services, interrupt
        self.is_ending = False
        self.is_sealed = False
        """Its answer is whole, and only has to be shown."""
        self.afterwards: list[Callable[[], None]] = []
        """What is left to be done once the message is committed."""
        self.citations = Citations()
        self.has_access = True
        """The asker may be shown what is in Jira."""
        self.sees_internal = False
        """Internal comments may be shown here."""
        self.is_shared = False
        """Another organisation reads along."""
        self.request = TurnRequest.model_validate(claim.body)
        self.journal = Journal(services.boxes, claim)
        self.api = services.slack.of(self.request.conversation.team_id)
        self.history = services.boxes.history(claim.box)
        self.usable_history: list[HistoryEntry] = []
        """Those earlier turns that this answer may rest on: filled once it is known for whom it is."""
        self._forgotten = 0
        button = self.request.reply_ts
        reused = [ReplySegment(ts=ts) for ts in dict.fromkeys((*self.request.replies, button)) if button]
        place = Place(
            self.api,
            self.request.conversation,
            self.request.ts,
            asker_id=self.request.user_id,
            asker_team_id=self.request.user_team_id,
            sleep=self._sleep,
        )
        self.reply = Reply(
            place,
            self.journal,
            self.journal.segments() or reused,
            may_stream=services.settings.slack_streaming,
            asks_for_feedback=True,
        )

    @property
    def audience(self) -> str:
        """Who can read the answer and what it came from: a DM's one person, else everyone in the channel.

        What was found for members is not what a guest's answer may be made of.
        """
        where = self.request.conversation
        if not self.has_access:
            return f"guests:{where.channel_id}"
        if where.is_direct:
            return f"dm:{self.request.user_id}"
        # What was read while internal comments were open here does not stay when they are closed, nor what was read
        # among ourselves when others read along.
        more = ":internal" if self.sees_internal else ":shared" if self.is_shared else ""
        return f"channel:{where.channel_id}{more}"

    @property
    def own_history(self) -> list[HistoryEntry]:
        """The earlier turns of this audience."""
        return [entry for entry in self.history if entry.audience == self.audience]

    @property
    def waits_for_person(self) -> bool:
        """Return whether a draft or a change of the conversation, this turn's or an older one, waits for its button."""
        return self.services.decisions.are_open(self.request.conversation)

    @property
    def led_to(self) -> Consequences:
        """What the question has led to, in this try or an earlier one."""
        services = self.services
        return Consequences(self.request, services.filings, services.desk, services.changes)

    @property
    def done_before(self) -> str:
        """Return what is to be said of what the question led to in Jira before it was edited or tried again."""
        return self.journal.get("done_before") or ""

    def pay_for_cut_call(self) -> None:
        """Book what was used by a call in whose middle the worker before this one died."""
        if call := self.journal.call():
            self.services.claude.purse.book_cut(self.payer, call)
            self.journal.put("call", None)

    def note_done(self) -> None:
        """Note what a failed try has led to in Jira: this one takes the place of its words."""
        if self.request.tries and self.journal.get("done_before") is None:
            done = failures.retried_but_done(self.led_to.filed(), self.led_to.changed())
            self.journal.put("done_before", done)

    def forget_history(self) -> None:
        """Leave out all earlier turns, now and, once this one is committed, for good."""
        self._forgotten, self.history, self.usable_history = len(self.history), [], []

    def entry(self, **more: object) -> HistoryEntry:
        """Return what the history keeps of this turn."""
        bare = HistoryEntry(
            turn_ts=self.claim.id,
            asker_id=self.request.user_id,
            audience=self.audience,
            document_ids=documents_read(self.journal),
            files=tuple(map(SlackFile.model_validate, self.journal.get("files") or ())),
            people=self.journal.get("people") or {},
            named=self.journal.get("named") or {},
        )
        return bare.model_copy(update=more)

    def _sleep(self, seconds: float) -> None:
        """Wait for Slack: a stop or a hand-over wakes an answer, but not the last words of one that was stopped."""
        if self.is_ending:
            time.sleep(seconds)
        else:
            self.interrupt.wait(seconds)

    def begin(self) -> None:
        """Show at once that an answer is on its way, where the listener's first sign cannot."""
        if self.reply.begin():
            waited = time.time() - self.request.received_at
            self.services.metrics.observe("supportbot_first_visible_seconds", max(0.0, waited))

    def await_sign(self) -> None:
        """Wait for the listener's first sign to be out: shown after the status is cleared, it would stay."""
        deadline = time.monotonic() + SIGN_SECONDS
        while time.monotonic() < deadline and self.services.boxes.sign_pending(self.claim.box, self.request.ts):
            time.sleep(0.05)

    def seal(self) -> None:
        """Mark the answer as final: from here on an edit of the question comes too late; raises Interrupted."""
        mark = self.services.boxes.seal(self.claim)
        if mark:
            raise Interrupted(mark)
        self.is_sealed = True

    def commit(self, entry: HistoryEntry | None, outcome: str) -> bool:
        """Write history, take the message out of the mailbox and give the lease up, in one step.

        False if the message is another worker's by now.
        """
        drop = self._forgotten + (turns_to_drop([*self.history, entry]) if entry else 0)
        try:
            known = self._forgotten + len(self.history)
            self.services.boxes.commit(self.claim, entry, drop_oldest=drop, of_turns=known)
        except Interrupted:
            log.info("turn_interrupted", reason="fenced")
            return False
        if entry and head_to_compact([*self.history, entry], self.services.settings.compact_at_tokens):
            self._have_compacted()
        used = self._counted()
        self.services.metrics.count("supportbot_turns_total", outcome=outcome)
        self.services.metrics.observe("supportbot_turn_seconds", time.time() - self.request.received_at)
        log.info(
            "turn_finished",
            outcome=outcome,
            attempts=self.claim.attempts,
            tokens=used.tokens,
            cache_read_tokens=used.usage.cache_read_input_tokens,
            cached_share=round(used.cached_share, 3),
            usd=round(used.usd, 6),
        )
        self.afterwards.append(lambda: self.services.cards.rest(self.request.conversation))
        return True

    def settle(self) -> None:
        """Do what is left once the message is committed, under no lease: that is given up by then."""
        for work in self.afterwards:
            try:
                work()
            except Exception as error:
                log.warning("not_settled", exc_info=error)

    def _have_compacted(self) -> None:
        """Let some worker shorten the history beside all else; if that is not taken down the next turn asks for it."""
        team_id, box = self.request.conversation.team_id, self.claim.box
        action = Action(
            id=f"compact:{self.claim.id}",
            kind="compact",
            team_id=team_id,
            subject=f"history:{box.partition(':')[2]}",
            user_id=self.request.user_id,
            values={"box": box},
        )
        with contextlib.suppress(StateUnavailable):
            self.services.boxes.put(action.box, action.id, action.model_dump(mode="json"))
            self.services.kick(action.box)

    @property
    def payer(self) -> Payer:
        """On whose account this turn's calls of the model go."""
        place = self.request.conversation
        turn = f"{place.channel_id}:{place.thread_ts}:{self.claim.id}"
        return Payer(place.team_id, self.request.user_id, place.channel_id, turn)

    def warn_of_budget(self) -> None:
        """Tell the asker alone, once a day, that a budget comes to its end; best effort, nothing waits for it."""
        place = self.request.conversation
        try:
            warning = self.services.claude.purse.warning(self.payer)
            if warning:
                where: dict[str, Any] = {"user": self.request.user_id, "thread_ts": place.thread_ts}
                self.api.call("chat.postEphemeral", channel=place.channel_id, text=warning, **where)
        except SupportBotError as error:
            log.info("warning_not_shown", cause=type(error).__name__)

    def _counted(self) -> Figures:
        """Count an answer for its asker, and return what it took; these figures are no ledger, and fail nobody."""
        payer = self.payer
        with contextlib.suppress(StateUnavailable):
            used = self.services.accounts.figures(payer.team_id, turn_account(payer.turn))[0]
            self.services.accounts.add_turn(payer, utc_now(), used.usd)
            self.services.metrics.observe("supportbot_turn_cost_usd", used.usd)
            return used
        return Figures()
