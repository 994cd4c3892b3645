"""Open views: modals of a person and their App Home, and what a filled-in form says."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

VALUE_FIELDS = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}


class FormIncomplete(ValueError):
    """Slack's own client would not let the person send this form."""


@dataclass
class View:
    """A modal or a home as it is shown now; `errors` are the lines under its fields."""

    id: str
    user: str
    body: Json
    hash: str
    opened_at: float
    root_view_id: str
    previous_view_id: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    is_open: bool = True
    history: list[Json] = field(default_factory=list)
    typed: dict[tuple[str, str], Any] = field(default_factory=dict)
    """By block and action id; it stays while an update has an input under the same two."""

    @property
    def callback_id(self) -> str:
        return str(self.body.get("callback_id", ""))

    def show(self, body: Json, view_hash: str) -> None:
        """Replace what is shown."""
        self.history.append(self.body)
        self.body, self.hash, self.errors = body, view_hash, {}
        names = {(block["block_id"], element["action_id"]) for block, element in _inputs(body.get("blocks", []))}
        self.typed = {name: value for name, value in self.typed.items() if name in names}

    def fill(self, values: Json, *, is_sent: bool = True) -> Json:
        """Fill the form in, over what was typed before; return what it says then. Raises FormIncomplete."""
        blocks = self.body.get("blocks", [])
        inputs = [(block["block_id"], element) for block, element in _inputs(blocks)]
        kept = {
            block_id: self.typed[block_id, element["action_id"]]
            for block_id, element in inputs
            if _can_stay(element, self.typed.get((block_id, element["action_id"]), _UNTOUCHED))
            and element["action_id"] not in values
        }
        state = filled_in(blocks, {**kept, **values}, is_sent=is_sent)
        for block_id, element in inputs:
            for name in {block_id, element["action_id"]} & set(values):
                self.typed[block_id, element["action_id"]] = values[name]
        return state

    def to_json(self, workspace_ids: Json, values: Json | None = None) -> Json:
        """Return the view as Slack sends it, with the ids of team, app and bot."""
        shown: Json = {
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "clear_on_close": False,
            "notify_on_close": False,
            "submit": None,
            "close": None,
            **copy.deepcopy(self.body),
        }
        shown["blocks"] = with_block_ids(shown.get("blocks", []))
        return {
            **shown,
            **workspace_ids,
            "id": self.id,
            "hash": self.hash,
            "root_view_id": self.root_view_id,
            "previous_view_id": self.previous_view_id,
            "state": {"values": values or {}},
        }


def with_block_ids(blocks: list[Json]) -> list[Json]:
    """Return blocks in which those that came without a block_id have one, and elements an action_id."""
    named = copy.deepcopy(blocks)
    for place, block in enumerate(named):
        block.setdefault("block_id", f"b{place}")
        for element in [*block.get("elements", []), block.get("accessory"), block.get("element")]:
            if isinstance(element, dict) and element.get("type") in {"button", *VALUE_FIELDS}:
                element.setdefault("action_id", f"a{place}")
    return named


_UNTOUCHED = object()
"""Of a field that nobody went to: what it began with stands. None or "" says that somebody emptied it."""


def filled_in(blocks: list[Json], values: Json, *, is_sent: bool = True) -> Json:
    """Return `state.values` of a form whose fields a person filled in, given by block id or action id.

    Of a form that is not sent yet (`is_sent` false) fields may be empty.

    Raises FormIncomplete for what Slack's client refuses: a required field left empty, a text longer than the
    field takes, an option that isn't offered, a value for a field that isn't there.
    """
    state: Json = {}
    unused = set(values)
    for block, element in _inputs(blocks):
        names = {block["block_id"], element["action_id"]}
        unused -= names
        given = next((values[name] for name in names if name in values), _UNTOUCHED)
        entry = _entry(block, element, given, is_sent=is_sent)
        state.setdefault(block["block_id"], {})[element["action_id"]] = entry
    if unused:
        raise FormIncomplete(f"the form has no field called {', '.join(sorted(unused))}")
    return state


def _inputs(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield each element that a person can fill in, with its block."""
    for block in with_block_ids(blocks):
        for element in [block.get("element"), block.get("accessory"), *block.get("elements", [])]:
            if isinstance(element, dict) and element.get("type") in VALUE_FIELDS:
                yield block, element


def _can_stay(element: Json, value: Any) -> bool:
    """Return whether an input still takes what was typed into it before it was updated."""
    if value in (None, ""):
        return True
    try:
        return value is not _UNTOUCHED and _typed(element, str(element["type"]), value) is not None
    except FormIncomplete:
        return False


def _entry(block: Json, element: Json, given: Any, *, is_sent: bool) -> Json:
    kind = str(element["type"])
    name = VALUE_FIELDS[kind]
    value = (
        _initial(element, name)
        if given is _UNTOUCHED
        else _emptied(name)
        if given in (None, "")
        else _typed(element, kind, given)
    )
    is_empty = value is None or value in ("", [])
    if is_sent and block["type"] == "input" and not block.get("optional") and is_empty:
        raise FormIncomplete(f"field {block['block_id']} must be filled in")
    return {"type": kind, name: value if value != "" else None}


def _emptied(name: str) -> Any:
    return [] if name.endswith("s") else None


def _initial(element: Json, name: str) -> Any:
    initial = {
        "value": "initial_value",
        "selected_date_time": "initial_date_time",
    }.get(name, name.replace("selected", "initial"))
    return copy.deepcopy(element.get(initial, _emptied(name)))


def chosen_in(element: Json, value: Any) -> Any:
    """Return what a choice in a select says over the wire, given by its value or its words."""
    return _typed(element, str(element["type"]), value)


def _typed(element: Json, kind: str, given: Any) -> Any:
    if kind.endswith("text_input") or kind == "number_input":
        text = str(given)
        longest = int(element.get("max_length", 3000))
        if not int(element.get("min_length", 0)) <= len(text) <= longest:
            raise FormIncomplete(f"field {element['action_id']} takes up to {longest} characters")
        return text
    if kind in {"multi_static_select", "multi_external_select", "checkboxes"}:
        return [_option(element, kind, one) for one in given]
    if kind in {"static_select", "external_select", "radio_buttons"}:
        return _option(element, kind, given)
    return given


def _option(element: Json, kind: str, given: Any) -> Json:
    groups = [group["options"] for group in element.get("option_groups", [])]
    offered = [*element.get("options", []), *(option for group in groups for option in group)]
    for option in offered:
        if given in (option, option["value"], option["text"]["text"]):
            return dict(option)
    if "external" in kind:
        return given if isinstance(given, dict) else {"text": {"type": "plain_text", "text": given}, "value": given}
    raise FormIncomplete(f"field {element['action_id']} does not offer {given!r}")
