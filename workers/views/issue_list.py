"""Issues and drafts as lines that a person reads: in the answers of `/jira` and on the App Home."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workers.proposals import Proposal
from workers.records import Draft, Filing
from workers.views.change_words import brief
from workers.views.defuse import defuse
from workers.views.limits import cut_escaped, escape

SUMMARY_SHOWN = 120
MOST_LINES = 8
OPEN_STATES = {
    "new": "waits for Create",
    "rejected": "refused by Jira, can be edited",
    "sending": "is being sent",
    "uncertain": "not confirmed by Jira",
}


@dataclass(frozen=True)
class Line:
    """One issue."""

    key: str
    url: str
    summary: str
    status: str = ""
    """Empty if Jira did not say."""


def issue_line(line: Line) -> str:
    """Return an issue as a line of mrkdwn."""
    status = f" · _{_words(line.status, 40)}_" if line.status else ""
    return f"• <{line.url}|{escape(line.key)}>{status} · {_words(line.summary, SUMMARY_SHOWN)}"


def draft_line(draft: Draft, filing: Filing) -> str:
    """Return a draft that is still open as a line of mrkdwn, linked to where it stands."""
    what = f"{_words(draft.project, 20)} {_words(draft.issue_type, 40)}: {_words(draft.summary, SUMMARY_SHOWN)}"
    where = f" · <{draft.permalink}|open>" if draft.permalink else ""
    return f"• {what} · _{OPEN_STATES.get(filing.state, filing.state)}_{where}"


def change_line(proposal: Proposal) -> str:
    """Return changes that are still open as a line of mrkdwn, with the channel in which their card stands."""
    what = "; ".join(brief(change) for change in proposal.open_changes())
    where = proposal.conversation
    place = "in our messages" if where.is_direct else f"in <#{where.channel_id}>"
    state = OPEN_STATES[proposal.state].replace("Create", "Confirm").replace(", can be edited", "")
    return f"• {_words(what, SUMMARY_SHOWN)} · _{state}_ · {place}"


def found(words: str, lines: Sequence[Line]) -> str:
    """Say what a search found."""
    shown = _words(words, 80)
    if not lines:
        return f"I found nothing in Jira for “{shown}”. Other or fewer words may help."
    return "\n".join([f"*In Jira for “{shown}”:*", *map(issue_line, lines[:MOST_LINES])])


def mine(drafts: Sequence[tuple[Draft, Filing]], issues: Sequence[Line], changes: Sequence[Proposal] = ()) -> str:
    """Say what a person has open here, and what became of what they filed."""
    if not drafts and not issues and not changes:
        return "You have not filed anything here yet, and have no open drafts. `/jira create …` starts one."
    lines = [f"*Your drafts ({len(drafts)}):*", *(draft_line(*each) for each in drafts[:MOST_LINES])] if drafts else []
    if changes:
        lines += [f"*Changes that you asked for ({len(changes)}):*", *map(change_line, changes[:MOST_LINES])]
    if issues:
        lines += [f"*Filed by you here ({len(issues)}):*", *map(issue_line, issues[:MOST_LINES])]
    return "\n".join(lines)


def _words(text: str, limit: int) -> str:
    return cut_escaped(defuse(" ".join(text.split())), limit) or "-"
