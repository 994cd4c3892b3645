"""Makes the changes of a proposal one by one, and stores of each what came of it before the next is begun."""

from __future__ import annotations

from workers.changes.carrier import Carrier, Stale
from workers.errors import FilingUncertain, JiraRefused, ToolError
from workers.failpoints import failpoint
from workers.jira.errors import refusal_sentences
from workers.jira.gateway import JiraGateway
from workers.jira.logins import Actor
from workers.logs import get_logger
from workers.proposals import AnyChange, Comment, Move, Outcome, Proposal, Update
from workers.state.proposals import Proposals
from workers.views import change_words

log = get_logger(__name__)


class Making:
    """Who calls holds the proposal in the ledger, so that nobody else makes its changes meanwhile."""

    def __init__(self, proposals: Proposals, jira: JiraGateway) -> None:
        self._proposals, self._jira = proposals, jira

    def make(self, proposal: Proposal, *, may_send: bool) -> None:
        """Make what is open; without `may_send` a comment is only looked for, as it would stand there twice.

        Raises JiraUnavailable or Misconfigured for what was certainly not made, or may be made again.
        """
        for change in proposal.open_changes():
            outcome = self._outcome(proposal, change, may_send=may_send)
            self._proposals.note(proposal, change.id, outcome)
            log.info("change_carried", kind=change.kind, issue=change.key, outcome=outcome.state)
            failpoint("change_made")

    def _outcome(self, proposal: Proposal, change: AnyChange, *, may_send: bool) -> Outcome:
        is_comment = isinstance(change, Comment)
        if isinstance(change, Comment) and change.after and not self._is_done(proposal, change.after):
            return Outcome(state="refused", reason="What it belongs to was not done.")
        carrier = Carrier(self._jira.acting_as(Actor(proposal.conversation.team_id, proposal.asker_id)).changes)
        try:
            if is_comment and not may_send:
                is_there = carrier.is_there(change)
                return Outcome(state="done" if is_there else "uncertain")
            carrier.carry(change)
            failpoint("change_sent")
        except FilingUncertain:
            log.warning("change_uncertain", kind=change.kind, issue=change.key)
            return Outcome(state="uncertain")
        except Stale as stale:
            self._proposals.replace(proposal, stale.change.model_copy(update={"note": change_words.STALE}))
            return Outcome()
        except JiraRefused as error:
            fields = change.fields if isinstance(change, Update | Move) else ()
            names = {"resolution": "Resolution", **{field.spec.id: field.spec.name for field in fields}}
            return Outcome(state="refused", reason=" ".join(refusal_sentences(error, names)))
        except ToolError as error:
            return Outcome(state="refused", reason=str(error))
        return Outcome(state="done")

    def _is_done(self, proposal: Proposal, change_id: str) -> bool:
        now = self._proposals.get(proposal.conversation.team_id, proposal.id)
        return now is not None and now.outcome(change_id).state == "done"
