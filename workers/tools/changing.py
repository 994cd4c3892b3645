"""What the tools that change issues share: the issue, fields with their values, and the answer."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workers.errors import JiraRefused, ToolError
from workers.jira.change_reading import Target
from workers.jira.field_values import BadValue, option_named, value_of, words
from workers.jira.people_fields import named_apart
from workers.jira.shown import in_words, normal
from workers.proposals import NOTHING, AnyChange, FieldChange
from workers.records import FieldSpec, FieldValue
from workers.tools.arguments import key_in
from workers.tools.asking import one_question
from workers.tools.context import ToolContext
from workers.tools.people import account_of, mentions
from workers.tools.tool import ToolAnswer
from workers.views.form_fields import takes_issue

MOST_NAMED = 25
LONGEST_TEXT = 9_000
"""Of a comment or a description: it must fit the card whole, for a person confirms what they see."""
EMPTY_WORDS = frozenset({"", "none", "null", "empty", "nothing", "unassigned", "nobody", "-"})
NOT_BY_US = frozenset({"issuetype", "comment", "timetracking", "worklog"})


def target_of(key: str, context: ToolContext) -> Target:
    """Return the issue that is to be changed; raises ToolError or JiraRefused unless the asker may see it here."""
    return context.jira.changes.target(key_in(key), context.reader)


def related_issue(spec: FieldSpec, key: str, context: ToolContext) -> str:
    """Return the key of an issue that a field names; raises ToolError unless the asker may see that issue here."""
    try:
        return target_of(key, context).key
    except JiraRefused:
        reason = f"{key} does not exist in Jira, or it may not be shown here."
    except ToolError as problem:
        reason = str(problem)
    raise ToolError(f"{spec.name}: {reason}")


def common(target: Target, context: ToolContext, tool_use_id: str, *, number: int = 0) -> dict[str, Any]:
    """Return what every change of an issue says; `number` tells changes of one call apart, in their order."""
    return {
        "id": context.draft_id(f"{tool_use_id}/{number}" if number else tool_use_id),
        "key": target.key,
        "number": time.time() + number / 1000,
        "summary": target.summary,
        "url": context.jira.url_of(target.key),
    }


def closing(context: ToolContext) -> dict[str, str]:
    """Return what the last line of a comment says: who asked for it, and where."""
    link = context.permalink()
    return {"said_by": f"From {context.asker.name} via {'' if link else 'Slack'}", "said_at": link}


def propose(context: ToolContext, changes: Sequence[AnyChange], targets: Iterable[Target]) -> ToolAnswer:
    """Put changes on the card of the turn, or make them, and answer the model."""
    keys = tuple(dict.fromkeys(target.key for target in targets))
    links = tuple((key, context.jira.url_of(key)) for key in keys)
    return ToolAnswer(context.changes.propose(context.wish(), changes), issue_keys=keys, links=links)


def nothing_to_do(key: str, what: str, context: ToolContext) -> ToolAnswer:
    """Answer that an issue is as it shall be."""
    return ToolAnswer(f"Nothing to change: {what}", issue_keys=(key,), links=((key, context.jira.url_of(key)),))


def check_length(what: str, text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise ToolError(
            f"{what} has {len(text):,} characters, and a person can check at most {LONGEST_TEXT:,} on one card. "
            "Shorten it to what matters, or split it into several calls."
        )


@dataclass(frozen=True)
class FittedChanges:
    """What of the given values changes something."""

    fields: tuple[FieldChange, ...] = ()
    accounts: dict[str, str] = field(default_factory=dict)
    mentions: dict[str, str] = field(default_factory=dict)
    same: tuple[FieldSpec, ...] = ()
    """The fields that hold the value already."""


def fitted(key: str, specs: Sequence[FieldSpec], given: Mapping[str, Any], context: ToolContext) -> FittedChanges:
    """Return the given values as changes of fields; raises ToolError that names all that do not fit."""
    chosen, problems = _chosen(key, specs, given)
    accounts: dict[str, str] = {}
    people = mentions(context)
    wanted: dict[str, FieldValue] = {}
    for spec, value in chosen:
        try:
            taken = _value(key, spec, value, accounts, context)
            wanted[spec.id] = people.in_field(taken, spec.kind) if isinstance(taken, str) else taken
        except (BadValue, ToolError) as problem:
            problems.append(str(problem))
    if problems:
        raise ToolError(one_question("Nothing was proposed.", problems=problems))
    held = context.jira.changes.values(key, [spec for spec, _ in chosen], accounts)
    changes, same = [], []
    for spec, _ in chosen:
        read_back = context.jira.changes.as_read_back(spec, wanted[spec.id], people.accounts)
        if normal(spec, held[spec.id]) == normal(spec, read_back):
            same.append(spec)
        else:
            old = in_words(held[spec.id]) or NOTHING
            changes.append(FieldChange(spec=spec, old=old, new=wanted[spec.id]))
    return FittedChanges(tuple(changes), accounts, people.accounts, tuple(same))


def named_spec(specs: Iterable[FieldSpec], name: str) -> FieldSpec | None:
    """Return the field of this id or display name, in any case."""
    wanted = name.strip().casefold()
    specs = tuple(specs)
    by_id = (spec for spec in specs if spec.id.casefold() == wanted)
    return next(by_id, None) or next((spec for spec in specs if spec.name.casefold() == wanted), None)


def _chosen(
    key: str, specs: Sequence[FieldSpec], given: Mapping[str, Any]
) -> tuple[list[tuple[FieldSpec, Any]], list[str]]:
    """Return the fields that are meant with what was given for each, and a sentence for each that is none."""
    chosen: dict[str, tuple[FieldSpec, Any]] = {}
    problems = []
    for name, value in given.items():
        spec = named_spec(specs, str(name))
        if spec is None:
            problems.append(f"{key} has no field {str(name)[:60]!r} that can be changed. Those are: {_names(specs)}.")
        elif spec.id in NOT_BY_US or spec.kind == "other":
            problems.append(f"{spec.name} can't be changed by me; a person can do it in Jira.")
        else:
            chosen[spec.id] = (spec, value)
    return list(chosen.values()), problems


def _names(specs: Collection[FieldSpec]) -> str:
    names = [spec.name for spec in specs if spec.id not in NOT_BY_US and spec.kind != "other"]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _is_nothing(spec: FieldSpec, word: str) -> bool:
    """Return whether a word asks for the field to be emptied: one that it offers as a value does not."""
    return word.casefold() in EMPTY_WORDS and option_named(spec, word) is None


def _value(key: str, spec: FieldSpec, value: Any, accounts: dict[str, str], context: ToolContext) -> FieldValue:
    """Return a value as its field takes it, empty for one that is to be emptied; notes the accounts of people."""
    given = [word for word in words(value) if not _is_nothing(spec, word)]
    if not given:
        if spec.required:
            raise ToolError(f"{spec.name} can't be emptied: Jira wants a value.")
        return ""
    if spec.kind == "user":
        project = key.rpartition("-")[0] if spec.id == "assignee" else ""
        found = [named_apart(account_of(word, context, project=project), accounts) for word in given]
        return tuple(found) if spec.schema_type == "array" else found[0]
    taken = value_of(spec, value)
    if takes_issue(spec):
        return related_issue(spec, str(taken), context)
    if spec.kind == "paragraph":
        check_length(spec.name, in_words(taken))
    return taken
