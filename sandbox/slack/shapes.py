"""The properties that Slack knows for each block, element and part of them; anything else it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

_FIELD = "type action_id placeholder confirm focus_on_load"
_INPUT_ONLY = "type action_id placeholder focus_on_load initial_value dispatch_action_config"
_BUTTON = "text url value style confirm accessibility_label agent_prompt agent_prompt_display visible_to_user_ids"


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


BLOCKS: dict[str, frozenset[str]] = {
    "actions": _words("elements"),
    "alert": _words("text level"),
    "card": _words("hero_image icon title subtitle body actions"),
    "carousel": _words("elements"),
    "container": _words(
        "title rich_text_title subtitle child_blocks width icon is_collapsible default_collapsed has_header_divider"
    ),
    "context": _words("elements"),
    "context_actions": _words("elements"),
    "divider": frozenset(),
    "file": _words("external_id source"),
    "header": _words("text"),
    "image": _words("alt_text image_url title slack_file"),
    "input": _words("label hint element optional dispatch_action"),
    "markdown": _words("text"),
    "plan": _words("title tasks"),
    "rich_text": _words("elements"),
    "section": _words("text fields accessory expand"),
    "table": _words("rows column_settings"),
    "task_card": _words("task_id title details output sources status"),
}
ELEMENTS: dict[str, frozenset[str]] = {
    "button": _words("type action_id", _BUTTON),
    "channels_select": _words(_FIELD, "initial_channel response_url_enabled"),
    "checkboxes": _words(_FIELD, "options initial_options"),
    "conversations_select": _words(
        _FIELD, "initial_conversation response_url_enabled filter default_to_current_conversation"
    ),
    "datepicker": _words(_FIELD, "initial_date"),
    "datetimepicker": _words(_FIELD, "initial_date_time"),
    "email_text_input": _words(_INPUT_ONLY),
    "external_select": _words(_FIELD, "min_query_length initial_option"),
    "feedback_buttons": _words("type action_id positive_button negative_button"),
    "icon_button": _words("type action_id icon text accessibility_label value visible_to_user_ids confirm"),
    "multi_external_select": _words(_FIELD, "min_query_length initial_options max_selected_items"),
    "multi_static_select": _words(_FIELD, "options option_groups initial_options max_selected_items"),
    "multi_users_select": _words(_FIELD, "initial_users max_selected_items"),
    "number_input": _words(_INPUT_ONLY, "is_decimal_allowed min_value max_value"),
    "overflow": _words("type action_id confirm options"),
    "plain_text_input": _words(_INPUT_ONLY, "multiline min_length max_length"),
    "radio_buttons": _words(_FIELD, "options initial_option"),
    "static_select": _words(_FIELD, "options option_groups initial_option"),
    "timepicker": _words(_FIELD, "initial_time timezone"),
    "url_text_input": _words(_INPUT_ONLY),
    "users_select": _words(_FIELD, "initial_user"),
}
TEXTS = {"plain_text": _words("type text emoji"), "mrkdwn": _words("type text verbatim")}
OPTION = _words("text value description url")
FEEDBACK_BUTTON = _words("text value accessibility_label")
CONFIRM = _words("title text confirm deny style")


def strangers(body: Json, known: frozenset[str] | None, where: str) -> Iterator[str]:
    """Complain about properties that Slack doesn't know; None knows them all."""
    for name in sorted(set(body) - known) if known is not None else ():
        yield f"[ERROR] invalid additional property: {name} [json-pointer:{where}]"
