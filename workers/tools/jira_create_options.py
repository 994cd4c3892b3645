"""jira_create_options: which types a project has, and which fields a type asks for."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from workers.errors import ToolError
from workers.jira.field_values import options_text
from workers.jira.fields import REPORTER, SET_BY_US, example, with_long_lists
from workers.records import FieldSpec
from workers.tools.context import ToolContext
from workers.tools.tool import Tool, ToolAnswer, ToolInput

MOST_OPTIONS = 25
LONGEST_RESULT = 4_000


class CreateOptions(ToolInput):
    project: str | None = Field(None, description="Project key. The default project when left out.")
    issue_type: str | None = Field(None, description="Such as Bug. Left out: the project's issue types.")
    field: str | None = Field(None, description="Only this field, by its name: for one with many allowed values.")
    query: str | None = Field(None, description="With field: the allowed values that contain or resemble this.")


def run(args: CreateOptions, context: ToolContext, _tool_use_id: str) -> ToolAnswer:
    """Return the issue types of a project, or the fields of one type with their allowed values."""
    project = context.open_project(args.project)
    if not args.issue_type:
        types = context.jira.issue_types(project)
        lines = [f"{each.name}{f' - {each.description}' if each.description else ''}" for each in types]
        return ToolAnswer("\n".join([f"Issue types of {project}:", *(f"- {line}" for line in lines)]))
    kind = context.jira.issue_type(project, args.issue_type)
    specs = [spec for spec in context.jira.create_screen(project, kind.id) if spec.id not in {*SET_BY_US, REPORTER}]
    if args.field:
        return ToolAnswer(_values(args.field, args.query or "", project, kind.id, specs, context))
    text = "\n".join(_lines(project, kind.name, specs))
    return ToolAnswer(text if len(text) <= LONGEST_RESULT else text[:LONGEST_RESULT].rpartition("\n")[0] + "\n…")


def _values(name: str, query: str, project: str, type_id: str, specs: list[FieldSpec], context: ToolContext) -> str:
    """Return the values of one field, those first that are like the query."""
    wanted = name.strip().casefold()
    spec = next((each for each in specs if wanted in (each.name.casefold(), each.id.casefold())), None)
    if spec is None:
        raise ToolError(f"This form has no field {name[:60]!r}. Its fields: {', '.join(each.name for each in specs)}.")
    (whole,) = with_long_lists([spec], {name: ""}, lambda field: context.jira.long_options(project, type_id, field))
    fitting = tuple(option for option in whole.options if query.strip().casefold() in option.name.casefold())
    if query and fitting:
        whole = whole.model_copy(update={"options": fitting, "options_total": len(fitting)})
    return f"{spec.name}: {options_text(whole, query, most=MOST_OPTIONS) or example(spec)}"


def _lines(project: str, kind: str, specs: list[FieldSpec]) -> Iterator[str]:
    required = [spec for spec in specs if spec.required and not spec.has_default]
    yield f"Fields of {kind} in {project}."
    yield "Required:"
    yield from (_line(spec) for spec in required)
    yield "Optional:"
    yield from (_line(spec) for spec in specs if spec not in required)


def _line(spec: FieldSpec) -> str:
    allowed = options_text(spec, most=MOST_OPTIONS)
    many = " (several)" if spec.kind == "multi_select" else ""
    return f"- {spec.name}{many}: {allowed or example(spec)}"


TOOL = Tool(
    name="jira_create_options",
    description=(
        "Look up what a new issue needs: the issue types of a project or, with issue_type, its required and optional "
        "fields with allowed values. Use it before jira_create_issue when you don't know them yet."
    ),
    input=CreateOptions,
    run=run,
)
