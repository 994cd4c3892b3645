"""The form `issue_draft`: a draft to be edited, or something to be filed; and what a person entered, read back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from workers.records import Draft, FieldOption, FieldSpec, FieldValue
from workers.views.form_fields import (
    MARK,
    VALUE,
    Block,
    entered,
    field_input,
    field_of,
    input_block,
    issue_key_in,
    option_value,
    select,
    takes_issue,
    text_input,
)
from workers.views.limits import INPUT_TEXT, OPTIONS, PRIVATE_METADATA, VIEW_BLOCKS, VIEW_BYTES, cut

CALLBACK_ID = "issue_draft"
SUMMARY_LONGEST = 255
"""Jira takes no more."""
PLACED = ("summary", "description", "project", "issuetype", "reporter")
"""Fields with a place of their own, or set by the program."""
DESCRIPTION, MORE_DESCRIPTION = "description", "description_more_"
DESCRIPTION_INPUTS = 20
"""Slack's inputs hold 3,000 characters, and we fill at least 2,000 of them; Jira's descriptions end at 32,767."""
USUAL_TYPE = "Task"

PROJECT_CHOICE, TYPE_CHOICE = "form_project", "form_type"
"""The action ids of the two selects that change what the form asks for."""
NO_ISSUE = "“{words}” is no issue. Please write the key of one, such as OPS-12, or its address."

Values = dict[str, FieldValue]


def draft_modal(
    draft: Draft,
    private_metadata: str = "",
    *,
    projects: Sequence[str] = (),
    types: Sequence[str] = (),
    external_id: str = "",
) -> dict[str, Any]:
    """Return the form of a draft: summary and description, then required fields, then the others.

    Above them its project and type, to be changed if it is known to which; `private_metadata` is usually its id.
    """
    blocks: list[Block] = [_note(f"{draft.project} · {draft.issue_type}")]
    if projects or types:
        blocks = _kind(draft.project, draft.issue_type, projects, types)
    blocks += [_summary(draft.summary), *_description(draft.description)]
    blocks += _fields(draft.specs, values_of(draft), blocks)
    return _named_view(_view("Edit draft", "Save", blocks, private_metadata or draft.id), external_id)


def values_of(draft: Draft) -> dict[str, FieldValue | None]:
    """Return what a draft's further fields hold, priority and labels among them."""
    return {**draft.fields, "priority": draft.priority, "labels": draft.labels}


def _kind(project: str, issue_type: str, projects: Sequence[str], types: Sequence[str]) -> list[Block]:
    """Return the two selects that change what the form asks for; what was chosen elsewhere can stay as it is."""
    return [
        _choice("project", PROJECT_CHOICE, "Project", _offered(projects, project), project),
        _choice(f"issue_type{MARK}{project}", TYPE_CHOICE, "Type", _offered(types, issue_type), issue_type),
    ]


def _offered(choices: Sequence[str], current: str) -> list[str]:
    return [*([] if current in choices else [current]), *choices][:OPTIONS]


def _fields(
    specs: Sequence[FieldSpec], values: Mapping[str, FieldValue | None], above: Sequence[Block], screen: str = ""
) -> list[Block]:
    """Return the inputs of a screen's further fields, the required ones first, as many as fit."""
    wanted = [spec for spec in specs if spec.id not in PLACED and _can_be_filled(spec, values)]
    wanted.sort(key=lambda spec: not (spec.required and not spec.has_default))
    fields = [field_input(spec, values.get(spec.id), form=screen) for spec in wanted]
    shown = _that_fit(fields, VIEW_BLOCKS - 2 - len(above), VIEW_BYTES - _bytes(above))
    if len(shown) < len(fields):
        shown.append(_note("This form has more fields than fit here; fill in the rest in Jira."))
    return shown


def _that_fit(blocks: Sequence[Block], most: int, room: int) -> list[Block]:
    """Return the blocks from the front that Slack takes in one view."""
    ends = accumulate(_bytes([block]) for block in blocks)
    return [block for block, end in zip(blocks[:most], ends, strict=False) if end <= room]


def _bytes(blocks: Sequence[Block]) -> int:
    return len(json.dumps(blocks))


