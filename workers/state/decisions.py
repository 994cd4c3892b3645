"""What of a conversation waits for a person's decision: drafts and changes that nobody has settled, of any turn."""

from __future__ import annotations

from dataclasses import dataclass

from workers.patience import asks_person
from workers.records import Conversation, FilingState
from workers.state.filings import Filings
from workers.state.proposals import Proposals

MOST_LOOKED_AT = 50
"""Of each kind, the newest."""
WITH_BUTTONS: tuple[FilingState, ...] = ("new", "rejected")


@dataclass(frozen=True)
class Decisions:
    """Tells whether a thread waits for somebody; made once a process."""

    filings: Filings
    proposals: Proposals

    def are_open(self, where: Conversation) -> bool:
        """Return whether a card of this conversation waits for its button."""
        drafts = (filing for _, filing in self.filings.of_conversation(where, MOST_LOOKED_AT))
        if any(_waits(filing.state, filing.uncertain_since) for filing in drafts):
            return True
        changes = self.proposals.of_conversation(where, MOST_LOOKED_AT)
        return any(_waits(change.state, change.uncertain_since) for change in changes)


def _waits(state: FilingState, uncertain_since: float) -> bool:
    return state in WITH_BUTTONS or asks_person(state, uncertain_since)
