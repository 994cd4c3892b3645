"""Answers of Jira's that leave out what they may, or come in another of its shapes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.faults import Fault
from sandbox.jira.standin import JiraStandIn
from tests.unit.workers.jira.readers import ADA
from workers.jira.deployment import Cloud
from workers.jira.gateway import JiraGateway
from workers.jira.reading import comments_reader, has_customers, page_reader, people_of, screen_page

MakeGateway = Callable[..., JiraGateway]


@pytest.mark.parametrize(
    "fields",
    [
        [{"fieldId": "summary", "name": "Summary", "required": True, "schema": {"type": "string"}}],
        {"summary": {"name": "Summary", "required": True, "schema": {"type": "string"}}},
        {"summary": {"key": "summary", "name": "Summary", "required": True, "schema": {"type": "string"}}},
    ],
    ids=["a list", "an object by id", "an object by id with keys"],
)
def test_the_fields_of_a_screen_are_read_in_each_of_their_shapes(fields: object) -> None:
    (spec,) = screen_page({"fields": fields}).rows

    assert (spec.id, spec.name, spec.kind, spec.required) == ("summary", "Summary", "text", True)


def test_a_hit_without_its_project_belongs_to_the_one_in_its_key() -> None:
    hits = [{"key": "OPS-1", "fields": {"summary": "VPN"}}, {"key": "HR-1", "fields": {"summary": "Pay"}}]

    page = page_reader(("OPS",), Cloud().cursor)({"issues": hits})

    assert [issue.key for issue in page.issues] == ["OPS-1"]


def test_a_hit_that_was_moved_belongs_to_its_new_project() -> None:
    moved = {"key": "OPS-1", "fields": {"project": {"key": "HR"}}}

    assert page_reader(("OPS",), Cloud().cursor)({"issues": [moved]}).issues == ()


@pytest.mark.parametrize(
    ("kind", "signs", "is_internal"),
    [
        ("software", {}, False),
        ("business", {}, False),
        ("service_desk", {}, True),
        (None, {}, True),
        ("brand_new", {}, True),
        ("service_desk", {"jsdPublic": True}, False),
        ("service_desk", {"properties": []}, False),
        (None, {"properties": []}, False),
        ("software", {"jsdPublic": False}, True),
        ("service_desk", {"properties": [{"key": "sd.public.comment", "value": {"internal": "true"}}]}, True),
    ],
)
def test_a_comment_of_which_nobody_says_who_reads_it_is_internal_where_customers_may(
    kind: str | None, signs: dict[str, object], is_internal: bool
) -> None:
    project = {"key": "OPS"} | ({"projectTypeKey": kind} if kind else {})
    read = comments_reader(str, customers_read=has_customers({"fields": {"project": project}}))

    (comment,), total = read({"comments": [{"body": "hello", **signs}], "total": 1})

    assert (comment.text, comment.is_internal, total) == ("hello", is_internal, 1)


def test_an_account_counts_as_active_unless_jira_says_otherwise() -> None:
    people = [{"accountId": "1", "emailAddress": "a@x.io"}, {"accountId": "2", "active": False}]

    assert [person.account_id for person in people_of(people)] == ["1"]


@pytest.mark.parametrize("body", [None, {}, "created"], ids=["nothing", "an empty object", "a word"])
def test_a_link_is_made_whatever_jira_says_of_it(gateway: JiraGateway, jira: JiraStandIn, body: object) -> None:
    jira.faults.add(Fault(operation="POST issue/{key}/remotelink", kind="status", status=201, body=body))

    gateway.link_thread("OPS-1", global_id="slack:1", url="https://example.com/1", title="Thread")

    assert [call["status"] for call in jira.calls][-1] == 201


def test_an_issue_is_shown_without_comments_where_jira_has_none_to_read(
    gateway: JiraGateway, jira: JiraStandIn
) -> None:
    key = next(issue.key for issue in jira.issues.values() if issue.project.key == "OPS")
    jira.faults.add(Fault(operation="GET issue/{key}/comment", kind="status", status=404))

    issue = gateway.issue(key, ADA)

    assert issue.key == key
    assert issue.comments_total is None
