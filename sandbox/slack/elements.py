"""Checks the elements inside blocks: texts, buttons, fields and their options."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sandbox.slack.shapes import CONFIRM, ELEMENTS, FEEDBACK_BUTTON, OPTION, TEXTS, strangers

Json = dict[str, Any]
Complaints = Iterator[str]

_SELECTS = frozenset(
    f"{many}{kind}_select"
    for many in ("", "multi_")
    for kind in ("static", "external", "users", "conversations", "channels")
)
_PICKERS = frozenset({"datepicker", "timepicker", "datetimepicker", "radio_buttons", "checkboxes"})
ACTION_ELEMENTS = _SELECTS | _PICKERS | {"button", "overflow", "workflow_button"}
PLAIN_OPTIONS, MARKED_OPTIONS = ("plain_text",), ("plain_text", "mrkdwn")
INPUT_ELEMENTS = (
    _SELECTS
    | _PICKERS
    | {
        "plain_text_input",
        "rich_text_input",
        "email_text_input",
        "url_text_input",
        "number_input",
        "file_input",
    }
)


def complaint(words: str, pointer: str) -> str:
    """Return a line as Slack writes it into `response_metadata.messages`."""
    return f"[ERROR] {words} [json-pointer:{pointer}]"


def length(owner: Json, name: str, largest: int, where: str) -> Complaints:
    """Complain about a text that is too long or no text; an absent one is fine."""
    value = owner.get(name)
    if value is None:
        return
    if not isinstance(value, str):
        yield complaint("must be a string", f"{where}/{name}")
    elif len(value) > largest:
        yield complaint(f"must be less than {largest + 1} characters", f"{where}/{name}")


def element_text(
    owner: Json,
    name: str,
    largest: int,
    where: str,
    *,
    kinds: tuple[str, ...] = ("plain_text", "mrkdwn"),
) -> Complaints:
    """Complain about a text object that is missing, of the wrong kind, empty or too long."""
    text = owner.get(name)
    pointer = f"{where}/{name}"
    if not isinstance(text, dict):
        yield complaint(f"missing required field: {name}", where)
        return
    if text.get("type") not in kinds:
        yield complaint(f"must be one of {', '.join(kinds)}", f"{pointer}/type")
    yield from strangers(text, TEXTS.get(str(text.get("type"))), pointer)
    words = text.get("text")
    if not isinstance(words, str) or not words:
        yield complaint("must be more than 0 characters", f"{pointer}/text")
    elif len(words) > largest:
        yield complaint(f"must be less than {largest + 1} characters", f"{pointer}/text")


def check_element(element: Any, where: str, allowed: frozenset[str]) -> Complaints:
    """Complain about everything Slack would not take in one element."""
    if not isinstance(element, dict):
        yield complaint("must be an object", where)
        return
    kind = str(element.get("type"))
    if kind not in allowed:
        yield complaint(f"unsupported type: {kind}", f"{where}/type")
        return
    yield from strangers(element, ELEMENTS.get(kind), where)
    yield from length(element, "action_id", 255, where)
    if "placeholder" in element:
        yield from element_text(element, "placeholder", 150, where, kinds=("plain_text",))
    if "confirm" in element:
        yield from _confirm(element["confirm"], f"{where}/confirm")
    yield from CHECKS.get(kind, _anything)(element, where)


def _anything(element: Json, where: str) -> Complaints:  # noqa: ARG001  the signature of a check
    yield from ()


def _confirm(confirm: Any, where: str) -> Complaints:
    if not isinstance(confirm, dict):
        yield complaint("must be an object", where)
        return
    yield from strangers(confirm, CONFIRM, where)
    yield from element_text(confirm, "title", 100, where, kinds=("plain_text",))
    yield from element_text(confirm, "text", 300, where)
    yield from element_text(confirm, "confirm", 30, where, kinds=("plain_text",))
    yield from element_text(confirm, "deny", 30, where, kinds=("plain_text",))


def _button(element: Json, where: str) -> Complaints:
    yield from element_text(element, "text", 75, where, kinds=("plain_text",))
    yield from length(element, "value", 2000, where)
    yield from length(element, "url", 3000, where)
    yield from length(element, "accessibility_label", 75, where)
    if element.get("style", "primary") not in {"primary", "danger"}:
        yield complaint("must be one of primary, danger", f"{where}/style")


def _feedback(element: Json, where: str) -> Complaints:
    for name in ("positive_button", "negative_button"):
        button = element.get(name)
        if not isinstance(button, dict):
            yield complaint(f"missing required field: {name}", where)
            continue
        yield from strangers(button, FEEDBACK_BUTTON, f"{where}/{name}")
        yield from element_text(button, "text", 75, f"{where}/{name}", kinds=("plain_text",))
        yield from length(button, "value", 2000, f"{where}/{name}")
        yield from length(button, "accessibility_label", 75, f"{where}/{name}")


def _icon_button(element: Json, where: str) -> Complaints:
    if not element.get("icon"):
        yield complaint("missing required field: icon", where)
    yield from element_text(element, "text", 75, where, kinds=("plain_text",))
    if len(element.get("visible_to_user_ids", [])) > 10:
        yield complaint("no more than 10 items allowed", f"{where}/visible_to_user_ids")


def _image(element: Json, where: str) -> Complaints:
    if not element.get("image_url") and not element.get("slack_file"):
        yield complaint("missing required field: image_url", where)
    if not element.get("alt_text"):
        yield complaint("missing required field: alt_text", where)
    yield from length(element, "image_url", 3000, where)
    yield from length(element, "alt_text", 2000, where)


def _text_input(element: Json, where: str) -> Complaints:
    largest = element.get("max_length", 3000)
    if not isinstance(largest, int) or not 1 <= largest <= 3000:
        yield complaint("must be between 1 and 3000", f"{where}/max_length")
        largest = 3000
    if not 0 <= int(element.get("min_length", 0)) <= largest:
        yield complaint("must be between 0 and max_length", f"{where}/min_length")
    yield from length(element, "initial_value", largest, where)


def _number_input(element: Json, where: str) -> Complaints:
    if not isinstance(element.get("is_decimal_allowed"), bool):
        yield complaint("missing required field: is_decimal_allowed", where)


def _options(element: Json, where: str, largest: int) -> Complaints:
    kinds = MARKED_OPTIONS if element["type"] in {"checkboxes", "radio_buttons"} else PLAIN_OPTIONS
    groups = element.get("option_groups")
    if (groups is None) == (element.get("options") is None):
        yield complaint("exactly one of options, option_groups is required", where)
        return
    if groups is None:
        yield from _option_list(element["options"], f"{where}/options", largest, kinds)
        return
    if not isinstance(groups, list) or not 1 <= len(groups) <= 100:
        yield complaint("must have 1 to 100 items", f"{where}/option_groups")
        return
    for place, group in enumerate(groups):
        here = f"{where}/option_groups/{place}"
        yield from element_text(group, "label", 75, here, kinds=("plain_text",))
        yield from _option_list(group.get("options"), f"{here}/options", largest, kinds)


def _option_list(options: Any, where: str, largest: int, kinds: tuple[str, ...]) -> Complaints:
    if not isinstance(options, list) or not 1 <= len(options) <= largest:
        yield complaint(f"must have 1 to {largest} items", where)
        return
    for place, option in enumerate(options):
        yield from check_option(option, f"{where}/{place}", kinds)


def check_option(option: Any, where: str, kinds: tuple[str, ...]) -> Complaints:
    """Complain about one option of a select, a list of radio buttons or checkboxes."""
    if not isinstance(option, dict):
        yield complaint("must be an object", where)
        return
    yield from strangers(option, OPTION, where)
    yield from element_text(option, "text", 75, where, kinds=kinds)
    if not isinstance(option.get("value"), str) or not option["value"]:
        yield complaint("missing required field: value", where)
    yield from length(option, "value", 150, where)
    if "description" in option:
        yield from element_text(option, "description", 75, where, kinds=kinds)


def _choices(largest: int) -> Callable[[Json, str], Complaints]:
    def check(element: Json, where: str) -> Complaints:
        yield from _options(element, where, largest)
        groups = element.get("option_groups") or []
        offered = [*(element.get("options") or []), *(o for group in groups for o in group.get("options") or [])]
        initial = [element["initial_option"]] if "initial_option" in element else element.get("initial_options", [])
        for option in initial:
            if option not in offered:
                yield complaint("initial option must exactly match a provided option", f"{where}/initial_option")

    return check


def _external(element: Json, where: str) -> Complaints:
    for place, option in enumerate([element.get("initial_option"), *element.get("initial_options", [])]):
        if option is not None:
            yield from check_option(option, f"{where}/initial_option/{place}", PLAIN_OPTIONS)


CHECKS: dict[str, Callable[[Json, str], Complaints]] = {
    "button": _button,
    "checkboxes": _choices(10),
    "external_select": _external,
    "feedback_buttons": _feedback,
    "icon_button": _icon_button,
    "image": _image,
    "multi_external_select": _external,
    "multi_static_select": _choices(100),
    "number_input": _number_input,
    "overflow": _choices(5),
    "plain_text_input": _text_input,
    "radio_buttons": _choices(10),
    "static_select": _choices(100),
}
