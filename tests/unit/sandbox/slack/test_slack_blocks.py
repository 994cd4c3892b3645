from __future__ import annotations

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.slack import SlackStandIn
from sandbox.slack.blocks import check_blocks
from sandbox.slack.view_checks import check_view

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(**more: Any) -> Json:
    return {"type": "button", "action_id": "go", "text": plain("Go")} | more


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def field(element: Json, **more: Any) -> Json:
    return {"type": "input", "block_id": "f", "label": plain("Field"), "element": element} | more


def options(count: int) -> list[Json]:
    return [{"text": plain(f"Option {n}"), "value": str(n)} for n in range(count)]


def modal(*blocks: Json, **more: Any) -> Json:
    view = {"type": "modal", "title": plain("Title"), "submit": plain("Save"), "blocks": list(blocks)}
    return view | more


FINE = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}},
    {"type": "header", "text": plain("x" * 150)},
    {"type": "divider"},
    {"type": "markdown", "text": "x" * 12_000},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "small"}]},
    actions(*(button(action_id=f"go{n}", value="v" * 2000, style="primary") for n in range(25))),
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "feedback",
                "positive_button": {"text": plain("Good"), "value": "good"},
                "negative_button": {"text": plain("Bad"), "value": "bad"},
            }
        ],
    },
    {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]},
    {"type": "section", "fields": [plain("a")], "accessory": button()},
    {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]},
]
WRONG = [
    ({"type": "sparkle"}, "unsupported type: sparkle"),
    ({"type": "section"}, "text or fields"),
    ({"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}, "less than 3001"),
    ({"type": "section", "text": plain("")}, "more than 0"),
    ({"type": "section", "text": plain("a"), "colour": "red"}, "invalid additional property: colour"),
    ({"type": "header", "text": plain("x" * 151)}, "less than 151"),
    ({"type": "header", "text": {"type": "mrkdwn", "text": "a"}}, "plain_text"),
    ({"type": "markdown", "text": "x" * 12_001}, "less than 12001"),
    ({"type": "context", "elements": [plain("a")] * 11}, "1 to 10"),
    (actions(), "1 to 25"),
    (actions(*(button(action_id=str(n)) for n in range(26))), "1 to 25"),
    (actions(button(), button()), "already exists"),
    (actions(button(text=plain("x" * 76))), "less than 76"),
    (actions(button(value="x" * 2001)), "less than 2001"),
    (actions(button(action_id="x" * 256)), "less than 256"),
    (actions(button(style="loud")), "primary, danger"),
    (actions({"type": "plain_text_input"}), "unsupported type"),
    ({"type": "section", "text": plain("a"), "block_id": "x" * 256}, "less than 256"),
    (field({"type": "plain_text_input", "action_id": "t"}), "not allowed in messages"),
    ({"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]] * 101}, "1 to 100"),
]


@pytest.mark.parametrize("block", FINE, ids=lambda block: block["type"])
def test_a_block_within_slacks_limits_is_fine(block: Json) -> None:
    assert check_blocks([block]) == []


@pytest.mark.parametrize(("block", "complaint"), WRONG)
def test_a_block_that_slack_refuses_is_refused_with_the_reason(block: Json, complaint: str) -> None:
    found = check_blocks([block])

    assert any(complaint in line and "json-pointer:/blocks/0" in line for line in found)


def test_a_message_holds_fifty_blocks_with_ids_of_their_own() -> None:
    divider = {"type": "divider"}

    assert check_blocks([divider] * 50) == []
    assert "no more than 50" in check_blocks([divider] * 51)[0]
    assert "already exists" in check_blocks([divider | {"block_id": "a"}] * 2)[0]


def test_slack_answers_what_is_wrong_and_how_much_markdown_is_too_much(client: WebClient, slack: SlackStandIn) -> None:
    slack.limits.enabled = False
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel="C0SUPPORT", text="x", blocks=[{"type": "section"}])
    assert caught.value.response["error"] == "invalid_blocks"
    assert "json-pointer:/blocks/0" in caught.value.response["response_metadata"]["messages"][0]

    markdown = [{"type": "markdown", "text": "x" * 6_001}] * 2
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel="C0GENERAL", text="x", blocks=markdown)
    assert caught.value.response["error"] == "msg_blocks_too_long"

    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel="C0GENERAL", text="x", blocks="[not json")
    assert caught.value.response["error"] == "invalid_blocks_format"


FINE_FIELDS = [
    {"type": "plain_text_input", "action_id": "a", "multiline": True, "max_length": 3000, "initial_value": "x" * 3000},
    {"type": "static_select", "action_id": "a", "options": options(100), "initial_option": options(1)[0]},
    {"type": "external_select", "action_id": "a", "min_query_length": 1, "placeholder": plain("x" * 150)},
    {"type": "users_select", "action_id": "a"},
    {"type": "number_input", "action_id": "a", "is_decimal_allowed": True},
    {"type": "multi_static_select", "action_id": "a", "options": options(3), "initial_options": options(2)},
    {
        "type": "static_select",
        "action_id": "a",
        "option_groups": [{"label": plain("g"), "options": options(2)}],
        "initial_option": options(2)[1],
    },
]
WRONG_FIELDS = [
    ({"type": "plain_text_input", "max_length": 3001}, "between 1 and 3000"),
    ({"type": "plain_text_input", "max_length": 5, "initial_value": "123456"}, "less than 6"),
    ({"type": "plain_text_input", "placeholder": plain("x" * 151)}, "less than 151"),
    ({"type": "static_select", "options": options(101)}, "1 to 100"),
    ({"type": "static_select", "options": []}, "1 to 100"),
    ({"type": "static_select"}, "exactly one of"),
    ({"type": "static_select", "options": [{"text": plain("x" * 76), "value": "v"}]}, "less than 76"),
    ({"type": "static_select", "options": [{"text": plain("x"), "value": "v" * 151}]}, "less than 151"),
    ({"type": "static_select", "options": [{"text": plain("x")}]}, "value"),
    ({"type": "static_select", "options": options(2), "initial_option": options(3)[2]}, "exactly match"),
    ({"type": "number_input"}, "is_decimal_allowed"),
    ({"type": "button", "text": plain("no")}, "unsupported type"),
]


@pytest.mark.parametrize("element", FINE_FIELDS, ids=lambda element: element["type"])
def test_a_field_within_slacks_limits_is_fine(element: Json) -> None:
    assert check_view(modal(field(element))) == []


@pytest.mark.parametrize(("element", "complaint"), WRONG_FIELDS)
def test_a_field_that_slack_refuses_is_refused_with_the_reason(element: Json, complaint: str) -> None:
    assert any(complaint in line for line in check_view(modal(field(element))))


@pytest.mark.parametrize(
    ("view", "complaint"),
    [
        (modal(title=plain("x" * 25)), "less than 25"),
        (modal(submit=plain("x" * 25)), "less than 25"),
        (modal(close=plain("x" * 25)), "less than 25"),
        (modal(private_metadata="x" * 3001), "less than 3001"),
        (modal(callback_id="x" * 256), "less than 256"),
        (modal(*[{"type": "divider"}] * 101), "no more than 100"),
        (modal(field({"type": "users_select"}), submit=None), "`submit` is required"),
        (modal(field({"type": "users_select"}, label=plain("x" * 2001))), "less than 2001"),
        (modal(colour="red"), "additional property"),
        ({"type": "modal", "blocks": []}, "title"),
        ({"type": "home", "blocks": [], "title": plain("no")}, "additional property"),
        ({"type": "page", "blocks": []}, "must be one of"),
    ],
)
def test_a_view_that_slack_refuses_is_refused_with_the_reason(view: Json, complaint: str) -> None:
    assert any(complaint in line for line in check_view(view))


def test_blocks_validate_answers_without_posting(client: WebClient) -> None:
    client.blocks_validate(blocks=[{"type": "divider"}])
    with pytest.raises(SlackApiError):
        client.blocks_validate(view=modal(title=plain("x" * 25)))
