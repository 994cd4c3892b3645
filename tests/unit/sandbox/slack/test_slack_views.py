from __future__ import annotations

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.slack import FormIncomplete, SlackStandIn
from sandbox.slack.modals import View, filled_in

ADA = "U0ADA0001"
MODAL: dict[str, Any] = {"type": "modal", "title": {"type": "plain_text", "text": "Draft"}, "blocks": []}
HOME: dict[str, Any] = {"type": "home", "blocks": []}


def refused(caught: pytest.ExceptionInfo[SlackApiError]) -> str:
    return str(caught.value.response["error"])


def test_a_trigger_opens_one_view(client: WebClient, slack: SlackStandIn) -> None:
    trigger = slack.slack.triggers.issue(ADA)

    opened = client.views_open(trigger_id=trigger, view=MODAL)

    assert slack.views[ADA][0].id == opened["view"]["id"]
    with pytest.raises(SlackApiError) as caught:
        client.views_open(trigger_id=trigger, view=MODAL)
    assert refused(caught) == "exchanged_trigger_id"


def test_a_trigger_dies_after_three_seconds(client: WebClient, slack: SlackStandIn) -> None:
    trigger = slack.slack.triggers.issue(ADA)
    slack.clock.advance(3.1)

    with pytest.raises(SlackApiError) as caught:
        client.views_open(trigger_id=trigger, view=MODAL)

    assert refused(caught) == "expired_trigger_id"


def test_an_invented_trigger_is_invalid(client: WebClient) -> None:
    with pytest.raises(SlackApiError) as caught:
        client.views_open(trigger_id="1.2.abc", view=MODAL)
    assert refused(caught) == "invalid_trigger_id"


def test_an_update_needs_an_open_view_and_the_hash_it_was_read_with(client: WebClient, slack: SlackStandIn) -> None:
    view = client.views_open(trigger_id=slack.slack.triggers.issue(ADA), view=MODAL)["view"]

    client.views_update(view_id=view["id"], hash=view["hash"], view=MODAL | {"callback_id": "second"})
    assert slack.views[ADA][0].callback_id == "second"
    with pytest.raises(SlackApiError) as caught:
        client.views_update(view_id=view["id"], hash=view["hash"], view=MODAL)
    assert refused(caught) == "hash_conflict"
    slack.close_view("ada", "top")
    with pytest.raises(SlackApiError) as caught:
        client.views_update(view_id=view["id"], view=MODAL)
    assert refused(caught) == "not_found"


def test_views_stack_three_deep(client: WebClient, slack: SlackStandIn) -> None:
    client.views_open(trigger_id=slack.slack.triggers.issue(ADA), view=MODAL)
    for _ in range(2):
        client.views_push(trigger_id=slack.slack.triggers.issue(ADA), view=MODAL)

    with pytest.raises(SlackApiError) as caught:
        client.views_push(trigger_id=slack.slack.triggers.issue(ADA), view=MODAL)

    assert refused(caught) == "push_limit_reached"
    assert slack.views[ADA][2].previous_view_id == slack.views[ADA][1].id


def test_a_home_is_published_and_replaced(client: WebClient, slack: SlackStandIn) -> None:
    first = client.views_publish(user_id=ADA, view=HOME)["view"]
    client.views_publish(user_id=ADA, hash=first["hash"], view=HOME | {"callback_id": "home"})

    assert slack.homes[ADA].callback_id == "home"
    with pytest.raises(SlackApiError) as caught:
        client.views_publish(user_id=ADA, hash=first["hash"], view=HOME)
    assert refused(caught) == "hash_conflict"
    with pytest.raises(SlackApiError) as caught:
        client.views_publish(user_id=ADA, view=MODAL)
    assert refused(caught) == "invalid_arguments"


def test_a_form_keeps_its_initial_values_and_refuses_what_is_not_offered() -> None:
    option = {"text": {"type": "plain_text", "text": "High"}, "value": "2"}
    label = {"type": "plain_text", "text": "Field"}
    blocks: list[dict[str, Any]] = [
        {
            "type": "input",
            "block_id": "priority",
            "label": label,
            "element": {
                "type": "static_select",
                "action_id": "choose",
                "options": [option],
                "initial_option": option,
            },
        },
        {
            "type": "input",
            "block_id": "notes",
            "label": label,
            "optional": True,
            "element": {"type": "plain_text_input", "action_id": "text"},
        },
    ]

    kept = filled_in(blocks, {})
    chosen = filled_in(blocks, {"choose": "High", "notes": "soon"})

    assert kept["priority"]["choose"]["selected_option"] == option
    assert kept["notes"]["text"]["value"] is None
    assert chosen["notes"]["text"] == {"type": "plain_text_input", "value": "soon"}
    with pytest.raises(FormIncomplete):
        filled_in(blocks, {"priority": "Low"})
    with pytest.raises(FormIncomplete):
        filled_in(blocks, {"colour": "red"})


@pytest.mark.parametrize("emptied", [None, ""])
def test_a_field_that_somebody_emptied_arrives_as_null_and_one_left_alone_with_its_initial_value(
    emptied: str | None,
) -> None:
    option = {"text": {"type": "plain_text", "text": "High"}, "value": "2"}
    elements: dict[str, dict[str, object]] = {
        "select": {"type": "static_select", "options": [option], "initial_option": option},
        "time": {"type": "timepicker", "initial_time": "22:00"},
        "words": {"type": "plain_text_input", "initial_value": "German", "min_length": 2},
        "several": {"type": "multi_static_select", "options": [option], "initial_options": [option]},
    }
    label = {"type": "plain_text", "text": "Field"}
    blocks = [
        {"type": "input", "block_id": name, "label": label, "optional": True, "element": {"action_id": "a", **element}}
        for name, element in elements.items()
    ]

    state = filled_in(blocks, dict.fromkeys(elements, emptied))
    kept = filled_in(blocks, {})

    assert state["select"]["a"]["selected_option"] is None
    assert state["time"]["a"]["selected_time"] is None
    assert state["words"]["a"]["value"] is None
    assert state["several"]["a"]["selected_options"] == []
    assert kept["time"]["a"]["selected_time"] == "22:00"
    assert kept["words"]["a"]["value"] == "German"


def test_what_was_typed_stays_under_the_same_block_and_action_when_a_view_is_updated() -> None:
    def body(block_id: str, first: str) -> dict[str, object]:
        element = {"type": "plain_text_input", "action_id": "a", "initial_value": first}
        return {"blocks": [{"type": "input", "block_id": block_id, "label": {}, "element": element}]}

    view = View("V1", "U1", body("b1", "old"), "1", 0.0, "V1")
    assert view.fill({})["b1"]["a"]["value"] == "old"
    view.show(body("b1", "new"), "2")
    assert view.fill({})["b1"]["a"]["value"] == "new", "nobody touched it"
    view.fill({"b1": "typed"})
    view.show(body("b1", "newer"), "3")
    assert view.fill({})["b1"]["a"]["value"] == "typed"
    view.show(body("b2", "other"), "4")
    view.show(body("b1", "newest"), "5")
    assert view.fill({})["b1"]["a"]["value"] == "newest", "its input was gone in between"