@dataclass(frozen=True)
class IssueForm:
    """What a form shows that files something; without `projects` or `types` they are typed."""

    project: str
    issue_type: str
    summary: str = ""
    description: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    """The inputs of a description that was shown already: cut anew, it would not fit what Slack keeps in them."""
    fields: Mapping[str, FieldValue | None] = field(default_factory=dict)
    """Priority and labels among them."""
    people: Mapping[str, str] = field(default_factory=dict)
    """The ids of those whom its texts name behind an `@`."""
    projects: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    specs: tuple[FieldSpec, ...] = ()
    note: str = ""
    questions: str = ""
    """What whoever takes care of it will ask."""
    unpaid: str = ""
    """Why no model has filled it in: which budget is used up, and whom to ask."""
    is_unsure: bool = False
    """What fills it was a guess that somebody should look at."""


def issue_modal(
    form: IssueForm, *, private_metadata: str, external_id: str = "", is_draft: bool = False
) -> dict[str, Any]:
    """Return the form that files something, or changes a draft; another project or type in it asks for it anew."""
    screen = f"{form.project}/{form.issue_type}"
    blocks = [
        *(_note(each) for each in (form.note, form.questions, form.unpaid) if each),
        _choice("project", PROJECT_CHOICE, "Project", form.projects, form.project),
        _choice(f"issue_type{MARK}{form.project}", TYPE_CHOICE, "Type", form.types, form.issue_type),
        _summary(form.summary),
        *(_description_inputs(form.parts.items()) if form.parts else _description(form.description)),
    ]
    blocks += _fields(form.specs, form.fields, blocks, screen)
    words = ("Edit draft", "Save") if is_draft else ("File a Jira issue", "File it")
    return _named_view(_view(*words, blocks, private_metadata), external_id)


def shortcut_modal(
    text: str,
    projects: Sequence[str] = (),
    private_metadata: str = "",
    *,
    issue_types: Sequence[str] = (),
    usual_project: str = "",
    usual_type: str = "",
) -> dict[str, Any]:
    """Return the form that files a message whose text is all that is known; what cannot be chosen is typed."""
    first_line = next((line for line in text.splitlines() if line.strip()), "")
    blocks = [
        _choice("project", PROJECT_CHOICE, "Project", projects, _first(projects, usual_project)),
        _choice("issue_type", TYPE_CHOICE, "Type", issue_types, _first(issue_types, usual_type) or USUAL_TYPE),
        _summary(first_line),
        *_description(text),
    ]
    return _view("File a Jira issue", "File it", blocks, private_metadata)


def read_modal(state: Mapping[str, Any], specs: Sequence[FieldSpec] = ()) -> tuple[Values, dict[str, str]]:
    """Return what a person entered by field id, and errors by block id: what is wrong at which input.

    `state` is the view's `state` or its `values`. An emptied field is there with an empty value.
    """
    inputs = state.get("values", state)
    by_id = {spec.id: spec for spec in specs}
    values: Values = {}
    blocks: dict[str, str] = {}
    for block_id, actions in inputs.items():
        if actions and not block_id.startswith((DESCRIPTION, MORE_DESCRIPTION)):
            name = field_of(block_id)
            blocks[name] = block_id
            values[name] = _named(by_id.get(name), entered(next(iter(actions.values()))))
    if DESCRIPTION in inputs:
        values[DESCRIPTION] = _whole_description(inputs)
    return values, {blocks.get(name, name): error for name, error in _errors(values, by_id).items()}


def _errors(values: Values, by_id: Mapping[str, FieldSpec]) -> dict[str, str]:
    errors = {}
    if not str(values.get("summary", "x")).strip():
        errors["summary"] = "Please say in one line what this is about."
    for field_id, value in values.items():
        spec = by_id.get(field_id)
        words = value.strip() if isinstance(value, str) else value
        if spec and spec.required and not spec.has_default and not words:
            errors[field_id] = f"{cut(spec.name, 100)} is required."
        elif spec and takes_issue(spec) and words and not issue_key_in(str(words)):
            errors[field_id] = NO_ISSUE.format(words=cut(str(words), 60))
    return errors


def _named(spec: FieldSpec | None, value: FieldValue) -> FieldValue:
    """Return chosen options by the name that a person knows."""
    names = {option_value(option): option.name for option in spec.options} if spec else {}
    return names.get(value, value) if isinstance(value, str) else tuple(names.get(word, word) for word in value)


