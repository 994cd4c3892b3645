"""A draft that goes to another project, or becomes an issue of another type, by the form that edits it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workers.acts.services import ActServices
from workers.acts.submit import screen_of
from workers.jira.forms import OWN
from workers.records import Action, Draft
from workers.views import failures


def moved(
    action: Action, draft: Draft, values: Mapping[str, Any], services: ActServices
) -> tuple[Draft, tuple[str, ...]]:
    """Return the draft with the project and type that a form holds, and notes on what is not as it was chosen.

    What the new create screen does not have is left out; the form has shown that.
    """
    project = str(values.get("project") or draft.project)
    issue_type = str(values.get("issue_type") or draft.issue_type)
    if (project, issue_type) == (draft.project, draft.issue_type):
        return draft, ()
    open_here = services.projects(action)
    if project != draft.project and project not in open_here:
        # The channel's settings may have closed it while the form was open.
        return draft, (failures.wrong_project(project, open_here),)
    name, specs, notes = screen_of({"issue_type": issue_type}, project, services.channel_settings(action), services)
    there = draft.model_copy(update={"project": project, "issue_type": name, "specs": specs, "notes": ()})
    if not specs:
        return there, notes
    known = {spec.id for spec in specs}
    kept = {
        "fields": fitting(there, draft.fields),
        "priority": draft.priority if "priority" in known else None,
        "labels": draft.labels if "labels" in known else (),
    }
    return there.model_copy(update=kept), notes


def fitting(draft: Draft, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the values that a draft's create screen has a place for; all where it is not known."""
    known = {*OWN, *(spec.id for spec in draft.specs)}
    return {name: value for name, value in values.items() if name in known or not draft.specs}
