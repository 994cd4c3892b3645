"""What a question has led to beside words: what waits for a person, and what is in Jira."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workers.changes.desk import ChangeDesk
from workers.errors import Misconfigured, SlackRefused
from workers.filing import DraftDesk
from workers.logs import get_logger
from workers.proposals import Proposal
from workers.records import Draft, Filing, TurnRequest
from workers.state.decisions import MOST_LOOKED_AT, WITH_BUTTONS
from workers.state.filings import Filings
from workers.views.change_words import made

log = get_logger(__name__)


@dataclass(frozen=True)
class Consequences:
    """Of one question, by all of its tries; each look is a new one, since people press buttons meanwhile."""

    question: TurnRequest
    filings: Filings
    desk: DraftDesk
    changes: ChangeDesk

    def withdraw(self) -> None:
        """Cancel what waits for a person; what is looked at afterwards includes what was pressed just before."""
        # Also what an earlier try cancelled: its card may not show it yet.
        closed = (*WITH_BUTTONS, "cancelled")
        for proposal in self._proposals():
            if proposal.state in closed:
                _cancel(self.changes.cancel, proposal)
        for draft, filing in self._drafts():
            if filing.state in closed:
                _cancel(self.desk.cancel, draft)

    def filed(self) -> list[Filing]:
        """Return what became of those drafts that are in Jira."""
        return [filing for _, filing in self._drafts() if filing.state == "done"]

    def changed(self) -> list[str]:
        """Return what was changed in Jira, a name each."""
        return made(self._proposals())

    def _drafts(self) -> list[tuple[Draft, Filing]]:
        found = self.filings.of_conversation(self.question.conversation, MOST_LOOKED_AT)
        return [(draft, filing) for draft, filing in found if draft.turn_ts == self.question.ts]

    def _proposals(self) -> list[Proposal]:
        return self.changes.of_turn(self.question.conversation, self.question.ts)


def _cancel(cancel: Callable[..., None], what: Draft | Proposal) -> None:
    try:
        cancel(what, by="")
    except (SlackRefused, Misconfigured) as error:
        log.warning("cancelled_draft_not_shown", cause=type(error).__name__)
