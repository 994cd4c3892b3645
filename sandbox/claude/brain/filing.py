"""Turns a conversation into the arguments of a new issue."""

from __future__ import annotations

import re
from typing import Any

from sandbox.claude.brain.findings import fields_in
from sandbox.claude.brain.intents import chosen
from sandbox.claude.brain.keywords import keywords_of, weight_of
from sandbox.claude.brain.reading import Situation
from sandbox.claude.brain.speech import Utterance
from sandbox.claude.brain.triage import PRIORITY, is_problem, judge

SUMMARY_CHARACTERS = 100
_VERB = r"(?:file|create|open|make|raise|log|write|submit)"
_ASK = re.compile(
    r"\b(?:please|can you|could you|would you|yes|ok|okay|then|just|let's|i want you to|i want to)\b[\s,]*"
    rf"|\b{_VERB}\s+(?:up\s+|me\s+|us\s+)?(?:it|this|that|one|both)\b(?:\s+(?:as\s+)?an?\s+\w+)?"
    rf"|\b(?:{_VERB}|need|want)\s+(?:up\s+|me\s+|us\s+)?(?:an?|the)?\s*"
    r"(?:(?:new|jira|bug|high|low|medium|highest|lowest|priority)[\s-]+)*(?:issue|ticket|bug|task|incident|story|one)\b"
    r"|\b(?:for|about|that|saying)\b\s*(?:this|that|it)?(?=\W*$)"
    r"|\b(?:in|to|under|into)\s+(?:the\s+)?(?:project\s+)?(?-i:[A-Z][A-Z0-9]{1,9})\b(?!-)"
    r"|\b(?:for (?:the )?)?team (?-i:[A-Z]\w+)",
    re.IGNORECASE,
)
_PROJECT = re.compile(r"\b(?:in|to|into|under|for)\s+(?:the\s+)?(project\s+)?([A-Z][A-Z0-9]{1,9})\b(?!-\d)")
_FILE_IN = re.compile(
    rf"\b{_VERB}\b[^.:!?\n]{{0,30}}?\b(?:in|into|under)\s+(?:the\s+)?(?:project\s+)?(?-i:([A-Z][A-Z0-9]{{1,9}}))\b(?!-)",
    re.IGNORECASE,
)
_STEPS = re.compile(r"\bsteps(?: to reproduce)?\s*:\s*(.+)", re.IGNORECASE | re.DOTALL)
_TYPE = re.compile(r"\b(bug|task|incident|story|sub-task|epic)\b", re.IGNORECASE)
_LEVEL = r"(highest|high|medium|lowest|low)"
_PRIORITY = re.compile(rf"\b{_LEVEL}\b[ -]?priority|priority\W+(?:is |to )?{_LEVEL}\b", re.IGNORECASE)


def topic_of(situation: Situation) -> str:
    """Return the words that tell the problem: those in the request to file it, or else the report before it."""
    own = without_request(situation.question)
    if len(keywords_of(own)) >= 2:
        return own
    told = [part.words for part in _since_last_draft(situation)]
    return best_report(told[:-1]) or (own if keywords_of(own) else "")


def best_report(told: list[str]) -> str:
    """Return what tells most of a problem, the earliest of equals; empty if nothing tells anything."""
    reports = [words for words in told if is_problem(words) or len(keywords_of(words)) >= 2]
    return max(reports, key=lambda words: (is_problem(words), min(weight_of(words), 5)), default="")


def _told(situation: Situation) -> list[Utterance]:
    """Return what people said about the problem that is to be filed."""
    if len(keywords_of(without_request(situation.question))) >= 2:
        return situation.now.said  # A problem of its own: the talk before was about others.
    return _since_last_draft(situation)


def without_request(words: str) -> str:
    """Return the words without the request to file them."""
    left = re.sub(r"^(?:(?:that|because|about|for|as|saying|and|it)\b|[\s:,.;!-])+", "", _ASK.sub("", words).strip())
    return re.sub(r"[\s:,;-]+$", "", left)


