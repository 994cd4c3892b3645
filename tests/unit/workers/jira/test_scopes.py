"""A good token that was not made for every call: what is optional does without, a dead one is still told."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from sandbox.faults import Fault
from sandbox.jira import catalogue
from sandbox.jira.standin import JiraStandIn
from tests.unit.workers.jira.readers import ADA
from workers.errors import Misconfigured
from workers.jira.gateway import JiraGateway
from workers.jira.jql import IssueQuery

MakeGateway = Callable[..., JiraGateway]

NO_SCOPE = {"code": 401, "message": "Unauthorized; scope does not match"}
DEAD = {"message": "Client must be authenticated to access this resource.", "status-code": 401}
BOARDS = "GET agile/board"


@pytest.fixture
def jira() -> JiraStandIn:
    """Return a Jira whose screen for a change has a sprint."""
    jira = JiraStandIn()
    ops = jira.site.projects["OPS"]
    jira.site.projects["OPS"] = dataclasses.replace(ops, types=(*ops.types, catalogue.CHANGE))
    return jira


def refuse(jira: JiraStandIn, operation: str, body: dict[str, object] = NO_SCOPE) -> None:
    jira.faults.add(Fault(operation=operation, kind="status", status=401, body=body, times=-1))


def test_a_token_that_may_not_read_boards_still_reads_a_screen_with_a_sprint(
    gateway: JiraGateway, jira: JiraStandIn
) -> None:
    refuse(jira, BOARDS)

    screen = {spec.name: spec for spec in gateway.create_screen("OPS", "Change")}

    assert screen["Sprint"].options == ()
    assert screen["Severity"].options != ()


def test_a_dead_token_is_told_from_one_without_a_scope(gateway: JiraGateway, jira: JiraStandIn) -> None:
    refuse(jira, BOARDS, DEAD)
    refuse(jira, "GET myself")

    with pytest.raises(Misconfigured, match="attention") as dead:
        gateway.create_screen("OPS", "Change")
    with pytest.raises(Misconfigured) as scopeless:
        gateway.who_am_i()

    assert "expired" in dead.value.operator_message
    assert "scope" in scopeless.value.operator_message


def test_a_token_that_may_not_ask_about_all_issues_at_once_asks_one_by_one(
    gateway: JiraGateway, jira: JiraStandIn
) -> None:
    jira.let_bot(administer=True, browse_users=True)
    refuse(jira, "POST permissions/check")

    assert len(gateway.search(IssueQuery(projects=("WEB",), status="any", limit=5), ADA).issues) == 5


def test_what_cannot_be_read_for_want_of_a_scope_is_not_taken_for_open(gateway: JiraGateway, jira: JiraStandIn) -> None:
    jira.let_bot(administer=True, browse_users=True)
    refuse(jira, "GET project/{project}/permissionscheme")

    assert not gateway.sight.is_open_to_all("OPS")
