from __future__ import annotations

import json
from typing import Any

import pytest
from jira import JIRA

from sandbox.jira.standin import JiraStandIn


def errors(reply: Any) -> dict[str, str]:
    assert reply.status_code == 400, reply.text
    found: dict[str, str] = reply.json()["errors"]
    return found


def test_an_issue_with_properties_is_filed_through_the_session_of_the_library(
    client: JIRA, jira: JiraStandIn, text: Any
) -> None:
    fields = {
        "project": {"key": "OPS"},
        "issuetype": {"name": "Bug"},
        "summary": "VPN drops",
        "description": text("Every five minutes."),
        "priority": {"name": "High"},
        "labels": ["sb-1234"],
        "components": [{"name": "Network"}],
        "customfield_10050": {"value": "Platform"},
    }
    body = {"fields": fields, "properties": [{"key": "supportbot", "value": {"k": "d-1"}}]}

    reply = client._session.post(client._get_url("issue"), data=json.dumps(body))

    assert reply.status_code == 201
    assert set(reply.json()) == {"id", "key", "self"}
    issue = jira.issue(reply.json()["key"])
    assert issue.properties == {"supportbot": {"k": "d-1"}}
    assert issue.fields["priority"]["name"] == "High"
    assert issue.fields["customfield_10050"]["value"] == "Platform"
    assert issue.fields["reporter"]["displayName"] == "Support Bot"
    assert issue.fields["status"]["name"] == "To Do"


def test_the_library_reads_back_what_it_filed(client: JIRA) -> None:
    created = client.create_issue(
        fields={"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "Order a mouse"}, prefetch=False
    )

    issue = client.issue(created.key)

    assert issue.fields.summary == "Order a mouse"
    assert issue.fields.issuetype.name == "Task"
    assert issue.raw["self"].startswith(client.server_url)


def test_a_field_that_does_not_exist_is_named(api: Any) -> None:
    said = "Field 'customfield_99999' cannot be set. It is not on the appropriate screen, or unknown."
    assert errors(api.create(customfield_99999="x")) == {"customfield_99999": said}


def test_a_field_of_another_screen_is_refused_as_unknown(api: Any) -> None:
    refused = errors(api.create("WEB", "Story", labels=["a"], priority={"name": "High"}))
    assert set(refused) == {"labels", "priority"}
    assert refused["labels"].startswith("Field 'labels' cannot be set.")


@pytest.mark.parametrize(
    ("kind", "field", "said"),
    [
        ("Bug", "customfield_10050", "Team is required."),
        ("Incident", "customfield_10051", "Severity is required."),
        ("Sub-task", "parent", "Parent is required."),
    ],
)
def test_a_required_field_is_asked_for_by_name(api: Any, kind: str, field: str, said: str) -> None:
    assert errors(api.create(kind=kind)) == {field: said}


def test_nothing_is_filed_when_anything_is_refused(api: Any, jira: JiraStandIn) -> None:
    before = len(jira.issues)
    api.create(labels=["has space"])
    assert len(jira.issues) == before


def test_a_key_of_a_refused_issue_is_not_spent(api: Any) -> None:
    first = api.create().json()["key"]
    api.create(summary="")
    assert int(api.create().json()["key"].split("-")[1]) == int(first.split("-")[1]) + 1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("summary", "", "You must specify a summary of the issue."),
        ("summary", "two\nlines", "The summary is invalid because it contains newline characters."),
        ("summary", "x" * 256, "Summary can't exceed 255 characters."),
        ("labels", ["has space"], "The label 'has space' contains spaces which is invalid."),
        ("labels", "one", "data was not an array"),
        ("priority", {"name": "Urgent"}, "Specify a valid 'id' or 'name' for priority"),
        ("components", ["Network"], "expected Object"),
        ("components", [{"name": "Nothing"}], "Component name 'Nothing' is not valid"),
        ("assignee", {"accountId": "nobody"}, "Specify a valid value for assignee"),
        ("duedate", "tomorrow", "Error parsing date. Use the format yyyy-MM-dd."),
        (
            "description",
            "plain words",
            "Operation value must be an Atlassian Document (see the Atlassian Document Format)",
        ),
    ],
)
def test_a_wrong_value_is_refused_for_its_field(api: Any, field: str, value: Any, said: str) -> None:
    assert errors(api.create(**{field: value})) == {field: said}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("customfield_10051", {"value": "SEV9"}),
        ("customfield_10051", "SEV1 - Outage"),
        ("customfield_10053", "many"),
        ("customfield_10054", [{"value": "Coffee"}]),
        ("customfield_10055", "2026-11-22 10:00"),
        ("customfield_10057", "no address"),
    ],
)
def test_custom_fields_are_checked_by_their_schema(api: Any, field: str, value: Any) -> None:
    needed = {"customfield_10051": {"value": "SEV1 - Outage"}}
    assert set(errors(api.create(kind="Incident", **{**needed, field: value}))) == {field}


