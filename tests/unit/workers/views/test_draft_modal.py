"""The form of a draft: what it shows, and that what it shows can be read back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.slack.view_checks import check_view, is_too_large
from tests.unit.workers.views.drafts import draft, wild_drafts
from workers.records import Draft, FieldOption, FieldSpec
from workers.views.draft_modal import IssueForm, draft_modal, issue_modal, read_modal, shortcut_modal
from workers.views.limits import BLOCK_ID


def inputs(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}


def untouched(view: dict[str, Any]) -> dict[str, Any]:
    """Return the state that Slack sends when a person presses Save without a change."""
    return {name: {"value": _state(block["element"])} for name, block in inputs(view).items()}


def _state(element: dict[str, Any]) -> dict[str, Any]:
    names = {
        "static_select": ("selected_option", "initial_option"),
        "multi_static_select": ("selected_options", "initial_options"),
        "external_select": ("selected_option", "initial_option"),
        "multi_external_select": ("selected_options", "initial_options"),
        "datepicker": ("selected_date", "initial_date"),
        "datetimepicker": ("selected_date_time", "initial_date_time"),
    }
    name, initial = names.get(element["type"], ("value", "initial_value"))
    return {"type": element["type"], name: element.get(initial)}


def spec(kind: Any, name: str = "Field", **more: Any) -> FieldSpec:
    return FieldSpec(id=f"cf_{kind}", name=name, kind=kind, **more)


TWO = (FieldOption(id="1", name="A, B"), FieldOption(id="2", name="C"))


def test_the_form_shows_the_fields_of_the_screen_required_ones_first() -> None:
    view = draft_modal(draft(), '{"draft":"d1"}')
    assert view["callback_id"] == "issue_draft"
    assert view["private_metadata"] == '{"draft":"d1"}'
    assert list(inputs(view)) == ["summary", "description", "customfield_1", "labels", "priority"]
    assert inputs(view)["customfield_1"]["optional"] is False
    assert inputs(view)["priority"]["optional"] is True
    assert inputs(view)["customfield_1"]["element"]["initial_option"]["text"]["text"] == "Production"


def test_saving_without_a_change_changes_nothing() -> None:
    wanted = draft()
    values, errors = read_modal({"values": untouched(draft_modal(wanted))}, wanted.specs)
    assert errors == {}
    assert values == {
        "summary": wanted.summary,
        "description": wanted.description,
        "priority": "High",
        "labels": "vpn, network",
        "customfield_1": "Production",
    }


@pytest.mark.parametrize(
    ("field", "value", "element"),
    [
        (spec("text"), "some text", "plain_text_input"),
        (spec("paragraph"), "two\nlines", "plain_text_input"),
        (spec("number"), "3.5", "number_input"),
        (spec("date"), "2026-01-31", "datepicker"),
        (spec("datetime"), "2026-01-31T14:30+00:00", "datetimepicker"),
        (spec("url"), "https://x.org", "url_text_input"),
        (spec("user"), "ada@example.com", "external_select"),
        (spec("multi_select", options=TWO), ("A, B",), "multi_static_select"),
        (spec("select", options=TWO, options_total=900), "Z", "external_select"),
        (spec("select"), "Z", "plain_text_input"),
    ],
)
def test_each_kind_of_field_has_its_input_and_comes_back_as_it_was(field: FieldSpec, value: Any, element: str) -> None:
    view = draft_modal(draft(specs=(field,), fields={field.id: value}))
    assert check_view(view) == []
    assert inputs(view)[field.id]["element"]["type"] == element
    values, errors = read_modal(untouched(view), (field,))
    assert errors == {}
    assert values[field.id] == value


def test_a_value_that_an_input_cannot_hold_leaves_it_empty() -> None:
    fields = (spec("date"), spec("number"), spec("datetime"), spec("url"))
    view = draft_modal(draft(specs=fields, fields={field.id: "soon" for field in fields}))
    assert check_view(view) == []
    assert all("initial" not in str(inputs(view)[field.id]["element"]) for field in fields)


def test_what_is_missing_is_said_at_its_input() -> None:
    state = untouched(draft_modal(draft()))
    state["summary"]["value"]["value"] = "  "
    state["customfield_1"]["value"]["selected_option"] = None
    _, errors = read_modal(state, draft().specs)
    assert set(errors) == {"summary", "customfield_1"}
    assert "Environment" in errors["customfield_1"]


def test_a_person_by_name_is_kept() -> None:
    field = spec("user")
    state = untouched(draft_modal(draft(specs=(field,), fields={field.id: "Ada"})))
    assert read_modal(state, (field,)) == ({**read_modal(state, (field,))[0], field.id: "Ada"}, {})


def test_a_cleared_field_is_read_as_empty() -> None:
    state = untouched(draft_modal(draft()))
    state["labels"]["value"]["value"] = None
    assert read_modal(state, draft().specs)[0]["labels"] == ""


def test_the_shortcut_takes_the_message_over() -> None:
    view = shortcut_modal("\nVPN is down\nsince <9:00>", ["OPS", "WEB"], "{}", issue_types=["Bug", "Task"])
    assert check_view(view) == []
    values, errors = read_modal(untouched(view))
    assert errors == {}
    assert values == {
        "project": "OPS",
        "issue_type": "Bug",
        "summary": "VPN is down",
        "description": "VPN is down\nsince <9:00>",
    }


def test_the_shortcut_lets_project_and_type_be_typed_where_they_are_unknown() -> None:
    view = shortcut_modal("", private_metadata="{}")
    assert check_view(view) == []
    assert inputs(view)["project"]["element"]["type"] == "plain_text_input"


def test_content_in_private_metadata_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="ids"):
        draft_modal(draft(), "x" * 3_001)


@given(st.lists(st.text(max_size=3_500) | st.sampled_from(["\n", "\n\n", "word " * 300]), max_size=14).map("".join))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_description_of_any_length_comes_back_whole(description: str) -> None:
    description = description[:32_767]
    view = draft_modal(draft(description=description))
    assert check_view(view) == []
    assert read_modal(untouched(view), draft().specs)[0]["description"] == description.strip()


@given(wild_drafts())
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_no_draft_makes_a_form_that_slack_refuses(wild: Draft) -> None:
    view = draft_modal(wild)
    assert check_view(view) == []
    assert not is_too_large(view)
    assert len(view["blocks"]) <= 100
    assert all(len(name) <= BLOCK_ID for name in inputs(view))
    read_modal(untouched(view), wild.specs)


@given(st.text(max_size=5_000), st.lists(st.text(min_size=1, max_size=200), max_size=150))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_message_makes_a_shortcut_form_that_slack_refuses(text: str, projects: list[str]) -> None:
    assert check_view(shortcut_modal(text, projects, "{}")) == []


def test_somebody_who_hides_the_address_stands_by_name_in_a_form_that_is_drawn_anew() -> None:
    chosen = "account:5b10ac8d82e05b22cc7d4ef5|Linus Berg"
    field = spec("user", "Assignee")
    view = draft_modal(draft(specs=(field,), fields={field.id: chosen}))
    element = inputs(view)[field.id]["element"]
    assert element["initial_option"]["text"]["text"] == "Linus Berg"
    assert read_modal({"values": untouched(view)}, (field,))[0][field.id] == chosen


def test_an_input_keeps_its_id_over_types_as_long_as_it_lets_choose_the_same() -> None:
    team, long = spec("select", options=TWO, options_total=2), spec("multi_select", options=TWO, options_total=900)
    fields = (team, long, spec("user"))

    def ids(issue_type: str, specs: tuple[FieldSpec, ...]) -> set[str]:
        view = issue_modal(IssueForm("OPS", issue_type, specs=specs), private_metadata="{}")
        assert check_view(view) == []
        return {name for name in inputs(view) if name.startswith("cf_")}

    bug, task = ids("Bug", fields), ids("Task", fields)
    assert {name for name in bug if not name.startswith("cf_multi")} == bug & task, "so Slack keeps what is in them"
    other = spec("select", options=(*TWO, FieldOption(id="3", name="D")), options_total=3)
    assert not ids("Bug", (other,)) & bug


PARENT = FieldSpec(id="parent", name="Parent", kind="text", schema_type="issuelink")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("NOPE", "“NOPE” is no issue."),
        ("the VPN one", "“the VPN one” is no issue."),
        ("OPS-0", "“OPS-0” is no issue."),
        ("OPS-12", None),
        ("ops-12 ", None),
        ("https://example.atlassian.net/browse/OPS-12", None),
        ("", None),
    ],
)
def test_what_names_no_issue_is_an_error_at_the_field_for_one(written: str, said: str | None) -> None:
    state = {"values": {"parent": {"value": {"type": "plain_text_input", "value": written}}}}

    _values, errors = read_modal(state, (PARENT,))

    assert errors == ({} if said is None else {"parent": errors["parent"]})
    assert said is None or errors["parent"].startswith(said)
