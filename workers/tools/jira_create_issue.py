"""jira_create_issue: a draft for a person to check, from arguments that fit Jira's own create screen."""

from __future__ import annotations

import time
from collections.abc import Iterable

from pydantic import Field

from workers.errors import ToolError
from workers.jira.fields import Fitted, fit, with_long_lists
from workers.jira.forms import cut_notes
from workers.jira.mentions import with_mentions
from workers.jira.people_fields import Peopled, with_people
from workers.records import Draft, FieldSpec, SlackFile
from workers.tools.arguments import CommaTexts, Mapping
from workers.tools.asking import one_question
from workers.tools.changing import related_issue
from workers.tools.context import ToolContext
from workers.tools.people import finder, sought
from workers.tools.tool import Tool, ToolAnswer, ToolInput
from workers.views.form_fields import takes_issue

LONGEST_SUMMARY = 255
MOST_FILES = 20
"""Attached to one issue; of more the newest."""
HINT = "Nothing was drafted. Fill in what the conversation answers and call again; ask the person for the rest."


class CreateIssue(ToolInput):
    project: str | None = Field(None, description="Project key. The default project when left out.")
    issue_type: str = Field(description="Such as Bug or Task.")
    summary: str = Field(description="One line that says what is wrong or wanted.")
    description: str = Field(
        "", description="Markdown: what happens, since when, who is affected, steps, exact errors. No invented facts."
    )
    priority: str | None = Field(None, description="Only if the conversation tells how urgent it is.")
    labels: CommaTexts = Field(default=[], description="Only if asked for.")
    fields: Mapping = Field(
        default={},
        description="Further fields by display name or id; text, or a list of texts. People as @name (id), name or "
        "e-mail address; 2026-01-31 for dates; Above > Below for values in two steps.",
    )
    attachments: CommaTexts | None = Field(
        None,
        description="Names of the conversation's files that belong to this issue. All of them when left out; an empty "
        "list for none.",
    )


def run(args: CreateIssue, context: ToolContext, tool_use_id: str) -> ToolAnswer:
    """Check the arguments against Jira's create screen and propose the draft."""
    project = context.open_project(args.project)
    summary = " ".join(args.summary.split())
    if not summary:
        raise ToolError("The summary is empty: say in one line what is wrong or wanted.")
    kind = context.jira.issue_type(project, args.issue_type)
    specs, fitted, people = _fitted(args, context, project, kind.id)
    files, strangers = _chosen(args.attachments, context.files)
    notes = (*fitted.notes, *_own_notes(summary, args.description, specs), *strangers)
    draft = Draft(
        id=context.draft_id(tool_use_id),
        conversation=context.request.conversation,
        turn_ts=context.request.ts,
        asker_id=context.asker.user_id,
        asker_name=context.asker.name,
        asker_email=context.asker.email,
        project=project,
        issue_type=kind.name,
        summary=summary,
        description=args.description,
        priority=fitted.priority,
        labels=fitted.labels,
        fields=people.fields,
        accounts=people.accounts,
        specs=specs,
        permalink=context.permalink(),
        files=files,
        created_at=time.time(),
    )
    draft = with_mentions(draft, context.jira.directory, lambda user_id: sought(f"<@{user_id}>", context))
    notes = (*notes, *cut_notes(draft, context.jira.cuts))
    draft = draft.model_copy(update={"summary": _shortened(draft.summary), "notes": notes})
    proposed = context.drafts.propose(draft, context.reader, write_policy=context.write_policy)
    return ToolAnswer(
        "\n".join([proposed.words, *notes]),
        issue_keys=tuple(issue.key for issue in proposed.similar),
        links=tuple((issue.key, issue.url) for issue in proposed.similar),
    )


def _fitted(
    args: CreateIssue, context: ToolContext, project: str, type_id: str
) -> tuple[tuple[FieldSpec, ...], Fitted, Peopled]:
    """Return the create screen and what of the arguments fits it; raises ToolError that names all that is wrong."""
    # What does not fit may fit a screen that an administrator has just changed.
    for refresh in (False, True):
        specs = context.jira.create_screen(project, type_id, refresh=refresh)
        whole = with_long_lists(specs, args.fields, lambda field: context.jira.long_options(project, type_id, field))
        fitted = fit(
            whole, priority=args.priority, labels=args.labels, fields=args.fields, description=args.description
        )
        people = with_people(specs, fitted.fields, finder(context, project))
        problems = (*people.problems, *_unseen(fitted, specs, context))
        if fitted.is_complete and not problems:
            return specs, fitted, people
    wanted = one_question(HINT, fitted.missing, (*fitted.problems, *problems))
    raise ToolError(wanted, kind="missing" if fitted.missing else "input")


def _unseen(fitted: Fitted, specs: Iterable[FieldSpec], context: ToolContext) -> tuple[str, ...]:
    """Say which fields name an issue that is not open to the bot, or that the asker may not see here."""
    problems = []
    for spec in specs:
        if takes_issue(spec) and spec.id in fitted.fields:
            try:
                related_issue(spec, str(fitted.fields[spec.id]), context)
            except ToolError as problem:
                problems.append(str(problem))
    return tuple(problems)


def _chosen(wanted: list[str] | None, files: tuple[SlackFile, ...]) -> tuple[tuple[SlackFile, ...], tuple[str, ...]]:
    """Return the files that belong to the issue, and a note on each name that none of them has."""
    if wanted is None:
        return newest_files(files)
    names = {name.casefold() for name in wanted}
    strangers = names - {file.name.casefold() for file in files}
    notes = tuple(f"There is no file {name[:80]} in this conversation." for name in sorted(strangers))
    chosen, left_out = newest_files(tuple(file for file in files if file.name.casefold() in names))
    return chosen, (*notes, *left_out)


def newest_files(files: tuple[SlackFile, ...]) -> tuple[tuple[SlackFile, ...], tuple[str, ...]]:
    """Return as many files as one issue gets, and a note if that leaves some out."""
    if len(files) <= MOST_FILES:
        return files, ()
    return files[-MOST_FILES:], (f"Of {len(files)} files only the newest {MOST_FILES} will be attached.",)


def _own_notes(summary: str, description: str, specs: Iterable[FieldSpec]) -> list[str]:
    notes = []
    if len(summary) > LONGEST_SUMMARY:
        notes.append(f"The summary was cut to {LONGEST_SUMMARY} characters.")
    if description.strip() and not any(spec.id == "description" for spec in specs):
        notes.append("The description was left out: this form has no such field.")
    return notes


def _shortened(summary: str) -> str:
    return summary if len(summary) <= LONGEST_SUMMARY else summary[: LONGEST_SUMMARY - 1].rstrip() + "…"


TOOL = Tool(
    name="jira_create_issue",
    description=(
        "Prepare a new issue when a person asks for one. It shows them a draft with buttons; nothing is in Jira until "
        "a person confirms. Call it once for each issue wanted, after jira_search found nothing that covers it. Likely "
        "duplicates are looked for and shown with the draft."
    ),
    input=CreateIssue,
    run=run,
)