def _can_be_filled(spec: FieldSpec, values: Mapping[str, FieldValue | None]) -> bool:
    """Return whether a form can hold the field: of a kind it knows, or with a text that can be shown."""
    return spec.kind != "other" or spec.required or bool(values.get(spec.id))


def _choice(block_id: str, action_id: str, label: str, choices: Sequence[str], chosen: str) -> Block:
    options = [FieldOption(id=choice, name=choice) for choice in choices]
    if not options:
        return input_block(block_id, label, text_input(chosen, longest=100), is_required=True)
    block = input_block(block_id, label, {**select(options, [chosen]), "action_id": action_id}, is_required=True)
    return {**block, "dispatch_action": True}


def _first(choices: Sequence[str], usual: str) -> str:
    """Return what is chosen at first: what is usual if it can be, or nothing is known."""
    return usual if usual in choices or not choices else choices[0]


def _summary(summary: str) -> Block:
    element = text_input(" ".join(summary.split()), longest=SUMMARY_LONGEST)
    return input_block("summary", "Summary", element, is_required=True)


def _description(description: str) -> list[Block]:
    """Return as many inputs as the description needs; each block id tells how its text joins the one before."""
    parts: list[tuple[str, str]] = []
    block_id, rest = DESCRIPTION, description.rstrip()
    while len(parts) < DESCRIPTION_INPUTS and (rest or not parts):
        piece, joint, rest = _first_piece(rest)
        parts.append((block_id, piece))
        block_id = f"{MORE_DESCRIPTION}{joint}_{len(parts)}"
    return _description_inputs(parts)


def _description_inputs(parts: Iterable[tuple[str, str]]) -> list[Block]:
    return [
        input_block(
            block_id,
            "Description" if block_id == DESCRIPTION else "Description, continued",
            text_input(text, is_multiline=True),
            is_required=False,
        )
        for block_id, text in parts
    ]


def _first_piece(text: str) -> tuple[str, str, str]:
    """Cut what fits into one input: at an empty line, else at a line, else anywhere."""
    if len(text) <= INPUT_TEXT:
        return text, "", ""
    for joint, mark in (("paragraph", "\n\n"), ("line", "\n")):
        place = text.rfind(mark, 1, INPUT_TEXT)
        if place >= INPUT_TEXT * 2 // 3:
            return text[:place], joint, text[place + len(mark) :]
    return text[:INPUT_TEXT], "none", text[INPUT_TEXT:]


def parts_of(inputs: Mapping[str, Any]) -> dict[str, str]:
    """Return what each input of a description holds by block id, in order; `inputs` are a view's `values`."""
    more = [block_id for block_id in inputs if block_id.startswith(MORE_DESCRIPTION)]
    more.sort(key=lambda each: int(each.rpartition("_")[2]))
    names = [*([DESCRIPTION] if DESCRIPTION in inputs else []), *more]
    return {block_id: str(entered(inputs[block_id].get(VALUE, {}))) for block_id in names}


def _whole_description(inputs: Mapping[str, Any]) -> str:
    joints = {"paragraph": "\n\n", "line": "\n", "none": "", "": ""}
    text = ""
    for block_id, part in parts_of(inputs).items():
        joint = "" if block_id == DESCRIPTION else block_id.removeprefix(MORE_DESCRIPTION).rpartition("_")[0]
        text += joints.get(joint, "\n") + part
    return text.strip()


def _note(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "plain_text", "text": cut(text, 300) or "-"}]}


def _named_view(view: dict[str, Any], external_id: str) -> dict[str, Any]:
    return {**view, "external_id": external_id} if external_id else view


def _view(title: str, submit: str, blocks: list[Block], private_metadata: str) -> dict[str, Any]:
    if len(private_metadata) > PRIVATE_METADATA:
        raise ValueError("private_metadata holds ids, not content")
    return {
        "type": "modal",
        "callback_id": CALLBACK_ID,
        "title": {"type": "plain_text", "text": title},
        "submit": {"type": "plain_text", "text": submit},
        "close": {"type": "plain_text", "text": "Cancel"},
        "private_metadata": private_metadata,
        "blocks": blocks,
    }
