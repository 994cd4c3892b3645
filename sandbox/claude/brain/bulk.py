"""Answers about one issue or thread among many, as a batch asks for them: by plain rules, the same every time."""

from __future__ import annotations

import re
from typing import Any

from sandbox.claude.brain.keywords import keywords_of
from sandbox.claude.brain.triage import PRIORITY, is_problem, judge
from sandbox.claude.scripts import Body

_MATERIAL = re.compile(r"\s*<(issue|thread)>\n(.*?)\n</\1>", re.DOTALL)
_CANDIDATE = re.compile(r"^([A-Z][A-Z0-9_]*-\d+): (.+)$", re.MULTILINE)
_SOLVED = re.compile(r"\b(?:thanks|thank you|solved|fixed|works (?:now|again)|that did it|danke)\b", re.IGNORECASE)
_NO_ANSWER = re.compile(
    r"\b(?:found (?:nothing|no)|nothing found|no idea|not sure|don.t know|same here|me too)\b", re.IGNORECASE
)
SAME_SHARE = 0.6


def bulk_answer(body: Body, schema: dict[str, Any]) -> dict[str, Any] | None:
    """Return the answer about one issue or thread, or None if the question is another."""
    content = body["messages"][-1]["content"]
    question = content if isinstance(content, str) else ""
    found = _MATERIAL.match(question)
    members = schema.get("properties") or {}
    if found is None:
        return None
    kind, material = found[1], found[2]
    values = (_of_issue if kind == "issue" else _of_thread)(material, question[found.end() :], members)
    return {name: values.get(name, "") for name in members}


def _of_issue(material: str, rest: str, members: dict[str, Any]) -> dict[str, Any]:
    summary = _line(material, "Summary")
    told = f"{summary}\n{material.partition('Description:')[2]}"
    judgement = judge(told)
    labels = _offered(members.get("labels"))
    component = judgement.component or ""
    return {
        "priority": _one_of(PRIORITY[judgement.severity], members.get("priority")),
        "components": [each for each in _offered(members.get("components")) if each == component],
        "labels": [each for each in labels if each.lower() in told.lower()],
        "duplicate_of": _same(summary, rest),
        "confidence": "high" if component else "medium",
        "reason": f"It reads like a problem of {judgement.severity} severity.",
        "summary": f"{summary.rstrip('.')}. It is {_line(material, 'Status').lower() or 'open'}.",
        "theme": component or " ".join(keywords_of(summary)[:2]),
        "next_step": "Find somebody to take it" if _line(material, "Assignee") == "nobody" else "",
    }


def _of_thread(material: str, _rest: str, _members: dict[str, Any]) -> dict[str, Any]:
    # A line that is set in goes on with the message above it.
    said = [line.partition(": ") for line in material.splitlines() if ": " in line and not line.startswith(" ")]
    (asker, _, first), *others = said or [("", "", material)]
    is_solved = any(_SOLVED.search(words) for _, _, words in others)
    # Who asked has the last word unless somebody answered.
    is_answered = bool(others) and others[-1][0] != asker and not _NO_ANSWER.search(others[-1][2])
    is_open = not (is_solved or is_answered) and (is_problem(first) or "?" in first)
    return {
        "topic": first[:80],
        "problem": " ".join(keywords_of(first)[:3]) if is_problem(first) else "",
        "is_open": is_open,
        "open_question": first[:120] if is_open else "",
    }


def _same(summary: str, rest: str) -> str:
    own = set(keywords_of(summary))
    for key, other in _CANDIDATE.findall(rest):
        theirs = set(keywords_of(other))
        if own and len(own & theirs) >= SAME_SHARE * max(len(own), len(theirs)):
            return str(key)
    return ""


def _line(material: str, name: str) -> str:
    found = re.search(rf"^{name}: (.*)$", material, re.MULTILINE)
    return found[1].strip() if found else ""


def _one_of(value: str, schema: dict[str, Any] | None) -> str:
    allowed = (schema or {}).get("enum") or [value]
    return value if value in allowed else str(allowed[0])


def _offered(schema: dict[str, Any] | None) -> list[str]:
    return list(((schema or {}).get("items") or {}).get("enum") or ())
