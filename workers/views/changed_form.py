"""A form that is drawn anew for another project or type: what was entered so far, and where it goes; pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from workers.policy import ChannelSettings
from workers.records import Action, FieldSpec, FieldValue
from workers.views.draft_modal import USUAL_TYPE, IssueForm, issue_modal, parts_of, read_modal
from workers.views.form_fields import field_of

USUAL_TYPES = ("Bug", USUAL_TYPE)
PLACED = ("summary", "description", "project", "issue_type")
"""A form has an input of its own for these."""

View = dict[str, Any]


def entered_so_far(view: View, specs: Sequence[FieldSpec]) -> dict[str, FieldValue]:
    """Return what a form that is not sent yet holds.

    What it showed empty and nobody filled is left out: it says nothing of what was entered there for another type.
    """
    values, _ = read_modal(view["state"], specs)
    begun = {field_of(block["block_id"]) for block in view["blocks"] if _has_initial(block.get("element") or {})}
    return {name: value for name, value in values.items() if value or name in begun}


def _has_initial(element: Mapping[str, Any]) -> bool:
    return any(name.startswith("initial_") for name in element)


def description_in(view: View) -> dict[str, str]:
    """Return what each input of the description holds, in order."""
    return parts_of(view["state"]["values"])


def possible_type(values: Mapping[str, Any], types: Sequence[str], channel: ChannelSettings) -> str:
    """Return the type that was chosen if it can be; while Jira does not say which there are it stands."""
    chosen = str(values.get("issue_type") or "")
    return chosen if chosen in types or (chosen and not types) else usual_type(types, channel)


def usual_type(types: Sequence[str], channel: ChannelSettings) -> str:
    """Return what is chosen where nobody chose: the channel's own type if there is one, else what is usual."""
    if channel.issue_type and (channel.issue_type in types or not types):
        return channel.issue_type
    return next((name for name in USUAL_TYPES if name in types), types[0] if types else USUAL_TYPE)


def changed_form(action: Action, values: Mapping[str, Any], **known: Any) -> IssueForm:
    """Return the form with what was entered; `known` is what it offers for its project and type."""
    return IssueForm(
        summary=str(values.get("summary") or ""),
        description=str(values.get("description") or ""),
        parts=action.values.get("parts") or {},
        fields={name: value for name, value in values.items() if name not in PLACED},
        **known,
    )


def changed_view(action: Action, form: IssueForm) -> View:
    """Return the view that takes the place of the one in which something else was chosen."""
    is_draft = bool(action.values.get("draft"))
    form_id = str(action.values["form"])
    return issue_modal(form, private_metadata=form_metadata(action, form), external_id=form_id, is_draft=is_draft)


def form_metadata(action: Action, form: IssueForm) -> str:
    """Return what a form carries along unseen: where it came from, and for which project and type it was drawn."""
    place = {name: getattr(action, name) for name in ("channel_id", "message_ts", "thread_ts", "response_url")}
    shown = {"project": form.project, "issue_type": form.issue_type, "form": action.values["form"]}
    edited = {name: action.values[name] for name in ("draft", "version") if name in action.values}
    return json.dumps({**place, **shown, **edited})
