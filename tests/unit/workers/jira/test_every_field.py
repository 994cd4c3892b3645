"""A screen with a field of every kind: from the model's words to what a reader of Jira sees, on both kinds of Jira."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.jira import catalogue
from sandbox.jira.standin import JiraStandIn
from sandbox.server import Running
from tests.unit.workers.jira.readers import ADA
from workers.jira.create_request import CreateRequest
from workers.jira.fields import fit, missing_line, with_long_lists
from workers.jira.forms import checked, edited, finder
from workers.jira.gateway import JiraGateway
from workers.records import Conversation, Draft
from workers.views.draft_modal import draft_modal, read_modal

MakeGateway = Callable[..., JiraGateway]

GIVEN = {
    "Severity": "sev2 - major",
    "Error code": "E42",
    "Approvers": ["Grace Moreno", "linus@example.com"],
    "Equipment": "hardware > laptop",
    "Rolled out with": "2026.11",
    "Sprint": "sprint 12",
    "Epic Link": "https://jira.example.com/browse/ops-1",
    "Tags": "blue, deep sea",
    "Site": "site 249",
    "Affected users": "1,200",
    "Affected services": "VPN, E-mail",
    "Started at": "2026-01-31T14:30:00+01:00",
    "Customer contact": "ada@example.com",
    "Runbook": "https://a.example/runbook",
    "Steps to reproduce": "1. open",
    "Due date": "2026-02-01",
    "Parent": "OPS-2",
    "Components": "network",
    "Fix versions": ["2026.10", "2026.11"],
    "Assignee": "grace@example.com",
}


@pytest.fixture(params=["cloud", "datacenter"])
def site(request: pytest.FixtureRequest) -> JiraStandIn:
    jira = JiraStandIn(deployment=request.param)
    ops = jira.site.projects["OPS"]
    jira.site.projects["OPS"] = dataclasses.replace(ops, types=(*ops.types, catalogue.CHANGE))
    return jira


@pytest.fixture
def change(site: JiraStandIn, make_gateway: MakeGateway) -> Iterator[JiraGateway]:
    running = Running(site.make_app)
    yield make_gateway(jira_url=running.url, jira_deployment=site.site.deployment, jira_pat="sandbox-jira-pat")
    running.stop()


def draft(gateway: JiraGateway, fields: dict[str, Any]) -> Draft:
    """Return the draft that the model's words become."""
    specs = gateway.create_screen("OPS", "Change")
    type_id = gateway.issue_type("OPS", "Change").id
    whole = with_long_lists(specs, fields, lambda field: gateway.long_options("OPS", type_id, field))
    fitted = fit(whole, priority="high", labels=(), fields=fields, description="x")
    assert fitted.problems == ()
    made = Draft(
        id="d1",
        conversation=Conversation(team_id="T1", channel_id="C1", thread_ts="1.2"),
        turn_ts="1.2",
        asker_id="U1",
        asker_name="Ada",
        asker_email="ada@example.com",
        project="OPS",
        issue_type="Change",
        summary="Swap the switches",
        description="All of them.",
        priority=fitted.priority,
        fields=fitted.fields,
        specs=specs,
        created_at=0,
    )
    return checked(made, finder(gateway.directory, "OPS"), gateway.cuts)


def shown(value: Any) -> Any:
    """Return a stored wire value as its reader sees it."""
    if isinstance(value, list):
        return [shown(each) for each in value]
    if not isinstance(value, dict):
        return value
    name = value.get("displayName") or value.get("value") or value.get("name") or value.get("key")
    return f"{name} > {shown(value['child'])}" if "child" in value else name


def assert_filed(site: JiraStandIn, key: str) -> None:
    """Assert that an issue holds all that was given."""
    fields = {name: shown(value) for name, value in site.issue(key).fields.items()}
    assert fields["customfield_10051"] == "SEV2 - Major"
    assert fields["customfield_10059"] == "E42"
    assert fields["customfield_10060"] == ["Grace Moreno", "Linus Berg"]
    assert fields["customfield_10061"] == "Hardware > Laptop"
    assert fields["customfield_10062"] == ["2026.11"]
    assert fields["customfield_10020"] == ["Sprint 12"]
    assert fields["customfield_10014"] == "OPS-1"
    assert fields["customfield_10063"] == ["blue", "deep-sea"]
    assert fields["customfield_10064"] == "Site 249"
    assert fields["customfield_10053"] == 1200
    assert fields["customfield_10054"] == ["VPN", "E-mail"]
    assert fields["customfield_10055"].startswith("2026-01-31T")
    assert fields["customfield_10056"] == "Ada Park"
    assert fields["customfield_10057"] == "https://a.example/runbook"
    assert fields["duedate"] == "2026-02-01"
    assert fields["parent"] == "OPS-2"
    assert fields["components"] == ["Network"]
    assert fields["fixVersions"] == ["2026.10", "2026.11"]
    assert fields["assignee"] == "Grace Moreno"
    assert fields["reporter"] == "Ada Park"


def test_the_models_words_are_filed_as_they_were_meant(change: JiraGateway, site: JiraStandIn) -> None:
    key = CreateRequest(change).send(draft(change, GIVEN), [ADA]).key

    assert_filed(site, key)


def test_the_form_holds_them_and_gives_them_back(change: JiraGateway, site: JiraStandIn) -> None:
    made = draft(change, GIVEN)
    values, errors = read_modal(untouched(draft_modal(made)), made.specs)
    again = edited(made, dict(values), finder(change.directory, "OPS"), change.cuts)

    assert errors == {}
    assert again.notes == ()
    assert_filed(site, CreateRequest(change).send(again, [ADA]).key)


def test_all_that_is_missing_is_named_with_what_it_takes(change: JiraGateway) -> None:
    fitted = fit(change.create_screen("OPS", "Change"), priority=None, labels=(), fields={}, description="x")

    assert sorted(missing_line(spec) for spec in fitted.missing) == sorted(
        [
            "Severity: SEV1 - Outage, SEV2 - Major, SEV3 - Minor, SEV4 - Cosmetic",
            "Error code: any text",
            "Approvers: a person: @name, name or e-mail address",
            "Equipment: Hardware, Hardware > Laptop, Hardware > Phone, Software, Software > Editor, Software > Browser",
        ]
    )


def test_without_boards_a_sprint_is_a_number(change: JiraGateway, site: JiraStandIn) -> None:
    site.site.sprints = ()
    specs = change.create_screen("OPS", "Change", refresh=True)
    fitted = fit(specs, priority=None, labels=(), fields={"Sprint": "Sprint 12"}, description="x")

    assert fitted.problems == ("Sprint takes the number of a sprint, not 'Sprint 12'",)
    assert fit(specs, priority=None, labels=(), fields={"Sprint": "37"}).fields["customfield_10020"] == "37"


def untouched(view: dict[str, Any]) -> dict[str, Any]:
    """Return the state of a form that a person sends as it is."""
    return {
        block["block_id"]: {block["element"]["action_id"]: _state(block["element"])}
        for block in view["blocks"]
        if block["type"] == "input"
    }


def _state(element: dict[str, Any]) -> dict[str, Any]:
    names = {
        "initial_value": "value",
        "initial_date": "selected_date",
        "initial_date_time": "selected_date_time",
        "initial_option": "selected_option",
        "initial_options": "selected_options",
    }
    return {"type": element["type"], **{new: element[old] for old, new in names.items() if old in element}}
