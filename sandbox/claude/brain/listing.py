"""Lists of issues that are asked for by whose, what and where they are, and not by what they are about."""

from __future__ import annotations

import re
from typing import Any

from sandbox.claude.brain.findings import issues_in
from sandbox.claude.brain.keywords import keywords_of
from sandbox.claude.brain.reading import Call, Situation

_I = re.IGNORECASE
_DID = r"(?:file|report|create|open|raise|log|write|submit|make|made|wrote)"
_ISSUES = r"(?:issues|tickets|bugs|tasks|incidents)"
_LIST = re.compile(rf"\b(?:show|list|find|give|what|which|where)\b.{{0,30}}\b{_ISSUES}\b", _I)
_REPORTED = re.compile(
    rf"\b{_ISSUES} (?:(?:did|have|that) )?(?:i|we)(?:'ve| have)? ?{_DID}\w*|\b{_DID}\w* by me\b|\bmy\b", _I
)
_ASSIGNED = re.compile(r"\b(?:are |is )?assigned to me\b", _I)
_NOBODYS = re.compile(r"\bunassigned\b|\b(?:assigned to|belong to) (?:nobody|no one)\b", _I)
_TYPE = re.compile(r"\b(bug|task|incident)s\b", _I)
_PROJECT = re.compile(r"\b(?:in|of) (?:project )?([A-Z][A-Z0-9]{1,9})\b(?!-)")
_NEWEST = re.compile(r"\b(?:newest|latest|last|most recent|recent)\b", _I)
_DONE = re.compile(r"\b(?:done|closed|resolved|solved|finished)\b", _I)
_OPEN = re.compile(rf"\b(?:open|unresolved) {_ISSUES}\b", _I)
_PLAIN = re.compile(rf"\b(?:show|list|find|give|{_ISSUES}|unresolved|open|own|all|there|so far|today|please)\b", _I)
_PARTS = (_REPORTED, _ASSIGNED, _NOBODYS, _PROJECT, _NEWEST, _DONE, _PLAIN)
MINE = "`/jira mine` shows your drafts and changes as well, to you alone."
NONE = "I found no such issue in Jira."


def listing_of(situation: Situation) -> dict[str, Any] | None:
    """Return the arguments of the search for a list that is asked for; None if it is asked for by other words, too."""
    question = situation.question
    rest = question
    for part in _PARTS:
        rest = part.sub(" ", rest)
    if not _LIST.search(question) or keywords_of(rest):
        return None
    is_own, kind, project = _REPORTED.search(question), _TYPE.search(question), _PROJECT.search(question)
    given = {
        "assignee": "me" if _ASSIGNED.search(question) else "unassigned" if _NOBODYS.search(question) else None,
        "reporter": "me" if is_own else None,
        "issue_type": kind[1].capitalize() if kind else None,
        "project": project[1] if project else None,
        "sort": "created" if is_own or _NEWEST.search(question) else None,
    }
    found = {name: value for name, value in given.items() if value}
    usual = "any" if is_own and not _OPEN.search(question) else "open"
    return {**found, "status": "done" if _DONE.search(question) else usual} if found else None


def listed(call: Call) -> str:
    """Return the list that was found."""
    issues = issues_in(call.result)
    own = [MINE] if call.arguments.get("reporter") else []
    return "\n\n".join(["\n".join(issue.as_item() for issue in issues[:8]) or NONE, *own])
