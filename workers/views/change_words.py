"""Changes of issues in words: for the card, for the model, and for a turn that was stopped. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workers.proposals import NOTHING, AnyChange, Comment, FieldChange, Link, Move, Outcome, Proposal, Update
from workers.views.limits import cut

STALE = "The issue was changed meanwhile: this is how the change would be now."
NOT_YET = (
    "Nothing is changed in Jira yet: it will be when a person presses Confirm. Say that it is ready to be checked; "
    "don't repeat what the card shows."
)
LONGEST_VALUE = 60
LONGEST_NAME = 200

_STANDS = {
    "new": "waits for a person to press Confirm",
    "sending": "is being made",
    "rejected": "waits for a person: something on its card was refused by Jira",
    "uncertain": "was sent to Jira, but it is not known yet whether Jira has it",
    "cancelled": "was cancelled by a person; do not propose it again unless somebody asks",
}


def named(change: AnyChange) -> str:
    """Return what a change is, in one line: `comment on OPS-12`, `OPS-3: Priority High → Low`."""
    if isinstance(change, Comment):
        return f"{'internal comment' if change.is_internal else 'comment'} on {change.key}"
    if isinstance(change, Move):
        return f"{change.key} from {change.from_status} to {change.to_status}"
    if isinstance(change, Link):
        return f"{change.key} {change.relation} {change.other}"
    return cut(f"{change.key}: {'; '.join(map(field_line, change.fields))}", LONGEST_NAME)


def sentence(words: str) -> str:
    """Return words as they begin a sentence."""
    return words[:1].upper() + words[1:]


def brief(change: AnyChange) -> str:
    """Return what a change is about, without a word that was read in Jira."""
    if isinstance(change, Update):
        return f"{change.key}: {', '.join(field.spec.name for field in change.fields)}"
    return f"{change.key} to {change.to_status}" if isinstance(change, Move) else named(change)


def field_line(field: FieldChange) -> str:
    """Return what becomes of one field, short and in one line."""
    name = field.spec.name
    if field.add or field.remove:
        parts = [f"+ {_short(word)}" for word in field.add] + [f"- {_short(word)}" for word in field.remove]
        return f"{name} {', '.join(parts)}"
    new = field.new if isinstance(field.new, str) else ", ".join(field.new)
    return f"{name} {_short(field.old or NOTHING)} → {_short(new or NOTHING)}"


def proposed(changes: Sequence[AnyChange], asker_name: str) -> str:
    """Tell the model that changes wait on a card."""
    who = asker_name or "the person"
    return "\n".join(
        [
            f"Shown to {who} on a card with the buttons Confirm and Cancel: {'; '.join(map(named, changes))}.",
            *_notes(changes),
            NOT_YET,
        ]
    )


def done_at_once(proposal: Proposal, change: AnyChange) -> str:
    """Tell the model what came of a change that nobody had to confirm."""
    outcome = proposal.outcome(change.id)
    if outcome.state == "refused":
        why = outcome.reason or "Jira did not take it."
        return f"Not done: {named(change)}. {why} A person can try it again on the card."
    ends = {
        "done": "Done",
        "uncertain": "Sent to Jira, but the answer was lost; the card in the thread will say whether it is there",
        "waiting": "Not done yet; it is shown on a card, where a person can confirm it",
    }
    return "\n".join([f"{ends[outcome.state]}: {named(change)}.", *_notes([change])])


def told(proposal: Proposal, change: AnyChange, *, asker_id: str) -> str:
    """Tell the model in a later turn how a change stands; what was read in Jira only to who asked for the change."""
    outcome = proposal.outcome(change.id)
    words = named(change) if proposal.asker_id == asker_id else brief(change)
    return f"Change in Jira ({words}) {_stands(proposal, outcome)}"


def made(proposals: Iterable[Proposal]) -> list[str]:
    """Return what has been done in Jira, a name each."""
    return [
        named(change)
        for proposal in proposals
        for change in proposal.changes
        if proposal.outcome(change.id).state == "done"
    ]


def _stands(proposal: Proposal, outcome: Outcome) -> str:
    if outcome.state == "done":
        return "was made"
    if outcome.state == "refused":
        return f"was not made. {outcome.reason}"
    return _STANDS.get(proposal.state, "was made")


def _notes(changes: Iterable[AnyChange]) -> list[str]:
    return [change.note for change in changes if change.note]


def _short(words: str) -> str:
    return cut(" ".join(words.split()), LONGEST_VALUE)
