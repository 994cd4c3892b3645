"""Pure: the fields of an issue that are told on request, such as a due date, a sprint and an admin's own fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workers.jira.screen import is_sprint, specs_of
from workers.jira.shown import ReadText, in_words, shown

Raw = dict[str, Any]

ASKED = "*all,-comment,-worklog"
"""What the read of an issue asks for to have them."""
TOLD_ELSEWHERE = frozenset(
    {
        "summary", "issuetype", "status", "priority", "assignee", "updated", "project", "security", "description",
        "reporter", "created", "resolution", "labels", "components", "issuelinks", "parent", "subtasks", "comment",
        "attachment", "worklog",
    }
)  # fmt: skip
NOISE = frozenset(
    {
        "creator", "lastViewed", "workratio", "statuscategorychangedate", "statusCategory", "timespent",
        "aggregatetimespent", "timeestimate", "aggregatetimeestimate", "timeoriginalestimate",
        "aggregatetimeoriginalestimate", "issuerestriction",
    }
)  # fmt: skip
TOLD = frozenset(
    {
        "string", "number", "date", "datetime", "option", "option-with-child", "user", "group", "version", "component",
        "priority", "project", "team",
    }
)  # fmt: skip
"""Types whose values tell of this issue alone; what apps and epics put there may name others."""


def fields_of(raw: Raw, read_text: ReadText) -> tuple[tuple[str, str], ...]:
    """Return the name and the value of each field that holds one and is told nowhere else, by their names."""
    return tuple(sorted(_fields(raw, read_text), key=lambda each: each[0].casefold()))


def _fields(raw: Raw, read_text: ReadText) -> Iterator[tuple[str, str]]:
    names, schemas = raw.get("names") or {}, raw.get("schema") or {}
    for field, held in (raw.get("fields") or {}).items():
        if held in (None, "", [], {}) or field in TOLD_ELSEWHERE | NOISE or field not in schemas:
            continue
        (spec,) = specs_of([{"fieldId": field, "name": names.get(field), "schema": schemas[field]}]) or (None,)
        if spec is None or not (is_sprint(spec) or (spec.items_type or spec.schema_type) in TOLD):
            continue
        if words := in_words(shown(spec, held, read_text)).strip():
            yield spec.name, words
