"""What a form holds becomes a draft, with notes on what Jira will not take."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from workers.errors import JiraUnavailable, Misconfigured
from workers.jira.directory import Directory, Sought
from workers.jira.fields import Fitted, fit
from workers.jira.people_fields import Find, with_people
from workers.jira.values import Person
from workers.records import Draft, FieldSpec, FieldValue
from workers.views.draft_card import FILL_IN
from workers.views.form_fields import ISSUE_KEY, takes_issue

OWN = ("summary", "description", "priority", "labels", "project", "issue_type")
"""A draft has a place of its own for these."""
Cuts = Callable[[str, Mapping[str, str]], bool]
"""Tells whether a text, with the people in it, is longer than Jira takes."""
CUT = "{name} is longer than Jira takes: its end will be left out."
UNSEEN = "{key} does not exist in Jira, or it may not be shown here."


def edited(draft: Draft, values: dict[str, object], find: Find, cuts: Cuts) -> Draft:
    """Return the draft with a modal's values, and notes on what Jira will not take; what it did not show stays."""
    given = {name: value for name, value in values.items() if name not in OWN}
    fields = {name: value for name, value in {**draft.fields, **given}.items() if value not in ("", None, (), [])}
    changes: dict[str, object] = {"fields": fields, "version": draft.version + 1}
    for name in ("summary", "description"):
        if name in values:
            changes[name] = str(values[name] or "")
    if "priority" in values:
        changes["priority"] = values["priority"] or None
    if "labels" in values:
        changes["labels"] = labels_of(values["labels"])
    new = Draft.model_validate({**draft.model_dump(), **changes})
    # Against a screen that nobody knows everything would be wrong.
    return checked(new, find, cuts) if new.specs else new


def checked(draft: Draft, find: Find, cuts: Cuts) -> Draft:
    """Return the draft with its people by name, and notes on what Jira will miss or refuse."""
    people = {spec.id for spec in draft.specs if spec.kind == "user"}
    taken = {name: value for name, value in _fitted(draft).fields.items() if name not in people}
    found = with_people(draft.specs, {**draft.fields, **taken}, find, draft.accounts)
    new = draft.model_copy(update={"fields": found.fields, "accounts": found.accounts})
    return new.model_copy(update={"notes": (*notes_on(new, cuts), *found.problems)})


def finder(directory: Directory, project: str) -> Find:
    """Return what finds the people of a form; whom Jira can't be asked about now stays as entered."""

    def find(words: str, spec: FieldSpec) -> Person | None:
        try:
            return directory.find(Sought(words), project=project if spec.id == "assignee" else "")
        except (JiraUnavailable, Misconfigured):
            return None

    return find


def with_unseen(draft: Draft, visible: Callable[[Collection[str]], Collection[str]]) -> Draft:
    """Return the draft with a note on each issue that its fields name and that is not there for who edits it."""
    keys = [(spec, key) for spec, key in issues_named(draft) if ISSUE_KEY.fullmatch(key)]
    try:
        seen = visible([key for _, key in keys]) if keys else ()
    except (JiraUnavailable, Misconfigured):
        return draft
    notes = [f"{spec.name}: {UNSEEN.format(key=key)}" for spec, key in keys if key not in seen]
    return draft.model_copy(update={"notes": (*draft.notes, *notes)})


def issues_named(draft: Draft) -> list[tuple[FieldSpec, str]]:
    """Return the fields that take another issue, each with what a draft holds there."""
    specs = (spec for spec in draft.specs if takes_issue(spec) and draft.fields.get(spec.id))
    return [(spec, str(draft.fields[spec.id])) for spec in specs]


def notes_on(draft: Draft, cuts: Cuts) -> tuple[str, ...]:
    """Return a sentence for each field that Jira will miss or refuse, or will not take whole."""
    fitted = _fitted(draft)
    missing = [f"{spec.name} is required: {FILL_IN}" for spec in fitted.missing]
    return (*missing, *fitted.problems, *cut_notes(draft, cuts))


def cut_notes(draft: Draft, cuts: Cuts) -> tuple[str, ...]:
    """Return a sentence for each text that is longer than Jira takes."""
    texts = {**draft.fields, "description": draft.description}
    long = (spec for spec in draft.specs if spec.kind == "paragraph" and cuts(_one(texts, spec), draft.mentions))
    return tuple(CUT.format(name=spec.name) for spec in long)


def _one(texts: Mapping[str, FieldValue], spec: FieldSpec) -> str:
    text = texts.get(spec.id, "")
    return text if isinstance(text, str) else "\n".join(text)


def _fitted(draft: Draft) -> Fitted:
    return fit(
        draft.specs,
        priority=draft.priority,
        labels=draft.labels,
        fields=draft.fields,
        description=draft.description,
    )


def labels_of(value: object) -> list[str]:
    """Return the labels that were typed; in one of several words hyphens stand, since Jira takes no spaces."""
    words = value
    if isinstance(value, str):
        parts = value.split(",") if "," in value else value.split()
        words = ["-".join(part.split()) for part in parts if part.strip()]
    return [str(word) for word in words] if isinstance(words, list | tuple) else []
