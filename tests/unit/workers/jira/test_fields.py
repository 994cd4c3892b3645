from __future__ import annotations

from typing import Any

import pytest

from workers.jira.field_values import BadValue, options_text, value_of
from workers.jira.fields import fit, missing_line
from workers.jira.screen import specs_of
from workers.records import FieldOption, FieldSpec


def spec(name: str, kind: str = "text", *options: str, number: str = "", **more: Any) -> FieldSpec:
    rows = tuple(FieldOption(id=str(place), name=option) for place, option in enumerate(options, 100))
    about = {"id": number or name.lower(), "name": name, "kind": kind, "options": rows, "options_total": len(rows)}
    return FieldSpec.model_validate(about | more)


TEAM = spec("Team", "select", "Platform", "Identity", number="customfield_1", required=True, schema_type="option")
SERVICES = spec(
    "Services", "multi_select", "VPN", "E-mail", "Wi-Fi, guest", number="customfield_2", schema_type="array"
)
EQUIPMENT = spec("Equipment", "select", "Hardware", "Hardware > Laptop", schema_type="option-with-child")
PRIORITY = spec("Priority", "select", "High", "Low", schema_type="priority", has_default=True, required=True)
SCREEN = (
    spec("Summary", required=True),
    spec("Description", "paragraph"),
    PRIORITY,
    spec("Labels", "labels", schema_type="array"),
    TEAM,
    SERVICES,
    spec("Reporter", "user", required=True),
    spec("Issue Type", "other", number="issuetype", required=True),
)


def fitted(
    fields: dict[str, Any], *, priority: str | None = None, labels: tuple[str, ...] = (), screen: Any = SCREEN
) -> Any:
    return fit(screen, priority=priority, labels=labels, fields=fields, description="x")


def test_names_and_values_match_in_any_case_by_name_or_id() -> None:
    for fields in (
        {"team": "IDENTITY"},
        {"CUSTOMFIELD_1": "101"},
        {"Team": {"value": "identity"}},
        {" Team ": ["Identity"]},
    ):
        result = fitted(fields, priority="high")

        assert result.is_complete
        assert (result.fields, result.priority) == ({"customfield_1": "Identity"}, "High")


def test_what_is_required_and_has_no_default_is_missing() -> None:
    result = fitted({})

    assert [each.name for each in result.missing] == ["Team"]
    assert missing_line(result.missing[0]) == "Team: Platform, Identity"


def test_a_required_description_must_be_given() -> None:
    screen = (spec("Description", "paragraph", required=True),)

    assert [each.id for each in fit(screen, priority=None, labels=(), fields={}).missing] == ["description"]
    assert fit(screen, priority=None, labels=(), fields={}, description="text").is_complete


def test_a_value_that_is_not_allowed_is_answered_with_those_that_are() -> None:
    result = fitted({"Team": "Marketing"}, priority="P1")

    assert result.problems == (
        "Team: 'Marketing' is not one of Platform, Identity",
        "Priority: 'P1' is not one of High, Low",
    )


def test_unknown_fields_and_fields_we_set_are_left_out_and_said() -> None:
    result = fitted({"Team": "Platform", "Mood": "bad", "Issue Type": "x", "Summary": "again", "Services": None})

    assert result.fields == {"customfield_1": "Platform"}
    assert result.notes == (
        "'Mood' was left out: this form has no such field.",
        "Issue Type was left out: it is set by itself.",
    )


def test_labels_and_priority_that_the_screen_lacks_are_left_out_and_said() -> None:
    result = fitted({"Team": "Platform"}, priority="High", labels=("vpn",), screen=(TEAM,))

    assert result.is_complete
    assert (result.priority, result.labels) == (None, ())
    assert result.notes == (
        "Priority was left out: this form has no such field.",
        "Labels were left out: this form has no such field.",
    )


def test_priority_and_labels_may_come_among_the_fields() -> None:
    result = fitted({"Team": "Platform", "Priority": "Low", "labels": "needs triage, vpn"})

    assert (result.priority, result.labels) == ("Low", ("needs-triage", "vpn"))


