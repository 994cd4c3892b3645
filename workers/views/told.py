"""What the model is told of drafts, in sentences: it passes them on to the person in its own words."""

from __future__ import annotations

from collections.abc import Iterable

from workers.records import NOT_SENT, Draft, Filing, FilingState
from workers.similar import Similar

SUMMARY_TOLD = 120
NOT_FILED = (
    "Jira does not answer now, so nothing was filed. The draft is shown with a Create button; a person can press it "
    "later."
)
MAY_BE_KNOWN = (
    "It may be a duplicate. These stand on its card, each with a button 'Use this one' that adds the report to that "
    "issue as a comment instead; Create files it anyway:"
)
ENDS: dict[FilingState, str] = {
    "new": "waits for a person to press Create",
    "sending": "is being filed",
    "rejected": "was refused by Jira; a person can edit it",
    "uncertain": "was sent to Jira, but it is not known yet whether it was filed",
    "cancelled": "was cancelled",
}


def shown(draft: Draft, similar: Similar) -> str:
    """Say that a draft is shown, and that it may be a duplicate."""
    who = draft.asker_name or "the person"
    first = (
        f"Draft shown to {who} with the buttons Create, Edit and Cancel. Nothing is filed yet: it will be when a "
        "person presses Create."
    )
    if not similar.shown:
        more = " Similar issues could not be looked for: Jira did not answer." if similar.state == "failed" else ""
        return f"{first}{more} Say that the draft is ready; don't repeat its text."
    lines = [
        f"- {issue.key} | {issue.status} | {' '.join(issue.summary.split())[:SUMMARY_TOLD]}" for issue in similar.shown
    ]
    return "\n".join([first, MAY_BE_KNOWN, *lines, "Say so and name the likeliest; don't repeat the draft's text."])


def filed_at_once(filing: Filing) -> str:
    """Say what came of a draft that was sent without a button."""
    if filing.state == "done":
        return f"Filed as {filing.issue_key}: {filing.issue_url}"
    if filing.state == "rejected":
        start = "" if NOT_SENT in filing.errors else "Jira did not take it, so it was not filed. "
        return f"{start}{' '.join(filing.errors)} The draft is shown; a person can edit it."
    if filing.state == "cancelled":
        return "A person has cancelled this draft; nothing was filed."
    return "It was sent to Jira, but the answer was lost. The card in the thread will say whether it was filed."


def outcomes(drafts: Iterable[tuple[Draft, Filing]]) -> list[str]:
    """Return a sentence on each draft of a conversation."""
    return [f"Draft '{draft.summary}' ({draft.project} {draft.issue_type}) {_end(filing)}" for draft, filing in drafts]


def _end(filing: Filing) -> str:
    if filing.state == "rejected" and NOT_SENT in filing.errors:
        return "could not be sent to Jira as it is; a person can edit it"
    if filing.state != "done":
        return ENDS[filing.state]
    if filing.joins:
        return f"was added to {filing.issue_key} as a comment, in place of a new issue"
    return f"was filed as {filing.issue_key}"
