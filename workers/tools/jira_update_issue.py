"""jira_update_issue: fields of an issue that exists, for a person to confirm."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from pydantic import Field

from workers.errors import ToolError
from workers.jira.field_values import BadValue, value_of, words
from workers.jira.screen import is_sprint
from workers.jira.shown import in_words
from workers.proposals import NOTHING, FieldChange, Update
from workers.records import FieldSpec
from workers.tools.arguments import CommaTexts, Mapping
from workers.tools.changing import (
    EMPTY_WORDS,
    FittedChanges,
    common,
    fitted,
    named_spec,
    nothing_to_do,
    propose,
    target_of,
)
from workers.tools.context import ToolContext
from workers.tools.tool import Tool, ToolAnswer, ToolInput


class UpdateIssue(ToolInput):
    key: str = Field(description="Issue key, such as OPS-12.")
    summary: str | None = Field(None, description="The new summary.")
    description: str | None = Field(None, description="The whole new description in Markdown; it replaces the old one.")
    priority: str | None = Field(None, description="Such as High.")
    assignee: str | None = Field(
        None, description="A person: @name, name or e-mail address, me (the person who asks), or unassigned."
    )
    add_labels: CommaTexts = Field(default=[], description="Labels to add; the others stay.")
    remove_labels: CommaTexts = Field(default=[], description="Labels to take away.")
    fields: Mapping = Field(
        default={},
        description="Other fields by display name or id: text, or a list of texts; null empties a field.",
    )


def run(args: UpdateIssue, context: ToolContext, tool_use_id: str) -> ToolAnswer:
    """Propose new values of fields."""
    given = _given(args)
    if not given and not args.add_labels and not args.remove_labels:
        raise ToolError("Say what shall change: summary, description, priority, assignee, add_labels, or fields.")
    target = target_of(args.key, context)
    specs = context.jira.changes.edit_screen(target.key)
    if any(is_sprint(spec) for spec in map(partial(named_spec, specs), given) if spec):
        specs = context.jira.with_sprints(target.project, specs)
    given, is_whole = _with_labels(args, given, specs)
    found = fitted(target.key, specs, given, context) if given else FittedChanges()
    labels = () if is_whole else _labels(args, target.key, specs, context)
    if not found.fields and not labels:
        return nothing_to_do(target.key, f"{target.key} has that already.", context)
    note = f"Left out, because it is so already: {', '.join(spec.name for spec in found.same)}." if found.same else ""
    change = Update(
        **common(target, context, tool_use_id),
        fields=(*found.fields, *labels),
        accounts=found.accounts,
        mentions=found.mentions,
        note=note,
    )
    return propose(context, [change], [target])


def _given(args: UpdateIssue) -> dict[str, Any]:
    named = {
        "summary": args.summary,
        "description": args.description,
        "priority": args.priority,
        "assignee": args.assignee,
    }
    return {**args.fields, **{name: value for name, value in named.items() if value is not None}}


def _with_labels(args: UpdateIssue, given: dict[str, Any], specs: Sequence[FieldSpec]) -> tuple[dict[str, Any], bool]:
    """Return what was given with the labels that come and go among all the labels, if those were given as well.

    Jira takes a field only once.
    """
    spec = named_spec(specs, "labels")
    name = next((name for name in given if spec and named_spec(specs, str(name)) == spec), None)
    if spec is None or name is None:
        return given, False
    kept = [word for word in words(given[name]) if word.casefold() not in EMPTY_WORDS]
    whole, come, go = (value_of(spec, each) for each in (kept, args.add_labels, args.remove_labels))
    labels = [label for label in dict.fromkeys((*whole, *come)) if label not in go]
    return {**given, name: labels or None}, True


def _labels(args: UpdateIssue, key: str, specs: Sequence[FieldSpec], context: ToolContext) -> tuple[FieldChange, ...]:
    """Return the labels that come and go, without those that are there or gone already."""
    if not args.add_labels and not args.remove_labels:
        return ()
    spec = named_spec(specs, "labels")
    if spec is None:
        raise ToolError(f"{key} has no labels that can be changed.")
    held = context.jira.changes.values(key, [spec])[spec.id]
    has = set(held) if isinstance(held, tuple) else {held}
    try:
        add = [label for label in value_of(spec, args.add_labels) if label not in has]
        remove = [label for label in value_of(spec, args.remove_labels) if label in has]
    except BadValue as problem:
        raise ToolError(str(problem)) from None
    if not add and not remove:
        return ()
    return (FieldChange(spec=spec, old=in_words(held) or NOTHING, add=tuple(add), remove=tuple(remove)),)


TOOL = Tool(
    name="jira_update_issue",
    description=(
        "Change fields of an issue when a person asks for it: summary, description, priority, assignee, labels or any "
        "other. Shows what would change on a card with Confirm and Cancel; nothing is in Jira until a person confirms."
    ),
    input=UpdateIssue,
    run=run,
)