def test_custom_fields_are_stored_in_wire_shape(api: Any, jira: JiraStandIn) -> None:
    key = api.create(
        kind="Incident",
        customfield_10051={"id": "10310"},
        customfield_10053=120,
        customfield_10054=[{"value": "VPN"}],
        customfield_10055="2026-11-22T10:00:00.000+0000",
    ).json()["key"]

    fields = jira.issue(key).fields
    assert fields["customfield_10051"]["value"] == "SEV1 - Outage"
    assert fields["customfield_10053"] == 120.0
    assert [option["value"] for option in fields["customfield_10054"]] == ["VPN"]
    assert fields["customfield_10055"] == "2026-11-22T10:00:00.000+0000"
    assert fields["customfield_10058"]["value"] == "Internal"


def test_an_invalid_document_is_refused_and_the_log_says_why(api: Any, jira: JiraStandIn) -> None:
    reply = api.create(description={"type": "doc", "version": 1, "content": [{"type": "text", "text": "bare"}]})

    assert reply.status_code == 400
    assert reply.json() == {"errorMessages": ["INVALID_INPUT"], "errors": {}}
    assert "'text' may not stand here" in jira.calls[-1]["reason"]


def test_a_description_over_the_limit_is_refused(api: Any, text: Any) -> None:
    assert api.create(description=text("x" * 32_767)).status_code == 201
    reply = api.create(description=text("x" * 32_768))
    assert reply.status_code == 400
    assert reply.json()["errorMessages"] == ["CONTENT_LIMIT_EXCEEDED"]


@pytest.mark.parametrize(
    ("project", "kind", "refused"),
    [
        ("NOPE", "Task", {"project": "Specify a valid project ID or key"}),
        ("HR", "Task", {"project": "Specify a valid project ID or key"}),
        ("OPS", "Epic", {"issuetype": "Specify a valid issue type"}),
    ],
)
def test_unknown_and_unseen_targets_are_refused_alike(api: Any, project: str, kind: str, refused: Any) -> None:
    assert errors(api.create(project, kind)) == refused


def test_a_project_that_may_only_be_read_takes_no_issue(api: Any) -> None:
    reply = api.create("ARCH")
    assert reply.json()["errorMessages"] == ["You do not have permission to create issues in this project."]


def test_a_body_with_unknown_members_is_refused(api: Any) -> None:
    reply = api.post("issue", {"fields": {}, "summary": "x"})
    assert reply.status_code == 400
    assert reply.json()["errorMessages"][0].startswith("Invalid request payload.")


def test_a_body_that_is_no_json_is_refused(api: Any) -> None:
    broken = api("POST", "issue", data="{", headers={"Content-Type": "application/json"})
    form = api("POST", "issue", data="a=b", headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert (broken.status_code, form.status_code) == (400, 415)


def test_the_same_field_in_fields_and_update_is_refused(api: Any) -> None:
    needed = {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "x", "labels": ["a"]}
    reply = api.post("issue", {"fields": needed, "update": {"labels": [{"add": "b"}]}})
    assert "cannot appear in both" in errors(reply)["labels"]


def test_a_body_with_a_member_of_the_wrong_type_is_refused_and_not_a_crash(api: Any) -> None:
    for body in ({"fields": 1}, {"fields": {"project": "OPS"}}, {"fields": {}, "update": {"labels": 1}}):
        assert api.post("issue", body).status_code == 400
    assert api.put("issue/OPS-1", {"update": {"comment": ["x"]}}).status_code == 400
