"""The form that files something: filled by the fast model from a message and its thread, drawn anew when changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from workers.acts.form_files import blocks_of
from workers.acts.material import Material, files_for_issue, material_of
from workers.acts.services import ActServices
from workers.claude.prefill import Prefilled, prefill
from workers.claude.triage import Choices
from workers.errors import BudgetSpent, MediaRefused, SupportBotError
from workers.jira.choices import COMPONENTS, LABELS, labels_to_choose, options_of
from workers.jira.mentions import MOST_MENTIONED, Who
from workers.logs import get_logger
from workers.payer import Payer
from workers.records import Action, FieldSpec, FieldValue
from workers.views import failures
from workers.views.changed_form import changed_form, changed_view, form_metadata, possible_type, usual_type
from workers.views.draft_modal import IssueForm, issue_modal, values_of
from workers.views.message_text import LONGEST
from workers.views.notices import notice_modal
from workers.views.slack_words import by_name, people_in

TITLE = "File a Jira issue"

log = get_logger(__name__)


def open_form(action: Action, services: ActServices) -> None:
    """Fill the form that the listener has opened empty."""
    form_id = str(action.values["form"])
    refusal = "" if services.projects(action) else failures.NO_PROJECT
    if not services.may_file(action):
        refusal = failures.may_not_file(services.channel_settings(action).filers)
    if refusal:
        # Claimed before it is shown: the listener would put its own form in the place of a refusal.
        services.forms.draw(action.team_id, form_id, by="worker")
        services.modals.update(action.team_id, form_id, notice_modal(TITLE, refusal, external_id=form_id))
        return
    material = material_of(action, services)
    services.forms.keep_files(action.team_id, form_id, material.files)
    form = filled_form(action, material, services)
    services.forms.keep_people(action.team_id, form_id, form.people)
    services.forms.keep_notes(action.team_id, form_id, (form.note, form.questions or form.unpaid))
    if services.forms.draw(action.team_id, form_id, by="worker"):
        view = issue_modal(form, private_metadata=form_metadata(action, form), external_id=form_id)
        services.modals.update(action.team_id, form_id, view)


def change_form(action: Action, services: ActServices) -> None:
    """Draw a form anew for another project or type, with what was entered so far; the last choice wins."""
    form_id, values = str(action.values["form"]), action.values["entered"]
    if not services.forms.is_newest(action.team_id, form_id, action.id):
        return
    draft_id = str(action.values.get("draft") or "")
    draft = services.desk.find(action.team_id, draft_id) if draft_id else None
    place = action.model_copy(update={"channel_id": draft[0].conversation.channel_id}) if draft else action
    refusal = "" if services.projects(place) else failures.NO_PROJECT
    if not services.may_draft(place):
        refusal = failures.may_not_file(services.channel_settings(place).filers)
    if refusal:
        services.modals.update(action.team_id, form_id, notice_modal(TITLE, refusal, external_id=form_id))
        return
    project, projects = str(values.get("project") or ""), services.projects(place)
    note, questions = services.forms.notes(action.team_id, form_id)
    if project and project.strip().upper() not in projects:
        # The channel's settings have closed it while the form was open.
        note, project = failures.wrong_project(project, projects), projects[0]
    types = _types(project, services)
    issue_type = possible_type(values, types, services.channel_settings(place))
    form = changed_form(
        action,
        {**(values_of(draft[0]) if draft else {}), **values},
        project=project,
        issue_type=issue_type,
        projects=projects,
        types=types,
        specs=_specs(project, issue_type, services),
        note=note,
        questions=questions,
    )
    # Jira may have taken its time, in which the listener has drawn a later choice by itself.
    if services.forms.is_newest(action.team_id, form_id, action.id):
        services.modals.update(action.team_id, form_id, changed_view(action, form))


def filled_form(action: Action, material: Material, services: ActServices) -> IssueForm:
    """Return the form as the model, the channel's settings and the message fill it."""
    projects = services.projects(action)
    channel = services.channel_settings(action)
    project = channel.project if channel.project in projects else next(iter(projects), "")
    types = _types(project, services)
    specs = _specs(project, usual_type(types, channel), services)
    labels = labels_to_choose(specs, project, services.jira)
    choices = Choices(services.settings.jira_projects, options_of(specs, COMPONENTS), labels)
    filled, unpaid = _prefilled(action, material, types, specs, choices, services)
    # What a channel is set up for is not overruled by a guess, nor by an unsure one what is usual.
    if filled and filled.project in services.projects(action) and not channel.project and filled.confidence == "high":
        project = filled.project
        types = _types(project, services)
    issue_type = usual_type(types, channel)
    if filled and filled.issue_type in types and channel.issue_type not in types:
        issue_type = filled.issue_type
    first_line = next((line.strip() for line in material.text.splitlines() if line.strip()), "")
    specs = _specs(project, issue_type, services)
    summary = filled.summary if filled and filled.summary else first_line
    # What is too long to be written down again by the model is kept as it was written.
    is_rewritten = filled is not None and filled.description and len(material.text) <= LONGEST
    description = filled.description if filled and is_rewritten else material.text
    names = _names(f"{summary}\n{description}", services.who(action.team_id))
    return IssueForm(
        project=project,
        issue_type=issue_type,
        summary=by_name(summary, names),
        description=by_name(description, names),
        # Of two people with one name nobody can tell who is meant.
        people={name: user_id for user_id, name in names.items() if list(names.values()).count(name) == 1},
        fields=_judged(filled, specs) if filled else {},
        projects=projects,
        types=types,
        specs=specs,
        note=" ".join(filter(None, (material.note, *files_for_issue(material.files)[1]))),
        questions=open_questions(filled),
        unpaid=unpaid,
        is_unsure=filled is not None and filled.confidence == "low",
    )


