"""jira_create_options: which types a project has, and which fields a type asks for."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from workers.jira.field_values import options_text
from workers.jira.fields import EXAMPLES, REPORTER, SET_BY_US
from workers.records import FieldSpec
from workers.tools.context import ToolContext
from workers.tools.tool import Tool, ToolAnswer, ToolInput

MOST_OPTIONS = 25
LONGEST_RESULT = 4_000


class CreateOptions(ToolInput):
    project: str | None = Field(None, description="Project key. The default project when left out.")
    issue_type: str | None = Field(None, description="Such as Bug. Left out: the project's issue types.")


def run(args: CreateOptions, context: ToolContext, _tool_use_id: str) -> ToolAnswer:
    """Return the issue types of a project, or the fields of one type with their allowed values."""
    project = context.open_project(args.project)
    if not args.issue_type:
        types = context.jira.issue_types(project)
        lines = [f"{each.name}{f' - {each.description}' if each.description else ''}" for each in types]
        return ToolAnswer("\n".join([f"Issue types of {project}:", *(f"- {line}" for line in lines)]))
    kind = context.jira.issue_type(project, args.issue_type)
    specs = [spec for spec in context.jira.create_screen(project, kind.id) if spec.id not in {*SET_BY_US, REPORTER}]
    text = "\n".join(_lines(project, kind.name, specs))
    return ToolAnswer(text if len(text) <= LONGEST_RESULT else text[:LONGEST_RESULT].rpartition("\n")[0] + "\n…")


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
    return f"- {spec.name}{many}: {allowed or EXAMPLES.get(spec.kind, 'text')}"


TOOL = Tool(
    name="jira_create_options",
    description=(
        "Look up what a new issue needs: the issue types of a project or, with issue_type, its required and optional "
        "fields with allowed values. Use it before jira_create_issue when you don't know them yet."
    ),
    input=CreateOptions,
    run=run,
)
