"""Proposed changes of one worker process: collected on a card, confirmed, carried out once through a ledger.

A comment whose answer was lost is looked for, and only a person may have it sent again; all else is read first and
may be carried on.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from workers.changes.making import Making
from workers.changes.wish import Wish
from workers.errors import JiraUnavailable, SupportBotError, ToolError
from workers.failpoints import failpoint
from workers.jira.gateway import JiraGateway
from workers.ledger_cards import Drawn, LedgerCards
from workers.logs import get_logger
from workers.patience import asks_person, seconds_to_look
from workers.proposals import AnyChange, Proposal
from workers.records import Conversation, FilingState
from workers.sending import Sender
from workers.slack.cards import Cards
from workers.state.decisions import MOST_LOOKED_AT
from workers.state.ledger import UNDER_WAY, BeginMode
from workers.state.proposals import Proposals
from workers.views import change_words
from workers.views.action_card import action_card

# Seconds after the answer was lost at which Jira is asked; issues are read as they are, not as they were indexed.
LOOKS = (3, 10, 30, 60)
MOST_CARDS = 20
"""Of one turn."""

log = get_logger(__name__)


class ChangeDesk:
    """Changes of one worker process: proposed, cancelled, carried out."""

    def __init__(self, proposals: Proposals, cards: Cards, jira: JiraGateway) -> None:
        self._proposals, self._cards, self._making = proposals, cards, Making(proposals, jira)
        self._shown = LedgerCards(proposals, cards, self._drawn, failpoint_name="change_shown")
        self._sender = Sender(proposals, self._shown.try_to_refresh)
        # Calls of one turn run side by side, and share a card.
        self._locks = tuple(threading.Lock() for _ in range(32))

    def propose(self, wish: Wish, changes: Sequence[AnyChange]) -> str:
        """Put changes on the card of their turn, or carry them out at once; return what to tell the model."""
        lock = self._locks[hash((wish.conversation.box, wish.turn_ts)) % len(self._locks)]
        if not wish.is_auto:
            # Before the lock, so that calls which come together are shown together.
            added = [self._add(wish, change) for change in changes]
            with lock:
                for proposal in {each.id: each for each in added}.values():
                    self.refresh(proposal)
            return change_words.proposed(changes, wish.asker_name)
        with lock:
            proposals = [self._add(wish, change) for change in changes]
            return "\n".join(self._at_once(proposal, changes) for proposal in {p.id: p for p in proposals}.values())

    def find(self, team_id: str, proposal_id: str) -> Proposal | None:
        return self._proposals.get(team_id, proposal_id)

    def of_turn(self, conversation: Conversation, turn_ts: str) -> list[Proposal]:
        """Return what one message has led to."""
        found = self._proposals.of_conversation(conversation, MOST_LOOKED_AT)
        return [each for each in found if each.turn_ts == turn_ts]

    def open_of(self, team_id: str, user_id: str) -> list[Proposal]:
        """Return what a person asked for and nobody has settled yet, newest first."""
        return [each for each in self._proposals.of_person(team_id, user_id) if each.state not in ("done", "cancelled")]

    def outcomes(self, conversation: Conversation, asker_id: str) -> list[str]:
        """Return a sentence for the model on each change that was proposed in a conversation, for who asks now."""
        return [
            change_words.told(proposal, change, asker_id=asker_id)
            for proposal in self._proposals.of_conversation(conversation)
            for change in proposal.changes
        ]

    def refresh(self, proposal: Proposal) -> None:
        """Make the card show where the proposal stands now."""
        self._shown.refresh(proposal)

    def cancel(self, proposal: Proposal, *, by: str) -> None:
        """Close a proposal for good, unless it is being carried out; what was lost stays lost, and is looked for."""
        self._proposals.move(proposal, "cancelled", since=("new", "rejected", "uncertain"), by=by)
        self.refresh(proposal)
        self._cards.settled(proposal.conversation, "active")

    def confirm(self, proposal: Proposal, *, by: str, version: int | None = None, again: bool = False) -> bool:
        """Carry a proposal out as it was shown; False if it was changed since. `again` repeats what was lost.

        Raises JiraUnavailable if Jira did not take it for ten seconds: it can be confirmed later.
        """
        mode: BeginMode = "force" if again else "press"

        def carry_and_settle() -> bool:
            fits = self._sender.patiently(
                proposal, lambda: self._carry_out(proposal, by=by, mode=mode, version=version)
            )
            self._shown.settle(proposal)
            return fits

        return self._sender.looked_after(proposal, carry_and_settle)

    def wait(self, proposal: Proposal, version: int) -> bool:
        """Note that this version is made by itself later, and let the card say so; False if it can't be.

        It can't where it is another one by now, is settled, or is looked for.
        """
        now = self._now(proposal)
        if now is None or now.version != version:
            return False
        self._proposals.wait(proposal, version)
        is_queued = (self._now(proposal) or now).is_queued
        if not is_queued:
            self._proposals.wait(proposal, None)
        self._shown.try_to_refresh(proposal)
        return is_queued

    def wait_no_more(self, proposal: Proposal) -> None:
        """Nothing is made by itself any more: the card offers its buttons."""
        self._proposals.wait(proposal, None)
        self.refresh(proposal)

    def look(self, proposal: Proposal) -> None:
        """Look what became of changes whose answer was lost, and go on with what is harmless to repeat.

        Raises what kept it from looking; the next look is arranged all the same.
        """
        if self._sender.look(proposal) == "uncertain":
            self._look_later(proposal)
            try:
                self._carry_out(proposal, by="", mode="resume")
            except SupportBotError:
                self._shown.try_to_refresh(proposal)
                raise
        self._shown.settle(proposal)
        now = self._now(proposal)
        if now and now.state not in ("sending", "uncertain"):
            self._proposals.look_later(proposal, 0)

    def _add(self, wish: Wish, change: AnyChange) -> Proposal:
        """Put a change on the turn's card, or on a further one if that takes no more."""
        for number in range(1, MOST_CARDS + 1):
            proposal = wish.proposal(number)
            if self._proposals.add(proposal, change, reopens=wish.is_auto) != "closed":
                failpoint("change_stored")
                return proposal
        raise ToolError("That is too much for one answer. Nothing was prepared for this; let the person ask again.")

    def _at_once(self, proposal: Proposal, changes: Sequence[AnyChange]) -> str:
        try:
            # Nobody pressed anything.
            self.confirm(proposal, by="")
        except JiraUnavailable:
            log.info("changes_wait")
        now = self._now(proposal) or proposal
        mine = {change.id for change in changes}
        return "\n".join(change_words.done_at_once(now, each) for each in now.changes if each.id in mine)

    def _carry_out(self, proposal: Proposal, *, by: str, mode: BeginMode, version: int | None = None) -> bool:
        """Carry out what is open, if it is this caller's to do; False if it is not what was shown."""
        token = self._sender.begin(proposal, by=by, mode=mode)
        if not token:
            return True
        now = self._now(proposal) or proposal
        if version not in (None, now.version):
            self._proposals.move(proposal, "new", since=UNDER_WAY, token=token)
            return False
        try:
            with self._sender.holding(proposal, token):
                failpoint("change_begun")
                if mode != "resume":
                    self._shown.refresh_in_passing(proposal)
                self._making.make(now, may_send=mode != "resume")
        except SupportBotError:
            # Certainly not taken, or harmless to repeat: as if the button had not been pressed; but nothing whose
            # answer was lost before that may be sent again by this.
            is_lost = mode == "resume" or self._has_lost(proposal)
            to: FilingState = "uncertain" if is_lost else "new"
            self._proposals.move(proposal, to, since=UNDER_WAY, token=token, look_in_seconds=LOOKS[0] * is_lost)
            raise
        self._settle(proposal, token)
        return True

    def _has_lost(self, proposal: Proposal) -> bool:
        now = self._now(proposal) or proposal
        return any(now.outcome(change.id).state == "uncertain" for change in now.changes)

    def _settle(self, proposal: Proposal, token: str) -> None:
        """Store how it stands as a whole."""
        now = self._now(proposal) or proposal
        states = {now.outcome(change.id).state for change in now.changes}
        order: tuple[tuple[str, FilingState], ...] = (
            ("uncertain", "uncertain"),
            ("waiting", "new"),
            ("refused", "rejected"),
        )
        to: FilingState = next((whole for part, whole in order if part in states), "done")
        later = seconds_to_look(LOOKS, now.uncertain_since) if to == "uncertain" else 0.0
        self._proposals.move(proposal, to, since=UNDER_WAY, token=token, look_in_seconds=later)
        if to == "done":
            self._cards.settled(proposal.conversation, "closed")
            log.info("changes_done", number=len(now.changes))

    def _look_later(self, proposal: Proposal) -> None:
        since = (self._now(proposal) or proposal).uncertain_since
        self._proposals.look_later(proposal, seconds_to_look(LOOKS, since))

    def _drawn(self, proposal: Proposal) -> Drawn | None:
        now = self._now(proposal)
        if now is None:
            return None
        blocks, text = action_card(now, asks_person=asks_person(now.state, now.uncertain_since))
        return Drawn(now.conversation, now.id, blocks, text, now.card_ts, now.card_shows)

    def _now(self, proposal: Proposal) -> Proposal | None:
        return self._proposals.get(proposal.conversation.team_id, proposal.id)
