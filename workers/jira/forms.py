"""Pure: what a form holds becomes a draft, with notes on what Jira will not take."""

from __future__ import annotations

from workers.jira.fields import fit
from workers.records import Draft

OWN = ("summary", "description", "priority", "labels", "project", "issue_type")
"""A draft has a place of its own for these."""


def edited(draft: Draft, values: dict[str, object]) -> Draft:
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
    return new.model_copy(update={"notes": notes_on(new)})


def notes_on(draft: Draft) -> tuple[str, ...]:
    """Return a sentence for each field that Jira will miss or refuse."""
    fitted = fit(
        draft.specs,
        priority=draft.priority,
        labels=draft.labels,
        fields=draft.fields,
        description=draft.description,
    )
    missing = [f"{spec.name} is required: press Edit to fill it in." for spec in fitted.missing]
    return (*missing, *fitted.problems)


def labels_of(value: object) -> list[str]:
    words = value.replace(",", " ").split() if isinstance(value, str) else value
    return [str(word) for word in words] if isinstance(words, list | tuple) else []
