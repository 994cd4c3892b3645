"""Answers that must fit a JSON schema: deterministic values that a triage would give."""

from __future__ import annotations

import json
from typing import Any

from sandbox.claude.brain.filing import summary_of, topic_of
from sandbox.claude.brain.keywords import keywords_of
from sandbox.claude.brain.reading import Situation
from sandbox.claude.brain.triage import PRIORITY, QUESTIONS, is_problem, judge


def structured_answer(situation: Situation, schema: dict[str, Any]) -> str:
    """Return JSON that fits the schema."""
    return json.dumps(_value("", schema, situation, schema), ensure_ascii=False)


def _value(name: str, schema: dict[str, Any], situation: Situation, root: dict[str, Any]) -> Any:
    schema = _resolved(schema, root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return _kind(schema["enum"], situation) if name == "kind" else _best(schema["enum"], situation)
    kind = schema.get("type")
    match next(iter(kind), None) if isinstance(kind, list) else kind:
        case "object":
            members = schema.get("properties", {})
            return {member: _value(member, part, situation, root) for member, part in members.items()}
        case "array":
            return _items(name, schema, situation, root)
        case "boolean":
            return False
        case "integer" | "number":
            return schema.get("minimum", 0)
        case "null":
            return None
        case _:
            return _words(name, situation)


def _resolved(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        found: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return _resolved(found, root)
    choices = schema.get("anyOf") or schema.get("oneOf")
    return _resolved(choices[0], root) if choices else schema


def _items(name: str, schema: dict[str, Any], situation: Situation, root: dict[str, Any]) -> list[Any]:
    items = _resolved(schema.get("items", {}), root)
    if "question" in name:
        return [QUESTIONS[gap] for gap in judge(_subject(situation)).gaps]
    if items.get("type") == "string" and "enum" not in items:
        return keywords_of(_subject(situation))
    return [_value("", items, situation, root)] if schema.get("minItems") else []


def _kind(allowed: list[Any], situation: Situation) -> Any:
    """Return what a problem is called, if the words tell of one, else the last kind that is allowed."""
    return allowed[0] if is_problem(_subject(situation)) else allowed[-1]


def _best(allowed: list[Any], situation: Situation) -> Any:
    """Return the value that the severity or component of the report is called, else the first."""
    judgement = judge(_subject(situation))
    likely = (judgement.severity, PRIORITY[judgement.severity], judgement.component or "")
    for value in allowed:
        if isinstance(value, str) and value.lower() in [word.lower() for word in likely]:
            return value
    return allowed[0]


def _words(name: str, situation: Situation) -> str:
    subject = _subject(situation)
    if "description" in name:
        return situation.question or subject
    if "component" in name:
        return judge(subject).component or ""
    if "severity" in name:
        return judge(subject).severity
    return summary_of(subject)


def _subject(situation: Situation) -> str:
    return topic_of(situation) or situation.question
