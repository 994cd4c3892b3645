"""What a person wants, told from the words of the question and what went before."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from sandbox.claude.brain.changing import kind_of
from sandbox.claude.brain.findings import wanted_in
from sandbox.claude.brain.keywords import keywords_of
from sandbox.claude.brain.listing import listing_of
from sandbox.claude.brain.reading import KEY, Call, Situation
from sandbox.claude.brain.triage import answers_a_gap, is_problem

Intent = Literal[
    "nothing",
    "greeting",
    "thanks",
    "help",
    "long",
    "delete",
    "list",
    "remember",
    "answer_field",
    "file",
    "change",
    "look_up",
    "how_to",
    "find",
    "report",
    "details",
    "decline",
    "chat",
]

ASKS_FIELD = "Before I can draft it"
_I = re.IGNORECASE
_GREETING = re.compile(
    r"^\W*(?:hi|hello|hey|good (?:morning|afternoon|evening)|moin|hallo)\b[\w\s,]{0,20}[!.?]*\W*$", _I
)
_THANKS = re.compile(r"^\W*(?:(?:many )?thanks?|thank you|thx|cheers|great|perfect|ok(?:ay)?|nice)\b[^?]{0,40}$", _I)
_HELP = re.compile(r"^\W*help\W*$|what can you do|how do you work|who are you", _I)
_LONG = re.compile(
    r"\b(?:long|detailed|lengthy|very long)\b.{0,30}\b(?:report|answer|text|summary|write-?up|article|story)\b", _I
)
_REMEMBER = re.compile(
    r"\bremind me\b|\bwhat (?:did|have) (?:i|we) (?:just )?(?:report|discuss|talk|say|said|file)"
    r"|\bwhich (?:issue|ticket) was\b"
    r"|\bwhat was (?:it|the (?:issue|problem|ticket|key|summary)|my)|\bwhat (?:problem|issue) did (?:i|we)"
    r"|\bdo you (?:still )?(?:remember|know) what|\bwhat (?:is|was|'s) (?:the|my) (?:issue|ticket)"
    r"|\bwhat were we talking",
    _I,
)
_DELETE = re.compile(r"^\W*(?:(?:please|now|then|and|ok|can you|could you)\W+)*(?:delete|erase)\b", _I)
_OF_ISSUES = re.compile(rf"{KEY.pattern}|\b(?i:it|them|issues?|tickets?|bugs?|comments?)\b")
_FILE = re.compile(
    # Of "an open issue" nobody wants to open one.
    r"\bfile (?:it|this|that|an?|the|one|these|both)\b|(?<!an )(?<!any )(?<!no )(?<!the )"
    r"\b(?:create|open|make|raise|log|write|submit|need|want)\s+"
    r"(?:up\s+|me\s+|us\s+)?(?:an?|the|this as an?|it as an?|one)?\s*(?:new\s+|jira\s+|bug\s+)*"
    r"(?:issue|ticket|bug|task|incident|story|report in jira|one)\b"
    r"|\bplease file\b|\bfile\b.{0,20}\b(?:bug|issue|ticket)\b|\b(?:ticket|issue),? please\b|^\W*file\b",
    _I,
)
_YES = re.compile(r"^\W*(?:yes|yep|yeah|sure|please do|go ahead|do it|ok do it|sounds good)\b[^?]{0,60}$", _I)
_NO = re.compile(r"^\W*(?:no|nope|never ?mind|not now|forget it|cancel)\b[^?]{0,40}$", _I)
_HOW_TO = re.compile(
    r"\bhow (?:do|does|can|should|must|to|would) (?:i|we|you|one|somebody|someone|people|a|an|the|my|[a-z]+)\b"
    r"|\bwhere (?:do|can|should) (?:i|we|one)\b|\bwhat(?:'s| is| are)? (?:the|our) (?:\w+ ){0,2}"
    r"(?:policy|policies|rules?|process|procedure|steps|guidelines?|limits?)\b"
    r"|\b(?:documented|in the (?:docs|documentation|wiki|handbook|runbook)|according to)\b",
    _I,
)
_FIND = re.compile(
    r"\b(?:find|search|look (?:for|up)|is there (?:an?|any)|are there|any (?:known|open|similar|existing)|list"
    r"|known issue|already (?:reported|known|filed))\b",
    _I,
)


def intent_of(situation: Situation) -> Intent:
    """Return what the person wants."""
    question = situation.question
    for intent, is_meant in _ORDER:
        if is_meant(situation, question):
            return intent
    return "report" if len(keywords_of(question)) > 1 else "chat"


def unanswered(situation: Situation) -> Call | None:
    """Return the last call for a draft, before this turn, if Jira still wants fields for it."""
    earlier = [call for turn in situation.earlier for call in turn.calls]
    calls = [call for call in earlier if call.name == "jira_create_issue"]
    return calls[-1] if calls and calls[-1].is_error and wanted_in(calls[-1].result) else None


def chosen(values: list[str], words: str) -> str | None:
    """Return the allowed value that the words name, the longest first; of "SEV1 - Outage" either half will do."""
    for value in sorted(values, key=len, reverse=True):
        names = "|".join(re.escape(name) for name in (value, *value.split(" - ")))
        if re.search(rf"(?<!\w)(?:{names})(?!\w)", words, _I):
            return value
    return None


def _answers_field(situation: Situation, question: str) -> bool:
    call = unanswered(situation)
    if call is None:
        return False
    wanted = wanted_in(call.result)
    just_asked = bool(situation.earlier[-1].answers) and ASKS_FIELD in situation.earlier[-1].answers[-1]
    if just_asked and not all(wanted.values()) and "?" not in question and not _NO.match(question):
        return True
    return any(chosen(values, question) for values in wanted.values())


def _agrees_to_file(situation: Situation, question: str) -> bool:
    offers = bool(situation.earlier) and any("file" in answer for answer in situation.earlier[-1].answers[-1:])
    return offers and bool(_YES.match(question))


def _gives_details(situation: Situation, question: str) -> bool:
    asked = bool(situation.earlier) and any("need" in answer for answer in situation.earlier[-1].answers[-1:])
    return asked and answers_a_gap(question) and "?" not in question


def _asks_how_to(situation: Situation, question: str) -> bool:
    is_question = bool(_HOW_TO.search(question)) and len(keywords_of(question)) > 0
    return is_question and "knowledge_search" in situation.tools


_ORDER: tuple[tuple[Intent, Callable[[Situation, str], bool]], ...] = (
    ("nothing", lambda _, question: not re.search(r"\w", question)),
    ("greeting", lambda _, question: bool(_GREETING.match(question))),
    ("help", lambda _, question: bool(_HELP.search(question))),
    ("long", lambda _, question: bool(_LONG.search(question))),
    ("delete", lambda _, question: bool(_DELETE.match(question) and _OF_ISSUES.search(question))),
    ("list", lambda situation, _: listing_of(situation) is not None),
    ("remember", lambda _, question: bool(_REMEMBER.search(question))),
    ("answer_field", _answers_field),
    ("file", lambda situation, question: bool(_FILE.search(question)) or _agrees_to_file(situation, question)),
    ("thanks", lambda _, question: bool(_THANKS.match(question))),
    ("decline", lambda situation, question: bool(situation.earlier) and bool(_NO.match(question))),
    ("change", lambda situation, _: kind_of(situation) is not None),
    ("look_up", lambda _, question: bool(KEY.search(question))),
    ("how_to", _asks_how_to),
    ("details", _gives_details),
    ("find", lambda _, question: bool(_FIND.search(question)) and bool(keywords_of(question))),
    ("report", lambda _, question: is_problem(question)),
)
