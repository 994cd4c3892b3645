from __future__ import annotations

import time
from typing import Any

import pytest

from sandbox.jira.adf import plain_text, validate
from sandbox.jira.standin import JiraStandIn
from workers.jira.gateway import JiraGateway
from workers.jira.payload import create_payload, marker_of, people_of
from workers.records import Conversation, Draft, FieldSpec

ADA = "5b10a2844c20165700ede2a1"
LINK = "https://example.slack.com/archives/C1/p1"


def draft(**changed: Any) -> Draft:
    about = {
        "id": "d1",
        "conversation": Conversation(team_id="T1", channel_id="C1", thread_ts="1.2"),
        "turn_ts": "1.2",
        "asker_id": "U1",
        "asker_name": "Ada",
        "asker_email": "ada@example.com",
        "project": "OPS",
        "issue_type": "Incident",
        "summary": "VPN drops",
        "description": "It **drops** every 10 minutes, see OPS-1",
        "permalink": LINK,
        "created_at": time.time(),
    }
    return Draft.model_validate(about | changed)


def test_a_full_draft_files_as_it_was_meant(gateway: JiraGateway, jira: JiraStandIn) -> None:
    specs = gateway.create_screen("OPS", "Incident")
    full = draft(
        specs=specs,
        priority="High",
        labels=("vpn",),
        fields={
            "customfield_10051": "SEV2 - Major",
            "customfield_10053": "12",
            "customfield_10054": ("VPN", "E-mail"),
            "customfield_10055": "2026-01-31T14:30:00+01:00",
            "customfield_10057": "https://a.example/runbook",
            "customfield_10059": "E42",
            "components": ("Network",),
            "fixVersions": ("2026.11",),
            "assignee": "linus@example.com",
            "duedate": "2026-02-01",
            "environment": "Office *Berlin*",
        },
    )
    accounts = gateway.directory.accounts((*people_of(full), "ada@example.com"))

    created = gateway.create(
        create_payload(
            full, reporter_account_id=accounts["ada@example.com"], accounts=accounts, link_of=gateway.link_of
        )
    )

    fields = jira.issue(created.key).fields
    assert fields["summary"] == "VPN drops"
    assert fields["priority"]["name"] == "High"
    assert fields["labels"] == sorted(["vpn", marker_of("d1")])
    assert fields["reporter"]["accountId"] == ADA
    assert fields["assignee"]["displayName"] == "Linus Berg"
    assert fields["customfield_10051"]["value"] == "SEV2 - Major"
    assert fields["customfield_10053"] == 12
    assert [option["value"] for option in fields["customfield_10054"]] == ["VPN", "E-mail"]
    assert fields["customfield_10055"] == "2026-01-31T14:30:00.000+0100"
    assert fields["customfield_10057"] == "https://a.example/runbook"
    assert fields["duedate"] == "2026-02-01"
    assert plain_text(fields["environment"]) == "Office Berlin"
    assert [each["name"] for each in fields["components"] + fields["fixVersions"]] == ["Network", "2026.11"]
    assert plain_text(fields["description"]).split("\n")[-1] == "From Slack: the conversation"
    assert jira.issue(created.key).properties["supportbot"] == {"draft": "d1", "marker": marker_of("d1"), "slack": LINK}
    assert gateway.find_by_label("OPS", marker_of("d1")) == (created,)


def test_an_asker_without_an_account_is_named_in_the_description(gateway: JiraGateway) -> None:
    payload = create_payload(draft(specs=gateway.create_screen("OPS", "Incident")), reporter_account_id=None)

    assert "reporter" not in payload["fields"]
    assert plain_text(payload["fields"]["description"]).endswith("Reported by Ada via Slack: the conversation")


def test_what_the_screen_lacks_is_not_sent(gateway: JiraGateway, jira: JiraStandIn) -> None:
    story = draft(
        project="WEB",
        issue_type="Story",
        specs=gateway.create_screen("WEB", "Story"),
        priority="High",
        labels=("vpn",),
        fields={"customfield_99999": "x"},
    )

    created = gateway.create(create_payload(story, reporter_account_id=ADA))

    assert plain_text(jira.issue(created.key).fields["description"]).endswith(
        "Reported by Ada via Slack: the conversation"
    )
    assert gateway.find_by_label("WEB", marker_of("d1")) == (created,)


def test_a_person_without_an_account_is_left_out(gateway: JiraGateway) -> None:
    given = draft(specs=gateway.create_screen("OPS", "Bug"), fields={"assignee": "nobody@example.com"})

    assert "assignee" not in create_payload(given, reporter_account_id=None)["fields"]


def test_the_description_is_valid_whatever_its_text() -> None:
    for text in ("", "> # x", "a" * 40_000, "[x](javascript:y)"):
        payload = create_payload(draft(description=text, permalink=""), reporter_account_id=None)

        assert validate(payload["fields"]["description"])


def test_the_marker_is_the_same_for_the_same_draft_only() -> None:
    assert marker_of("d1") == marker_of("d1") != marker_of("d2")
    assert len(marker_of("d1")) == len("sb-") + 12


@pytest.mark.parametrize(
    ("about", "value", "wire"),
    [
        ({"kind": "select", "schema_type": "option"}, "New", {"value": "New"}),
        ({"kind": "multi_select", "schema_type": "array", "items_type": "component"}, ("A",), [{"name": "A"}]),
        (
            {"kind": "select", "schema_type": "option-with-child"},
            "Hardware > Laptop",
            {"value": "Hardware", "child": {"value": "Laptop"}},
        ),
        ({"kind": "select", "schema_type": "option-with-child"}, "Hardware", {"value": "Hardware"}),
        ({"kind": "text", "schema_type": "issuelink"}, "ops-1", {"key": "OPS-1"}),
        ({"kind": "text", "schema_type": "any", "custom_type": "gh-epic-link"}, "OPS-1", "OPS-1"),
        ({"kind": "number", "schema_type": "number"}, "2.5", 2.5),
        ({"kind": "datetime", "schema_type": "datetime"}, "2026-01-31T14:30:00", "2026-01-31T14:30:00.000+0000"),
        ({"kind": "labels", "schema_type": "array", "items_type": "string"}, ("a", "b"), ["a", "b"]),
        (
            {"kind": "user", "schema_type": "array", "items_type": "user"},
            ("ada@example.com", "x@example.com"),
            [{"accountId": ADA}],
        ),
        ({"kind": "other", "schema_type": "any"}, "raw", "raw"),
        ({"kind": "other", "schema_type": "array", "items_type": "sd-customerorganization"}, ("7", "12"), [7, 12]),
        ({"kind": "text", "schema_type": "group"}, "it-admins", {"name": "it-admins"}),
    ],
)
def test_values_are_sent_in_jiras_own_shapes(about: dict[str, Any], value: Any, wire: Any) -> None:
    spec = FieldSpec.model_validate({"id": "customfield_1", "name": "Field", **about})
    given = draft(specs=(spec,), fields={"customfield_1": value})

    payload = create_payload(given, reporter_account_id=None, accounts={"ada@example.com": ADA})

    assert payload["fields"]["customfield_1"] == wire