@pytest.mark.parametrize(
    ("field", "given", "taken"),
    [
        (SERVICES, ["vpn", "E-Mail"], ("VPN", "E-mail")),
        (SERVICES, "VPN; e-mail", ("VPN", "E-mail")),
        (SERVICES, "wi-fi, guest", ("Wi-Fi, guest",)),
        (spec("Parts", "multi_select", "One", "Two", options_total=500), ["Part 148, east"], ("Part 148, east",)),
        (spec("Parts", "multi_select", "One", "Two", options_total=500), "one, two", ("One", "Two")),
        (SERVICES, [{"value": "VPN"}, {"id": "101"}], ("VPN", "E-mail")),
        (spec("N", "number"), "1,200", "1200"),
        (spec("N", "number"), 3, "3"),
        (spec("N", "number"), "2.50", "2.5"),
        (spec("N", "number"), "1,5", "1.5"),
        (spec("N", "number"), "-0,125", "-0.125"),
        (spec("N", "number"), "1,234,567.5", "1234567.5"),
        (spec("N", "number"), "1 200", "1200"),
        (spec("D", "date"), "2026-01-31T10:00:00Z", "2026-01-31"),
        (spec("T", "datetime"), "2026-01-31 14:30", "2026-01-31T14:30:00+00:00"),
        (spec("T", "datetime"), "2026-01-31T14:30+01:00", "2026-01-31T14:30:00+01:00"),
        (spec("U", "url"), "https://a.example", "https://a.example"),
        (spec("P", "user"), {"emailAddress": "ada@example.com"}, "ada@example.com"),
        (spec("P", "user", schema_type="array"), "a@example.com, b@example.com", ("a@example.com", "b@example.com")),
        (spec("X"), "two\nlines", "two lines"),
        (spec("X", "paragraph"), ["one", "two"], "one\ntwo"),
        (spec("B"), True, "true"),
        (EQUIPMENT, {"value": "Hardware", "child": {"value": "Laptop"}}, "Hardware > Laptop"),
        (EQUIPMENT, {"value": "Hardware", "child": None}, "Hardware"),
        (spec("O", "other", schema_type="array", items_type="sd-customerorganization"), [{"id": 7}, "12"], ("7", "12")),
        (spec("S", "select", "One", options_total=500), "Something else", "Something else"),
    ],
)
def test_values_are_taken_in_the_shapes_that_models_send(field: FieldSpec, given: Any, taken: Any) -> None:
    assert value_of(field, given) == taken


@pytest.mark.parametrize(
    ("field", "given", "words"),
    [
        (spec("N", "number"), "many", "takes a number"),
        (spec("N", "number"), "nan", "takes a number"),
        (spec("N", "number"), "2.500,75", "takes a number"),
        (spec("N", "number"), "1,2,3", "takes a number"),
        (spec("N", "number"), "5 10", "takes a number"),
        (spec("D", "date"), "tomorrow", "takes a date"),
        (spec("T", "datetime"), "now", "takes a date and time"),
        (spec("U", "url"), "javascript:x", "takes a web address"),
        (spec("X"), "x" * 256, "at most 255"),
        (TEAM, ["Platform", "Identity"], "takes one value"),
        (SERVICES, ["VPN", "Fax"], "'Fax' is not one of"),
        (spec("O", "other", schema_type="array", items_type="sd-customerorganization"), "Acme", "takes the numbers"),
        (spec("A", "other", schema_type="array", items_type="cmdb-object-field"), "Laptop 7", "can't be filled in"),
    ],
)
def test_a_value_that_cannot_be_taken_says_what_can(field: FieldSpec, given: Any, words: str) -> None:
    with pytest.raises(BadValue, match=words):
        value_of(field, given)


def test_a_field_that_takes_a_group_takes_its_name_wherever_it_is_set() -> None:
    schema = {"type": "group", "custom": "com.atlassian.jira.plugin.system.customfieldtypes:grouppicker"}

    (group,) = specs_of([{"fieldId": "customfield_9", "name": "Approved by", "schema": schema, "required": True}])

    assert (group.kind, value_of(group, "it-admins")) == ("text", "it-admins")
    assert missing_line(group) == "Approved by: the name of a group"


def test_of_many_options_those_like_the_given_value_are_shown() -> None:
    many = spec("Office", "select", *(f"Room {number:03}" for number in range(90)), "Berlin")

    shown = options_text(many, near="berln")

    assert shown.startswith("Berlin, ")
    assert shown.endswith("and 66 more")