def _names(text: str, who: Who) -> dict[str, str]:
    """Return the names of those whom a text names by id."""
    names = {user_id: " ".join(who(user_id).words.split()) for user_id in people_in(text)[:MOST_MENTIONED]}
    return {user_id: name for user_id, name in names.items() if name not in ("", user_id)}


def open_questions(filled: Prefilled | None) -> str:
    """Return a sentence that names what the material does not tell, empty if nothing is missing."""
    return f"Open questions: {' '.join(filled.questions)}" if filled and filled.questions else ""


def _judged(filled: Prefilled, specs: Sequence[FieldSpec]) -> dict[str, FieldValue | None]:
    """Return the fields that the judgement fills, as far as this create screen has and allows them."""
    found: dict[str, FieldValue | None] = {"priority": filled.priority} if filled.priority else {}
    if filled.component in options_of(specs, COMPONENTS):
        found[COMPONENTS] = (filled.component,)
    # A screen that lists no labels takes any.
    listed, has_field = options_of(specs, LABELS), any(spec.id == LABELS for spec in specs)
    labels = tuple(label for label in filled.labels if has_field and (not listed or label in listed))
    return {**found, LABELS: labels} if labels else found


def _prefilled(
    action: Action,
    material: Material,
    types: Sequence[str],
    specs: Sequence[FieldSpec],
    choices: Choices,
    services: ActServices,
) -> tuple[Prefilled | None, str]:
    """Return what the model made of it, if it did, or which budget is used up and whom to ask."""
    if not material.whole:
        return None, ""

    def ask(files: Sequence[dict[str, Any]]) -> Prefilled | None:
        return prefill(
            services.claude,
            material.whole,
            choices,
            files=files,
            types=types,
            priorities=options_of(specs, "priority"),
            payer=Payer(action.team_id, action.user_id, action.channel_id),
        )

    try:
        return _with_files_or_without(ask, blocks_of(material.shared, services.files, action.team_id)), ""
    except BudgetSpent as spent:
        return None, spent.user_message


def _with_files_or_without(
    ask: Callable[[Sequence[dict[str, Any]]], Prefilled | None], files: Sequence[dict[str, Any]]
) -> Prefilled | None:
    """Return what the model makes of words and files; where a file is refused, or too dear, of the words alone."""
    if files:
        with suppress(MediaRefused, BudgetSpent):
            return ask(files)
    return ask(())


def _types(project: str, services: ActServices) -> tuple[str, ...]:
    """Return the types that can be chosen, none if Jira does not say: a sub-task would need a parent."""
    try:
        return tuple(kind.name for kind in services.jira.issue_types(project) if not kind.is_subtask)[:100]
    except SupportBotError as error:
        log.info("types_unknown", cause=type(error).__name__)
        return ()


def _specs(project: str, issue_type: str, services: ActServices) -> tuple[FieldSpec, ...]:
    try:
        return services.jira.create_screen(project, issue_type)
    except SupportBotError as error:
        log.info("screen_unknown", cause=type(error).__name__)
        return ()