def _since_last_draft(situation: Situation) -> list[Utterance]:
    """Return what was said since the last draft, or since the last report that was searched for after it."""
    start = 0
    for place, turn in enumerate(situation.earlier):
        drafted = any(call.name == "jira_create_issue" and not call.is_error for call in turn.calls)
        searched = any(call.name == "jira_search" for call in turn.calls)
        start = place + 1 if drafted else place if searched else start
    return [part for turn in situation.turns[start:] for part in turn.said if part.words]


def project_of(situation: Situation) -> str:
    """Return the project that the person names, or the default one."""
    asked = _FILE_IN.search(situation.question)
    if asked:
        return asked[1]
    for word, key in _PROJECT.findall(situation.question):
        if word or key in situation.projects:
            return str(key)
    return situation.default_project


def issue_type_of(situation: Situation) -> str:
    """Return the issue type that the person names; a bug if none."""
    named = _TYPE.search(situation.question)
    return named[1].capitalize() if named else "Bug"


def summary_of(topic: str) -> str:
    """Return one line that names the problem."""
    first = re.split(r"(?<=[.!?])\s|\n", topic.strip(), maxsplit=1)[0].rstrip(".!")
    first = re.sub(r"^(?:hi|hello|hey)[ ,!]+(?:all|team|everyone)?[ ,!]*", "", first, flags=re.IGNORECASE)
    if len(first) > SUMMARY_CHARACTERS:
        first = first[:SUMMARY_CHARACTERS].rsplit(" ", 1)[0] + "…"
    return first[:1].upper() + first[1:]


def new_issue(situation: Situation, where: dict[str, str]) -> dict[str, Any]:
    """Return the arguments of `jira_create_issue` for what the conversation tells; `where` is project and type."""
    topic = topic_of(situation)
    judgement = judge("\n".join(part.words for part in _told(situation)))
    named = _PRIORITY.search(situation.question)
    labels = [judgement.component.lower()] if judgement.component else []
    return {
        **where,
        "summary": summary_of(topic),
        "description": description_of(situation, topic),
        "priority": (named[1] or named[2]).capitalize() if named else PRIORITY[judgement.severity],
        "labels": labels,
        "fields": said_values(situation),
    }


def description_of(situation: Situation, topic: str) -> str:
    """Return the description in Markdown: the problem, and what people added; the card lists similar issues."""
    said = [part for part in _told(situation) if part.words not in (topic, situation.question)]
    said = [part for part in said if without_request(part.words) and not _is_question(part.words)]
    parts = ["## What happened", topic[:1].upper() + topic[1:]]
    if said:
        parts += ["## What people said", "\n".join(_item(part) for part in said[-12:])]
    judgement = judge(topic)
    parts += ["## Triage", f"- Severity: {judgement.severity}\n- Component: {judgement.component or 'not clear yet'}"]
    return "\n\n".join(parts)


def _is_question(words: str) -> bool:
    return "?" in words and not is_problem(words)


def _item(part: Utterance) -> str:
    words = " ".join(part.words.split())
    return f"- **{part.speaker}**: {words}" if part.speaker else f"- {words}"


def said_values(situation: Situation) -> dict[str, str]:
    """Return the allowed values that the people named, for the fields that tools told of last."""
    asked = [call for call in situation.calls if call.name in ("jira_create_options", "jira_create_issue")]
    result = "\n".join(call.result for call in asked[-2:] if call in situation.now.calls) or (
        asked[-1].result if asked else ""
    )
    words = "\n".join(part.words for part in _told(situation))
    picked = {name: chosen(values, words) for name, values in fields_in(result).items()}
    steps = _STEPS.search(words)
    if steps and "Steps to reproduce" in result:
        picked["Steps to reproduce"] = steps[1].strip()
    return {name: value for name, value in picked.items() if value}
