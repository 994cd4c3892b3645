"""Every sentence that a person may read when something fails: what happened, what it means for them, what to do."""

from __future__ import annotations

from collections.abc import Sequence

from workers.policy import Filers
from workers.records import Filing

# The model
CLAUDE_DOWN = "I can't think at the moment: the model behind me does not answer. Please try again in a few minutes."
CLAUDE_WAITS = "is waiting for the model…"
REFUSED = "I can't help with that request."
EMPTY_ANSWER = "I have no answer to that. Could you say it in other words, or tell me a little more?"
CUT_ANSWER = "_My answer grew too long and ends here. Ask me to go on if you need the rest._"
CONVERSATION_TOO_LONG = (
    "This thread has become too long for me. Please start a new one with a short summary of what matters."
)

# Limits of a turn
DEADLINE = "I ran out of time on this and stop here. Ask me to go on, or for a smaller part of it."
TOO_MANY_ROUNDS = "I took too many steps on this without coming to an end. A narrower question will help me."
TOO_MANY_TOKENS = "This has become too much to read and write for one answer. Ask me for a smaller part of it."
IN_A_CIRCLE = "I keep getting the same result and stop here. A different question, or a detail more, will help me."
STOPPED = "_Stopped._"
STOPPED_BEFORE_ANSWER = "_Stopped before I had an answer._"

NOT_UNDERSTOOD = "I could not put this to the model behind me. Please try again in other words."
NOTHING_MORE = "That's all I found."
CALL_NOT_RUN = "Not run: the answer was cut off before this call was complete."  # The model reads this one.
GAVE_UP = "I tried this several times and did not get through. Please ask me again."

# Around it
SPENT = "The budget for the model behind me is used up: my operator has to look at it."
SOMETHING_DOWN = "Something that I need does not answer at the moment. Please try again in a few minutes."
JIRA_DOWN = "Jira does not answer at the moment, so I could not look there. Please try again in a few minutes."
CLAUDE_MISCONFIGURED = "I can't reach the model behind me: my operator has to look at my access."
QUEUE_FULL = "There is a lot waiting in this thread already. Please let me answer that first."
EMPTY_MENTION = (
    "Hi! Tell me what is wrong, ask what is known about a problem, or say “file an issue about …” and I draft it."
)
UNEXPECTED = "Something went wrong on my side and I could not finish this. Please try again."

# Drafts
DRAFT_UNKNOWN = "I no longer know this draft; drafts are kept for a while only. Please ask me for a new one."
DRAFT_SETTLED = "This draft has been settled already; see the card for how it went."
DRAFT_CHANGED = "This draft was changed or filed meanwhile; the card shows how it stands now. Please edit that one."
NOT_SIMILAR = "That issue is not on the card any more; it shows what is like the draft as it reads now."
NOT_ADDED = "Jira did not take the comment on {key}, so nothing was added. The draft is as it was."
NOT_FOUND_ISSUE = "{key} is gone, or I may not see it any more, so nothing was added. The draft is as it was."
DRAFT_KEPT = "I could not do that: Jira does not answer. The draft is kept; please press the button again later."
NOT_FOUND_YET = "I looked again, and the issue is not to be found in Jira yet. I keep looking for a while."
NOT_CHECKED = "Jira did not answer, so this is not checked and not filed yet. Press Create in a while."
TO_BE_DECIDED = (
    "Jira answers again, but I have not filed your issue: it may be known already, or something is missing. "
    "Its card says what is to be decided."
)
EDITED_SINCE = (
    "I have not filed your draft by myself: it was changed after you confirmed it. "
    "Its card shows how it reads now; press Create there if it is to be filed so."
)
ACTION_FAILED = "I could not do that right now. Nothing is lost; please try again in a minute."
RETRY_GONE = "I no longer have that message; please ask me again."
PROJECT_CLOSED = "I may not work in that project."
NO_PROJECT = "No project is open to me here, so nothing can be filed: see this channel's settings."
GUEST_MAY_NOT_FILE = "Only full members of this workspace may file issues here."
STRANGER_MAY_NOT_FILE = "Only members and guests of this workspace may file issues here."

# Changes of issues
CHANGE_UNKNOWN = "I no longer know these changes; they are kept for a while only. Please ask me for them again."
CHANGE_DONE = "This was done already; see the card for how it went."
CHANGE_CANCELLED = "This was cancelled already; ask me again if it is wanted after all."
CHANGES_CHANGED = "What this card proposes has changed meanwhile, so I did nothing. Please look at it again."
CHANGE_HIDDEN = "An issue on this card is gone, or may not be shown here any more, so I did nothing."
CHANGE_NOT_FOUND_YET = "I looked again, and Jira does not have it. If you are sure, you can have it sent once more."
CHANGE_KEPT = "I could not do that: Jira does not answer. The change is kept; please press the button again later."
GUEST_MAY_NOT_CHANGE = "Only full members of this workspace may change issues here."
STRANGER_MAY_NOT_CHANGE = "Only members and guests of this workspace may change issues here."

