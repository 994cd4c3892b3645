"""Whose rights are asked for and how, and what is shown where nobody can tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from sandbox.jira.standin import JiraStandIn
from tests.unit.workers.jira.readers import ADA
from workers.errors import JiraRefused
from workers.jira.gateway import JiraGateway
from workers.jira.issue_reads import IssueParts
from workers.jira.jql import IssueQuery

MakeGateway = Callable[..., JiraGateway]
STRANGER = replace(ADA, user_id="U2", email="nobody@example.com")


def routes(jira: JiraStandIn) -> list[str]:
    return [call["route"] for call in jira.calls]


def tell_kind(jira: JiraStandIn, key: str, kind: str | None) -> None:
    """Have Jira say of what kind the project of an issue is, or not say it."""
    fields = jira.issue(key).fields
    told = {name: value for name, value in fields["project"].items() if name != "projectTypeKey"}
    fields["project"] = told | ({"projectTypeKey": kind} if kind else {})


def test_an_administrators_account_asks_about_all_hits_at_once(gateway: JiraGateway, jira: JiraStandIn) -> None:
    jira.let_bot(administer=True, browse_users=True)

    assert len(gateway.search(IssueQuery(projects=("OPS",), keywords=("vpn",), status="any", limit=3), ADA).issues) == 3

    assert routes(jira).count("POST permissions/check") == 1
    assert "GET user/viewissue/search" not in routes(jira)
    assert gateway.sight.way() == "check"


def test_another_account_asks_issue_by_issue_and_remembers(gateway: JiraGateway, jira: JiraStandIn) -> None:
    assert len(gateway.search(IssueQuery(projects=("WEB",), status="any", limit=5), ADA).issues) == 5
    assert len(gateway.search(IssueQuery(projects=("WEB",), status="any", limit=5), ADA).issues) == 5

    assert routes(jira).count("GET user/viewissue/search") == 5
    assert routes(jira).count("POST permissions/check") == 1
    assert gateway.sight.way() == "view"


def test_without_either_right_nothing_is_shown_but_what_is_open_to_all(
    make_gateway: MakeGateway, jira: JiraStandIn
) -> None:
    jira.let_bot(administer=False, browse_users=False)
    closed, partly = make_gateway(), make_gateway(jira_open_projects="WEB")

    assert closed.search(IssueQuery(status="any"), ADA).issues == ()
    assert {line.project for line in partly.search(IssueQuery(status="any", limit=20), ADA).issues} == {"WEB"}
    assert closed.sight.way() == "none"


def test_who_has_no_account_is_shown_what_jira_itself_opens_to_all(gateway: JiraGateway, jira: JiraStandIn) -> None:
    assert gateway.search(IssueQuery(status="any"), STRANGER).issues == ()

    jira.let_bot(administer=True, browse_users=True)
    # What the account may do is remembered for some minutes.
    gateway.sight.forget_rights(("OPS", "WEB"))
    assert gateway.search(IssueQuery(status="any"), STRANGER).issues != ()


def test_an_account_that_administers_only_a_project_can_read_that_it_is_open_to_all(
    gateway: JiraGateway, jira: JiraStandIn
) -> None:
    jira.let_bot(administer=False, browse_users=False)
    jira.let_bot_administer("WEB")

    assert {line.project for line in gateway.search(IssueQuery(status="any", limit=20), ADA).issues} == {"WEB"}
    assert gateway.sight.way() == "none"


def test_who_may_not_browse_gets_what_a_missing_issue_gets(gateway: JiraGateway, jira: JiraStandIn) -> None:
    jira.restrict("OPS-1", jira.bot.account_id, jira.person("grace@example.com").account_id)
    grace = replace(ADA, user_id="U3", email="grace@example.com")

    with pytest.raises(JiraRefused) as refused:
        gateway.issue("OPS-1", ADA)

    assert refused.value.status == 404
    assert gateway.issue("OPS-1", grace).key == "OPS-1"
    with pytest.raises(JiraRefused):
        gateway.issue("OPS-1", replace(grace, is_alone=False))


def test_a_comment_for_a_role_is_shown_to_nobody_and_an_internal_one_where_it_may(
    gateway: JiraGateway, jira: JiraStandIn
) -> None:
    key = next(key for key, issue in jira.issues.items() if len(issue.comments) > 1 and key.startswith("OPS"))
    first, second = jira.issue(key).comments[:2]
    first["visibility"] = {"type": "role", "value": "Administrators"}
    second["jsdPublic"] = False

    alone, among_customers = gateway.issue(key, ADA), gateway.issue(key, replace(ADA, sees_internal=False))

    assert len(jira.issue(key).comments) - len(alone.comments) == 1
    assert [each.is_internal for each in alone.comments].count(True) == 1
    assert not any(each.is_internal for each in among_customers.comments)
    assert len(alone.comments) - len(among_customers.comments) == 1


def test_a_comment_is_internal_by_its_property_too(gateway: JiraGateway, jira: JiraStandIn) -> None:
    key = next(key for key, issue in jira.issues.items() if issue.comments and key.startswith("OPS"))
    comment = jira.issue(key).comments[0]
    del comment["jsdPublic"]
    comment["properties"] = [{"key": "sd.public.comment", "value": {"internal": True}}]

    assert [each.is_internal for each in gateway.issue(key, ADA).comments].count(True) == 1


def test_where_jira_does_not_say_the_kind_of_a_project_its_past_is_kept_from_customers(
    gateway: JiraGateway, jira: JiraStandIn
) -> None:
    jira.move("OPS-4", "In Progress", by="grace@example.com")
    parts, customers = IssueParts(with_past=True), replace(ADA, sees_internal=False)
    known = gateway.issue("OPS-4", customers, parts)
    tell_kind(jira, "OPS-4", None)

    unknown, among_members = gateway.issue("OPS-4", customers, parts), gateway.issue("OPS-4", ADA, parts)

    assert known.events
    assert unknown.events == ()
    assert among_members.events == known.events


def test_a_comment_without_any_sign_is_kept_from_customers_of_a_service_desk_and_shown_elsewhere(
    gateway: JiraGateway, jira: JiraStandIn
) -> None:
    key = next(key for key, issue in jira.issues.items() if issue.comments and key.startswith("OPS"))
    for comment in jira.issue(key).comments:
        del comment["jsdPublic"]
        comment.pop("properties", None)
    customers = replace(ADA, sees_internal=False)

    ordinary = gateway.issue(key, customers).comments
    tell_kind(jira, key, "service_desk")

    assert ordinary
    assert gateway.issue(key, customers).comments == ()
    assert len(gateway.issue(key, ADA).comments) == len(ordinary)


def test_a_link_to_what_may_not_be_seen_is_left_out(gateway: JiraGateway, jira: JiraStandIn) -> None:
    kind = {"id": "1", "name": "Relates", "inward": "relates to", "outward": "relates to"}
    for key in ("OPS-2", "OPS-3"):
        about = {"key": key, "id": jira.issue(key).id, "fields": {"summary": f"about {key}"}}
        jira.issue("OPS-1").fields["issuelinks"].append({"id": key, "type": kind, "outwardIssue": about})
    jira.restrict("OPS-3", jira.bot.account_id)

    assert [link.key for link in gateway.issue("OPS-1", ADA).links] == ["OPS-2"]
