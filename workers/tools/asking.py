"""One answer that names all that a call lacks and all that Jira does not take of it, so that one question is enough."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from workers.jira.fields import missing_line
from workers.records import FieldSpec

LONGEST_QUESTION = 2_500
"""Characters: room for some dozen fields with a few values each."""
MOST_OPTIONS = (25, 12, 6, 3, 0)
"""Of one field: fewer if all fields do not fit otherwise; in the end only how many there are."""
LONGEST_PROBLEM, LONGEST_NAME = 120, 60
LEFT_OUT = re.compile(r" and \d+ more\b|: \d+ allowed values$|…$", re.MULTILINE)
HOW_TO_FIND = " Other allowed values: jira_create_options with project, issue_type, field and query."


def one_question(start: str, missing: Iterable[FieldSpec] = (), problems: Iterable[str] = ()) -> str:
    """Name every field that lacks a value or has a wrong one; with fewer of many allowed values if need be."""
    missing, problems = tuple(missing), tuple(problems)
    text = ""
    for most in MOST_OPTIONS:
        lines = [*_missing(missing, most), *_problems(problems, is_short=not most)]
        text = "\n".join([f"{start}{finding(lines)}", *lines])
        if len(text) <= LONGEST_QUESTION:
            return text
    return f"{text[: LONGEST_QUESTION - 1].rstrip()}…"


def finding(lines: Iterable[str]) -> str:
    """Say how the allowed values are found that these lines leave out, if they do."""
    return HOW_TO_FIND if any(LEFT_OUT.search(line) for line in lines) else ""


def _missing(specs: Sequence[FieldSpec], most: int) -> list[str]:
    lines = [f"- {missing_line(spec, most) if most or not spec.options else _counted(spec)}" for spec in specs]
    return ["Required fields without a value:", *lines] if lines else []


def _counted(spec: FieldSpec) -> str:
    return f"{_cut(spec.name, LONGEST_NAME)}: {max(spec.options_total, len(spec.options))} allowed values"


def _problems(problems: Sequence[str], *, is_short: bool) -> list[str]:
    lines = [f"- {_cut(each, LONGEST_PROBLEM) if is_short else each}" for each in problems]
    return ["What Jira does not take:", *lines] if lines else []


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else f"{text[: size - 1].rstrip()}…"