# Ways in beside the conversation
JIRA_CLOSED = (
    "What is in Jira is shown to full members of this workspace only, so I can't do that for you. "
    "For help without it mention me in a channel, or write to me directly."
)
GUESTS_NOT_SERVED = "I'm sorry: here I answer full members of this workspace only. Please ask one of them."
NOT_LOOKED_UP = "Jira did not take that question. Please try it in other words."
NOT_LISTED = "In this channel only certain people may file issues; its settings say who."
NOT_LISTED_TO_CHANGE = "In this channel only certain people may change issues; its settings say who."


BY_MYSELF = {"draft": "file the draft", "change": "do this", "report": "add the report"}


def draft_settled(filing: Filing) -> str:
    """Say how a draft ended; empty if it has not."""
    if filing.state == "done" and filing.joins:
        return f"This was added to <{filing.issue_url}|{filing.issue_key}> already."
    if filing.state == "done":
        return f"This was filed already, as <{filing.issue_url}|{filing.issue_key}>."
    return "This draft was cancelled already; ask me for a new one." if filing.state == "cancelled" else ""


def jira_waits(seconds: float | None, *, is_busy: bool = False, what: str = "draft", is_queued: bool = False) -> str:
    """Say that Jira took nothing and why, and when to press again, or that it will be sent by itself."""
    if not seconds:
        return CHANGE_KEPT if what == "change" else DRAFT_KEPT
    minutes = max(1, round(seconds / 60))
    pause = f"{minutes} minute{'s' if minutes > 1 else ''}" if seconds > 50 else f"{seconds:.0f} seconds"
    cause = "Jira is busy and asks me to wait." if is_busy else "Jira does not answer right now."
    if is_queued:
        return f"{cause} In {pause} I {BY_MYSELF[what]} by myself, unless somebody cancels or changes it."
    return f"{cause} The {what} is kept; please press the button again in {pause}."


def wrong_project(project: str, allowed: tuple[str, ...]) -> str:
    """Say that a project is not open to the bot, and which are."""
    return f"I may not work in project {project}. Open to me: {', '.join(allowed)}."


def no_such_type(project: str, issue_type: str) -> str:
    """Say that a draft, made while Jira did not answer, is of a type that cannot be filed."""
    return f"{project} has no type {issue_type}, so nothing was filed. Press Edit on the card to choose another one."


def may_not_file(filers: Filers) -> str:
    """Say who may file where somebody may not."""
    words = {"listed": NOT_LISTED, "everybody": STRANGER_MAY_NOT_FILE}
    return words.get(filers, GUEST_MAY_NOT_FILE)


def may_not_change(filers: Filers) -> str:
    """Say who may have issues changed where somebody may not."""
    words = {"listed": NOT_LISTED_TO_CHANGE, "everybody": STRANGER_MAY_NOT_CHANGE}
    return words.get(filers, GUEST_MAY_NOT_CHANGE)


def deleted_but_done(filings: Sequence[Filing], changes: Sequence[str]) -> str:
    """Say what a withdrawn question had already led to."""
    return f"The question was deleted. {_done_before(filings, changes)}"


def edited_but_done(filings: Sequence[Filing], changes: Sequence[str]) -> str:
    """Say what the old words of a question had already led to; empty if nothing is in Jira."""
    return f"_The question was edited. {_done_before(filings, changes)}_" if filings or changes else ""


def retried_but_done(filings: Sequence[Filing], changes: Sequence[str]) -> str:
    """Say what a failed answer had already led to, in the one that takes its place; empty if nothing is in Jira."""
    return f"_This is another try. {_done_before(filings, changes)}_" if filings or changes else ""


def _done_before(filings: Sequence[Filing], changes: Sequence[str]) -> str:
    new = ", ".join(filing.issue_key for filing in filings if not filing.joins)
    joined = ", ".join(filing.issue_key for filing in filings if filing.joins)
    done = [f"filed {new}"] if new else []
    done += [f"done this in Jira: {'; '.join(changes)}"] if changes else []
    said = [f"the report was added to {joined} as a comment"] if joined else []
    said += [f"I had already {' and '.join(done)}"] if done else []
    return f"Before that {', and '.join(said)}."


def ended_after(sentence: str, filings: Sequence[Filing], changes: Sequence[str]) -> str:
    """Say that an answer ends here, and what was done in Jira before."""
    done = [f"report added to {each.issue_key}" if each.joins else f"filed {each.issue_key}" for each in filings]
    done += changes
    return f"{sentence}\n\n_Already done in Jira: {'; '.join(done)}._" if done else sentence
