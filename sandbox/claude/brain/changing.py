"""Turns what a person wants of issues that exist into tool calls: comment, move, assign, set, link."""

from __future__ import annotations

import re
from typing import Any, Literal

from sandbox.claude.brain.reading import KEY, Call, Situation

Kind = Literal["comment", "move", "change", "link"]
KINDS: tuple[Kind, ...] = ("comment", "link", "change", "move")

READY = "That is ready: please check the card and press **Confirm**. Nothing is changed in Jira before that."
MOST_ISSUES = 5

_I = re.IGNORECASE
_COMMENT = re.compile(r"\bcomment\b|\badd a (?:note|remark)\b", _I)
_SAID = re.compile(
    r"\b(?:comment|note|remark)\b(?:(?!\bthat\b|\bsaying\b|[:“\"]).)*(?:\bthat\b|\bsaying\b|[:“\"])[\s:,]*(.+)",
    _I | re.DOTALL,
)
_DUPLICATE = re.compile(r"\b(?:as|is|are|of) (?:an? |its )?duplicates?\b|\bduplicates? of\b", _I)
"""The issue that is named first is the one to be closed: "link A to B as duplicate" says that A duplicates B."""
_LINK = re.compile(
    rf"\blink\b|\b(?:blocks|is blocked by|duplicates|is duplicated by|clones|relates to)\b|{_DUPLICATE.pattern}", _I
)
_CLOSES = re.compile(r"\b(?:close|resolve)\b", _I)
_RELATION = re.compile(r"\b(is blocked by|blocks|is duplicated by|duplicates|is cloned by|clones|relates to)\b", _I)
_ASSIGN = re.compile(r"\b(?:re)?assign\b|\bgive\b", _I)
_UNASSIGN = re.compile(r"\bunassign\b", _I)
_TO_WHOM = re.compile(r"\bto\s+@?(?!OPS)([A-Za-z][\w.+-]*(?:@[\w.-]+\w)?(?: [A-Z][\w-]+)?)", re.ASCII)
_ME = re.compile(r"\bto me\b|\bmyself\b", _I)
_PRIORITY = re.compile(r"\bpriority\b.*?\b(highest|high|medium|lowest|low)\b", _I)
_LABEL = re.compile(r"\b(add|remove)\s+(?:the\s+)?labels?\s+[\"“`]?([\w-]+)", _I)
_SUMMARY = re.compile(r"\b(?:rename|summary)\b.*?\bto\b[\s:]*[\"“]?(.+?)[\"”]?\s*$", _I | re.DOTALL)
_MOVE = re.compile(r"\b(?:move|transition|set|close|resolve|reopen|start|finish|mark|put)\b", _I)
_TARGET = re.compile(
    r"\b(?:to|as|into)\s+[\"“*]?([A-Za-z][A-Za-z' ]{1,30}?)[\"”*]?\s*(?:[.!?,]|$|\bplease\b|\bwith\b)", _I
)
_USUAL_TARGETS = ((re.compile(r"\breopen\b", _I), "To Do"), (re.compile(r"\bstart\b", _I), "In Progress"))
_AS = re.compile(r"\b(?:as|resolution)\s+[\"“]?(won't do|duplicate|cannot reproduce)\b", _I)
_ONE_PERSON = re.compile(r"may be [^,()]+ \(([^()\s]+@[^()\s]+)\):")
_ORDERS_IT = re.compile(
    r"^\W*(?:(?:please|now|then|and|ok|can you|could you)\W+)*"
    r"(?:set|move|assign|unassign|change|raise|lower|mark|put|close|resolve|reopen|rename|comment|add|remove|transition)\b"
    r".*\b(?:it|this (?:issue|ticket|one)|that (?:issue|ticket|one))\b",
    _I | re.DOTALL,
)
"""What somebody reports of "it" is no wish to change the last issue."""
_BESIDE = re.compile(
    r"[\"”]?[,;.]?\s+(?:and|then)\s+(?:(?:also|then|please)\s+)*"
    r"(?=(?:set|move|assign|unassign|change|raise|lower|mark|close|resolve|reopen|add|remove|transition)\b)",
    _I,
)
"""Where a comment's words end and a further wish begins."""
_CLAUSES = re.compile(r"\s+(?:and|then|but)\s+|[;,]\s+", _I)
_ABOUT_CUSTOMERS = re.compile(r"\b(?:customers?|public(?:ly)?)\b", _I)


def kind_of(situation: Situation) -> Kind | None:
    """Return what shall be done with the issues that a question names, or means by "it"; None if nothing."""
    question, keys = situation.question, _keys_of(situation)
    if not keys:
        return None
    if _COMMENT.search(question) and (_SAID.search(question) or not question.rstrip().endswith("?")):
        return "comment"
    if len(keys) > 1 and _LINK.search(question):
        return "link"
    if _is_of_fields(question):
        return "change"
    return "move" if _MOVE.search(question) and not question.rstrip().endswith("?") else None


def calls_for(situation: Situation, kind: Kind) -> list[tuple[str, dict[str, Any]]]:
    """Return the tools to call, by name, with their arguments; none if the tool is not on offer."""
    question, keys = situation.question, _keys_of(situation)
    if kind == "link":
        wanted = _links(question, keys)
    elif kind == "comment":
        wanted = _comments(question, keys)
    elif kind == "change":
        wanted = _changes(question, keys)
    else:
        wanted = [("jira_transition_issue", {"key": key, **_target(question)}) for key in keys]
    return [call for call in wanted if call[0] in situation.tools]


