"""jira_transition_issue: another status, by its name or that of the move, for a person to confirm."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from workers.changes.carrier import way_to
from workers.errors import ToolError
from workers.jira.change_reading import RESOLUTION, Target, Transition
from workers.jira.field_values import BadValue, value_of
from workers.jira.fields import missing_line
from workers.proposals import AnyChange, Comment, Move
from workers.tools.arguments import Mapping
from workers.tools.asking import one_question
from workers.tools.changing import (
    FittedChanges,
    check_length,
    closing,
    common,
    fitted,
    nothing_to_do,
    propose,
    target_of,
)
from workers.tools.context import ToolContext
from workers.tools.people import mentions
from workers.tools.tool import Tool, ToolAnswer, ToolInput


class TransitionIssue(ToolInput):
    key: str = Field(description="Issue key, such as OPS-12.")
    to_status: str = Field(description="The status to move to, such as Done, or the name of the move, such as Reopen.")
    resolution: str | None = Field(None, description="Only if the person named one or Jira asks for it.")
    comment: str | None = Field(None, description="Markdown: said on the issue once it is moved.")
    fields: Mapping = Field(default={}, description="What an error asked for, by display name.")


def run(args: TransitionIssue, context: ToolContext, tool_use_id: str) -> ToolAnswer:
    """Propose another status."""
    target = target_of(args.key, context)
    ways = context.jira.changes.transitions(target.key)
    way = way_to(ways, args.to_status)
    if way is None:
        if args.to_status.casefold() == target.status.casefold():
            return nothing_to_do(target.key, f"{target.key} is in {target.status} already.", context)
        raise ToolError(_no_way(target, args.to_status, ways))
    check_length("The comment", args.comment or "")
    note = _other_ways(way, ways, args.to_status)
    changes: list[AnyChange] = [_move(args, target, way, context, tool_use_id, note=note)]
    if args.comment:
        is_internal = context.jira.changes.is_service_desk(target)
        about = common(target, context, tool_use_id, number=1)
        people = mentions(context)
        said = {"body": people.named(args.comment), "mentions": people.accounts}
        changes.append(Comment(**about, **said, is_internal=is_internal, after=changes[0].id, **closing(context)))
    return propose(context, changes, [target])


def _other_ways(way: Transition, ways: Sequence[Transition], wanted: str) -> str:
    """Name the other ways to the same status, unless one was asked for by its name."""
    others = [each.name for each in ways if each.to.casefold() == way.to.casefold() and each.id != way.id]
    is_named = wanted.strip().casefold() == way.name.strip().casefold()
    return "" if is_named or not others else f"Another way leads to {way.to}, too: {', '.join(others[:5])}."


def _move(
    args: TransitionIssue, target: Target, way: Transition, context: ToolContext, tool_use_id: str, *, note: str
) -> Move:
    resolution, left_out = _resolution(args, way)
    others = {name: value for name, value in args.fields.items() if str(name).strip().casefold() != RESOLUTION}
    found = fitted(target.key, way.fields, others, context) if others else FittedChanges()
    _check_complete(target, way, found, context)
    return Move(
        **common(target, context, tool_use_id),
        from_status=target.status,
        to_status=way.to,
        way_id=way.id,
        way=way.name,
        resolution=resolution,
        fields=found.fields,
        accounts=found.accounts,
        mentions=found.mentions,
        note=" ".join(filter(None, (left_out, note))),
    )


def _check_complete(target: Target, way: Transition, found: FittedChanges, context: ToolContext) -> None:
    """Raise ToolError that names the fields which the way wants, and which are neither given nor held already."""
    filled = {*(field.spec.id for field in found.fields), *(spec.id for spec in found.same)}
    open_ones = [spec for spec in way.wants if spec.id not in filled]
    held = context.jira.changes.values(target.key, open_ones) if open_ones else {}
    missing = [spec for spec in open_ones if not held[spec.id]]
    if missing:
        raise ToolError(one_question(_wants(target, way), missing), kind="missing")


def _resolution(args: TransitionIssue, way: Transition) -> tuple[str, str]:
    """Return the resolution of a move, and what to say if it takes none; raises ToolError that lists the allowed."""
    given = args.resolution or next(
        (str(value) for name, value in args.fields.items() if str(name).strip().casefold() == RESOLUTION), ""
    )
    spec = way.field(RESOLUTION)
    if spec is None:
        return "", f"The resolution was left out: Jira takes none on the way to {way.to}." if given else ""
    if not given:
        if spec.required and not spec.has_default:
            raise ToolError(f"{way.to} needs a resolution. Use what the person said, or ask. {missing_line(spec)}.")
        return "", ""
    try:
        taken = value_of(spec, given)
    except BadValue as problem:
        raise ToolError(str(problem)) from None
    return taken if isinstance(taken, str) else taken[0], ""


def _wants(target: Target, way: Transition) -> str:
    return (
        f"To move {target.key} to {way.to} Jira wants these fields. Call again with them in `fields`; ask the person "
        "for what the conversation does not answer."
    )


def _no_way(target: Target, wanted: str, ways: Sequence[Transition]) -> str:
    offered = ", ".join(way.words for way in ways[:25])
    here = f"{target.key} is in {target.status} and can't be moved to {wanted[:60]!r} from there."
    return f"{here} It can be moved to: {offered}." if ways else f"{here} I may not move it at all."


TOOL = Tool(
    name="jira_transition_issue",
    description=(
        "Move an issue to another status (close, reopen, start …) when a person asks for it. Shows the change on a "
        "card with Confirm and Cancel; nothing is in Jira until a person confirms."
    ),
    input=TransitionIssue,
    run=run,
)
