"""The inputs of a form: one for each kind of field, and what a person entered read back out of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from workers.records import FieldOption, FieldSpec, FieldValue
from workers.views.limits import BLOCK_ID, INPUT_HINT, INPUT_TEXT, OPTION_TEXT, OPTION_VALUE, OPTIONS, PLACEHOLDER, cut

Block = dict[str, Any]
VALUE = "value"
"""The action id of a plain input; the block id names the field."""
PEOPLE_SEARCH, OPTIONS_SEARCH = "people_search", "options_search"
"""The action ids of inputs whose choices are searched for while a person types."""
ACCOUNT = "account:"
"""Before the id in the value of a person who hides the address; the name stands behind a bar."""
NOT_YET = "?"
"""The value of a choice that only says that the others are not there yet."""
MARK = "@"
"""Behind it a block id says from which choices: under the same id Slack keeps what was entered."""
LABEL = 200
ISSUE_KEY = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9_]*-[1-9][0-9]*(?![A-Za-z0-9-])")
_NAMED_BY_ADDRESS = re.compile(rf"(?:/browse/|[?&]selectedIssue=)({ISSUE_KEY.pattern})")
_HOST = re.compile(r"\w+://[^/\s?#]*|(?<!\S)[\w-]+(?:\.[\w-]+)+(?=[/:?#\s]|$)")
"""It may look like a key, as in acme-2.atlassian.net."""

_HINTS = {
    "labels": "Labels, with commas between them",
    "number": "A number",
}


def field_input(spec: FieldSpec, value: FieldValue | None, *, form: str = "") -> Block:
    """Return the input of a field, filled with its value as far as Slack can show it.

    `form` names the project and type, where they may be changed: what was chosen from other choices does not fit then.
    """
    element = _element(spec, value)
    mark = _choices_of(element, form) if form else ""
    block_id = f"{spec.id}{MARK}{mark}"[:BLOCK_ID] if mark else spec.id
    is_required = spec.required and not spec.has_default
    is_unknown = spec.kind in ("select", "multi_select") and "select" not in element["type"]
    hint = "The value as Jira names it" if is_unknown else _HINTS.get(spec.kind, "")
    hint = "The key of an issue, such as OPS-12" if takes_issue(spec) else hint
    return input_block(block_id, spec.name, element, is_required=is_required, hint=hint)


def _choices_of(element: Block, form: str) -> str:
    """Return a name for what an input lets choose, empty where that is the same everywhere: texts, and people."""
    if "options" in element:
        return sha256(json.dumps(element["options"]).encode()).hexdigest()[:12]
    return form if element.get("action_id") == OPTIONS_SEARCH else ""


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
    shown = [choice(option) for option in options[:OPTIONS]]
    wanted = {word.casefold() for word in chosen}
    initial = [
        choice(option)
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
    words = [word for word in ([value] if isinstance(value, str) else list(value or ())) if word]
    text = ", ".join(words)
    if spec.kind in ("select", "multi_select") and _all_options(spec):
        return select(spec.options, words, takes_many=spec.kind == "multi_select")
    if spec.kind in ("select", "multi_select") and spec.options_total:
        return _search(OPTIONS_SEARCH, words, takes_many=spec.kind == "multi_select")
    if spec.kind == "user":
        return _search(PEOPLE_SEARCH, words, takes_many=spec.schema_type == "array")
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


def _search(action_id: str, chosen: Sequence[str], *, takes_many: bool) -> Block:
    """Return a select that asks for its choices."""
    placeholder = {"type": "plain_text", "text": cut("Type to search", PLACEHOLDER)}
    kind = "multi_external_select" if takes_many else "external_select"
    element: Block = {"type": kind, "action_id": action_id, "min_query_length": 0, "placeholder": placeholder}
    initial = [choice(FieldOption(id=word, name=_name_of(word))) for word in chosen]
    if initial:
        element["initial_options" if takes_many else "initial_option"] = initial if takes_many else initial[0]
    return element


def _name_of(chosen: str) -> str:
    """Return how what was chosen reads: somebody who hides the address by name, never by the id of the account."""
    return chosen.partition("|")[2] if chosen.startswith(ACCOUNT) else chosen


def _all_options(spec: FieldSpec) -> bool:
    """Return whether a select can offer all that Jira knows."""
    return 0 < len(spec.options) <= OPTIONS and spec.options_total <= len(spec.options)


def _filled(element: Block, name: str, value: Any) -> Block:
    return element if value is None else {**element, name: value}


def choice(option: FieldOption) -> Block:
    """Return one choice of a select."""
    words = cut(option.name.strip() or option.id or "-", OPTION_TEXT)
    return {"text": {"type": "plain_text", "text": words}, "value": option_value(option)}


def option_value(option: FieldOption) -> str:
    """Return what names an option inside Slack: its id, which is short."""
    return (option.id or option.name)[:OPTION_VALUE] or "-"


def takes_issue(spec: FieldSpec) -> bool:
    """Return whether a field takes the key of another issue: a parent, an epic."""
    return spec.schema_type == "issuelink" or spec.custom_type == "gh-epic-link"


def issue_key_in(text: str) -> str:
    """Return the issue key in a text or an address, upper-case; empty if there is none."""
    named = _NAMED_BY_ADDRESS.search(text)
    found = named[1] if named else next(iter(ISSUE_KEY.findall(_HOST.sub(" ", text))), "")
    return found.upper()


def field_of(block_id: str) -> str:
    """Return the field that a block's input is for."""
    return block_id.partition(MARK)[0]


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
    if kind in ("static_select", "external_select"):
        value = str((state.get("selected_option") or {}).get("value", ""))
        return "" if value == NOT_YET else value
    if kind in ("multi_static_select", "multi_external_select"):
        values = (str(option["value"]) for option in state.get("selected_options") or ())
        return tuple(value for value in values if value != NOT_YET)
    if kind == "datepicker":
        return str(state.get("selected_date") or "")
    if kind == "datetimepicker":
        seconds = state.get("selected_date_time")
        return datetime.fromtimestamp(int(seconds), UTC).isoformat(timespec="minutes") if seconds else ""
    return str(state.get("value") or "")