def _links(question: str, keys: list[str]) -> list[tuple[str, dict[str, Any]]]:
    """Return the call that links two issues, and the move of a duplicate that shall be closed as well."""
    relation, is_duplicate = _RELATION.search(question), _DUPLICATE.search(question)
    usual = "duplicates" if is_duplicate else "relates to"
    arguments = {"key": keys[0], "other_key": keys[1], "relation": relation[1].lower() if relation else usual}
    calls = [("jira_link_issues", arguments)]
    if is_duplicate and _CLOSES.search(question):
        calls.append(("jira_transition_issue", {"key": keys[0], "to_status": "Done", "resolution": "Duplicate"}))
    return calls


def _comments(question: str, keys: list[str]) -> list[tuple[str, dict[str, Any]]]:
    """Return the calls for a comment, and for what else is wished of the issue behind its words."""
    question, beside = _apart(question)
    # Keys in the comment's own words are not where it goes.
    said = _SAID.search(question)
    place = question[: said.start(1)] if said else question
    where = list(dict.fromkeys(KEY.findall(place))) or keys
    calls = [("jira_add_comment", {"key": key, **_comment(question, said)}) for key in where]
    if _is_of_fields(beside):
        return calls + _changes(beside, where)
    return calls + [("jira_transition_issue", {"key": key, **_target(beside)}) for key in where if beside]


def _apart(question: str) -> tuple[str, str]:
    """Return a wish for a comment, and the wish for a change of the same issue that follows it, empty for none."""
    said = _SAID.search(question)
    for border in _BESIDE.finditer(question, said.start(1) if said else len(question)):
        beside = question[border.end() :]
        if _is_of_fields(beside) or (_MOVE.search(beside) and _TARGET.search(beside)):
            return question[: border.start()], beside
    return question, ""


def _changes(question: str, keys: list[str]) -> list[tuple[str, dict[str, Any]]]:
    """Return the calls that set fields of issues, and move them where that is wished as well."""
    fields, move = _parts(question)
    calls = [("jira_update_issue", {"key": key, **fields}) for key in keys]
    return calls + [("jira_transition_issue", {"key": key, **_target(move)}) for key in keys if move]


def _keys_of(situation: Situation) -> list[str]:
    """Return the issues that a question is about: those it names, or the last one that was talked of."""
    named = list(dict.fromkeys(KEY.findall(situation.question)))[:MOST_ISSUES]
    if named or not _ORDERS_IT.search(situation.question):
        return named
    talk = [words for turn in situation.earlier for words in (*(part.words for part in turn.said), *turn.answers)]
    return next((found[:1] for found in map(KEY.findall, reversed(talk)) if found), [])


def _is_of_fields(words: str) -> bool:
    return any(pattern.search(words) for pattern in (_ASSIGN, _UNASSIGN, _PRIORITY, _LABEL, _SUMMARY))


def _parts(question: str) -> tuple[dict[str, Any], str]:
    """Return the fields that a question sets, and its part that tells where the issue shall go, empty for none."""
    # A new summary may hold any words.
    clauses = [question] if _SUMMARY.search(question) else _CLAUSES.split(question)
    fields = {name: value for clause in clauses if _is_of_fields(clause) for name, value in _fields(clause).items()}
    moves = [each for each in clauses if not _is_of_fields(each) and _MOVE.search(each) and _TARGET.search(each)]
    return fields or _fields(question), moves[-1] if moves else ""


def after_change(calls: list[Call]) -> str:
    """Return the word on changes that were shown, or made at once, or that could not be proposed."""
    worked = {(call.name, call.arguments.get("key")) for call in calls if not call.is_error}
    failed = [
        f"I could not prepare that for {call.arguments.get('key')}: {call.result}"
        for call in calls
        if call.is_error and (call.name, call.arguments.get("key")) not in worked
    ]
    told = [call.result for call in calls if not call.is_error]
    done = [
        line
        for result in told
        for line in result.splitlines()
        if line.startswith(("Done:", "Not done", "Sent to", "Nothing to"))
    ]
    ready = [READY] if any("Confirm" in result and "Shown to" in result for result in told) else []
    return "\n\n".join([*failed, *done, *ready])


def again(calls: list[Call]) -> list[tuple[str, dict[str, Any]]]:
    """Return the calls whose person was not found by name although only one comes into question."""
    found = [(call, _ONE_PERSON.search(call.result)) for call in calls if call.is_error]
    return [(call.name, {**call.arguments, "assignee": match[1]}) for call, match in found if match]


def _comment(question: str, said: re.Match[str] | None) -> dict[str, Any]:
    body = (said[1] if said else question).strip(' “”"')
    place = question[: said.start(1)] if said else ""
    return {"body": body, **({"audience": "customers"} if _ABOUT_CUSTOMERS.search(place) else {})}


def _fields(question: str) -> dict[str, Any]:
    label, priority, summary = _LABEL.search(question), _PRIORITY.search(question), _SUMMARY.search(question)
    if label:
        return {f"{label[1].lower()}_labels": [label[2]]}
    if priority:
        return {"priority": priority[1].capitalize()}
    if _UNASSIGN.search(question):
        return {"assignee": "unassigned"}
    if _ASSIGN.search(question):
        whom = _TO_WHOM.findall(question)
        return {"assignee": "me" if _ME.search(question) or not whom else whom[-1]}
    return {"summary": summary[1]} if summary else {}


def _target(question: str) -> dict[str, Any]:
    named = [word for word in _TARGET.findall(KEY.sub("", question)) if not _AS.search(f"as {word}")]
    usual = next((status for pattern, status in _USUAL_TARGETS if pattern.search(question)), "Done")
    resolution = _AS.search(question)
    status = named[-1].strip().title() if named and named[-1].strip().casefold() not in ("done", "closed") else ""
    target = status or ("Done" if named else usual)
    return {"to_status": target, **({"resolution": resolution[1].title().replace("'T", "'t")} if resolution else {})}
