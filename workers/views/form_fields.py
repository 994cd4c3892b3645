"""The inputs of a form: one for each kind of field, and what a person entered read back out of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from workers.records import FieldOption, FieldSpec, FieldValue
from workers.views.limits import INPUT_HINT, INPUT_TEXT, OPTION_TEXT, OPTION_VALUE, OPTIONS, PLACEHOLDER, cut

Block = dict[str, Any]
VALUE = "value"
"""The action id of every input; the block id names the field."""
LABEL = 200

_HINTS = {
    "user": "An e-mail address",
    "labels": "Labels, with commas between them",
    "number": "A number",
}


def field_input(spec: FieldSpec, value: FieldValue | None) -> Block:
    """Return the input of a field, filled with its value as far as Slack can show it."""
    hint = _HINTS.get(spec.kind, "")
    if spec.kind in ("select", "multi_select") and not _all_options(spec):
        names = ", ".join(option.name for option in spec.options[:5])
        hint = f"One of {spec.options_total}, such as {names}" if names else "The value as Jira names it"
    is_required = spec.required and not spec.has_default
    return input_block(spec.id, spec.name, _element(spec, value), is_required=is_required, hint=hint)


def input_block(block_id: str, label: str, element: Block, *, is_required: bool, hint: str = "") -> Block:
    """Return one labelled input."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": {"type": "plain_text", "text": cut(label or block_id, LABEL)},
        "element": {"action_id": VALUE, **element},
        "optional": not is_required,
    }
    return {**block, "hint": {"type": "plain_text", "text": cut(hint, INPUT_HINT)}} if hint else block


def text_input(initial: str, *, is_multiline: bool = False, longest: int = INPUT_TEXT) -> Block:
    """Return a text field; Slack takes at most 3,000 characters."""
    element: Block = {"type": "plain_text_input", "multiline": is_multiline, "max_length": longest}
    return {**element, "initial_value": initial[:longest]} if initial else element


def select(options: Sequence[FieldOption], chosen: Sequence[str] = (), *, takes_many: bool = False) -> Block:
    """Return a select of at most 100 options, of which those are chosen whose name or id is given."""
    shown = [_option(option) for option in options[:OPTIONS]]
    wanted = {word.casefold() for word in chosen}
    initial = [
        _option(option)
        for option in options[:OPTIONS]
        if option.name.casefold() in wanted or option.id.casefold() in wanted
    ]
    placeholder = {"type": "plain_text", "text": cut("Choose", PLACEHOLDER)}
    kind = "multi_static_select" if takes_many else "static_select"
    element: Block = {"type": kind, "options": shown, "placeholder": placeholder}
    if initial:
        element["initial_options" if takes_many else "initial_option"] = initial if takes_many else initial[0]
    return element


def _element(spec: FieldSpec, value: FieldValue | None) -> Block:
    words = [value] if isinstance(value, str) else list(value or ())
    text = ", ".join(words)
    if spec.kind in ("select", "multi_select") and _all_options(spec):
        return select(spec.options, words, takes_many=spec.kind == "multi_select")
    if spec.kind == "date":
        return _filled({"type": "datepicker"}, "initial_date", _date(text))
    if spec.kind == "datetime":
        return _filled({"type": "datetimepicker"}, "initial_date_time", _epoch(text))
    if spec.kind == "number":
        number = {"type": "number_input", "is_decimal_allowed": True}
        return _filled(number, "initial_value", text if _is_number(text) else None)
    if spec.kind == "url":
        return _filled({"type": "url_text_input"}, "initial_value", text if text.startswith("http") else None)
    return text_input(text, is_multiline=spec.kind == "paragraph")


def _all_options(spec: FieldSpec) -> bool:
    """Return whether a select can offer all that Jira knows."""
    return 0 < len(spec.options) <= OPTIONS and spec.options_total <= len(spec.options)


def _filled(element: Block, name: str, value: Any) -> Block:
    return element if value is None else {**element, name: value}


def _option(option: FieldOption) -> Block:
    words = cut(option.name.strip() or option.id or "-", OPTION_TEXT)
    return {"text": {"type": "plain_text", "text": words}, "value": option_value(option)}


def option_value(option: FieldOption) -> str:
    """Return what names an option inside Slack: its id, which is short."""
    return (option.id or option.name)[:OPTION_VALUE] or "-"


def _date(text: str) -> str | None:
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return None


def _epoch(text: str) -> int | None:
    try:
        seconds = int(datetime.fromisoformat(text).timestamp())
    except (ValueError, OverflowError, OSError):
        return None
    return seconds if 10**9 <= seconds < 10**10 else None  # Slack takes ten digits.


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text) and "inf" not in text.lower() and "_" not in text
    except ValueError:
        return False


def entered(state: Mapping[str, Any]) -> FieldValue:
    """Return what a person entered into one input, whatever its type; empty text for nothing."""
    kind = state.get("type")
    if kind == "static_select":
        return str((state.get("selected_option") or {}).get("value", ""))
    if kind == "multi_static_select":
        return tuple(str(option["value"]) for option in state.get("selected_options") or ())
    if kind == "datepicker":
        return str(state.get("selected_date") or "")
    if kind == "datetimepicker":
        seconds = state.get("selected_date_time")
        return datetime.fromtimestamp(int(seconds), UTC).isoformat(timespec="minutes") if seconds else ""
    return str(state.get("value") or "")
