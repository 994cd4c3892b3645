"""What the bot says about itself: the help of `/jira`, and its App Home with what is a person's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from workers.person import Person
from workers.proposals import Proposal
from workers.records import Draft, Filing
from workers.views.issue_list import Line, change_line, draft_line, issue_line
from workers.views.limits import SECTION_TEXT

Blocks = list[dict[str, Any]]

ABILITIES = (
    "*Ask me:* mention me in a channel, or write to me directly. I answer, and look up in Jira whether it is known.",
    "*Stay in the thread:* in a thread where I take part, you need not mention me again.",
    "*File an issue:* say so, and I draft it. Unless set up otherwise, nothing goes to Jira before you press *Create*.",
    "*From a message:* choose *File a Jira issue* in its menu{emoji}.",
)
GUEST_ABILITIES = (
    "*Ask me:* mention me in a channel, or write to me directly. I answer without anything from Jira.",
    "*Stay in the thread:* in a thread where I take part, you need not mention me again.",
)
GUEST_FILING = {
    "here": "*File a Jira issue:* choose it in a message's menu{emoji}, or use `/jira create The VPN is down`.",
    "somewhere": (
        "*File a Jira issue:* in channels whose settings let guests file, choose it in a message's menu{emoji}, or use "
        "`/jira create The VPN is down`."
    ),
}
COMMANDS = (
    "`/jira search vpn` looks in Jira, for you alone",
    "`/jira create The VPN is down` opens a form for a new issue",
    "`/jira mine` shows your drafts, and what became of what you filed here",
    "`/jira usage` shows what you spend on me; admins see the whole workspace",
    "`/jira summarise vpn` reads many issues at once, and tells you alone when it is done",
    "`/jira triage` suggests priority and component for what nobody has triaged",
    "`/jira weekly` says what stayed open in this channel in the last seven days",
    "`/jira settings` changes how I work in a channel",
    "`/jira help` shows this text",
)
DECLINED_ABILITIES = ("I answer full members of this workspace only. Please ask one of them.",)
GUEST_COMMANDS = DECLINED_COMMANDS = ("`/jira usage` shows what you spend on me", "`/jira help` shows this text")
LOOKING_UP = "One moment, I'm looking up what is yours…"
UNKNOWN = "I don't know that command.\n\n"
MOST_SHOWN = 10
CLOSED = "What is in Jira is shown to full members of this workspace only."


@dataclass(frozen=True)
class Standing:
    """Who somebody is, as far as it decides what they may do."""

    is_guest: bool = False
    """Or from another organisation."""
    is_declined: bool = False
    """Guests are not answered at all."""
    files: Literal["nowhere", "here", "somewhere"] = "nowhere"
    """Where a guest may file issues."""


@dataclass(frozen=True)
class Own:
    """What is a person's own, and what only admins see; None for what they may not see."""

    drafts: Sequence[tuple[Draft, Filing]] = ()
    issues: Sequence[Line] = ()
    usage: str = ""
    settings: Sequence[str] | None = None
    changes: Sequence[Proposal] = ()
    documents: Sequence[str] | None = None
    """How far the reading of documents is."""


def standing_of(person: Person, *, is_declined: bool) -> Standing:
    """Return how somebody stands where no channel is looked at; `is_declined` is the word on guests."""
    if person.is_full_member:
        return Standing()
    return Standing(is_guest=True, is_declined=is_declined, files="somewhere" if person.is_own_guest else "nowhere")


def help_text(standing: Standing, *, is_unknown: bool, emoji: str = "") -> str:
    """Return the help of `/jira`, of what this person may do; for an unknown word, with a word on that.

    `emoji` is the one that makes a draft of a message, if there is one.
    """
    abilities, commands = abilities_of(standing, emoji=emoji)
    lines = ["*What I can do*", *(f"• {each}" for each in (*abilities, *commands))]
    return (UNKNOWN if is_unknown else "") + "\n".join(lines)


def abilities_of(standing: Standing, *, emoji: str) -> tuple[Sequence[str], Sequence[str]]:
    """Return what a person may do, and with which commands; a guest may be declined altogether."""
    if standing.is_guest and standing.is_declined:
        return DECLINED_ABILITIES, DECLINED_COMMANDS
    words = f", or put :{emoji}: on it" if emoji else ""
    if not standing.is_guest:
        return [each.format(emoji=words) for each in ABILITIES], COMMANDS
    filing = [GUEST_FILING[standing.files].format(emoji=words)] if standing.files != "nowhere" else []
    return [*GUEST_ABILITIES, *filing], GUEST_COMMANDS


def home_view(
    bot_user_id: str, standing: Standing, own: Own | None = None, *, emoji: str = "", note: str = ""
) -> dict[str, Any]:
    """Return the App Home; without `own` it is what can be shown at once, and `note` says why it's all, if it is."""
    abilities, commands = abilities_of(standing, emoji=emoji)
    intro = (
        f"I am <@{bot_user_id}>. I answer questions about problems, find out whether they are known, and file what is "
        "new as a Jira issue."
    )
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Support"}},
        _section(intro),
        {"type": "divider"},
        *(_own(standing, own) if own else [_context(note or LOOKING_UP)]),
        {"type": "divider"},
        _section("*What I can do here*"),
        *(_section(f"• {ability}") for ability in abilities),
        _section("\n".join(f"• {command}" for command in commands)),
        _context("Begin under *Messages*, or with `/jira help`."),
    ]
    return {"type": "home", "blocks": blocks}


def _own(standing: Standing, own: Own) -> Iterator[dict[str, Any]]:
    if standing.is_guest and not standing.is_declined:
        yield _section(CLOSED)
    elif not standing.is_guest:
        drafts = [draft_line(*each) for each in own.drafts]
        yield _list("Your open drafts", drafts, "None. Ask me to file something, and its draft appears here.")
        if own.changes:
            yield _list("Changes that you asked for", [change_line(each) for each in own.changes], "")
        issues = [issue_line(line) for line in own.issues]
        yield _list("Issues that you filed here", issues, "None yet.")
    if own.usage:
        yield _section("*Your usage today*")
        yield _context(own.usage)
    if own.settings is not None:
        yield {"type": "divider"}
        yield _list("How this workspace is set up", [f"• {each}" for each in own.settings], "")
        if own.documents is not None:
            yield _list("Documents that I search", own.documents, "", more="`python -m workers doctor` names them")
        yield _context(
            "Only admins see this. My operator sets it in my environment; each channel has `/jira settings`."
        )


def _list(title: str, lines: Sequence[str], nothing: str, more: str = "`/jira mine`") -> dict[str, Any]:
    """Return a section of lines, as many as fit, and how many more there are."""
    shown: list[str] = []
    room = SECTION_TEXT - 200
    for line in lines[:MOST_SHOWN]:
        if len(line) > room:
            break
        shown.append(line)
        room -= len(line) + 1
    rest = [f"and {len(lines) - len(shown)} more: {more}"] if len(lines) > len(shown) else []
    return _section("\n".join([f"*{title}*", *(shown or [nothing]), *rest]))


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _context(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}
