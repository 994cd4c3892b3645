"""Moves to another status: by the very way that was shown, with what its screen asks for and the issue lacks."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from sandbox.jira import catalogue
from sandbox.jira.site import Issue, user_shape
from sandbox.jira.standin import JiraStandIn
from workers.changes.carrier import Carrier, Stale
from workers.proposals import CHANGE, Move, Proposal
from workers.records import Conversation
from workers.tools.toolbox import Toolbox
from workers.views.action_card import action_card

TEAM = "customfield_10050"
RESOLVE, CLOSE = ("41", "Resolve", "Done"), ("42", "Close as duplicate", "Done")
ELSEWHERE = ("31", "Done", "In Progress")


@pytest.fixture
def issue(jira: JiraStandIn) -> Issue:
    """Return a bug that is to be done."""
    return jira.issue("OPS-4")


def lead(issue: Issue, *ways: tuple[str, str, str]) -> None:
    """Give the issue's project these ways, and the one that begins work."""
    issue.project = dataclasses.replace(issue.project, transitions=(("21", "Start progress", "In Progress"), *ways))
    issue.fields["status"] = {**issue.fields["status"], "name": "To Do"}


def move(toolbox: Toolbox, to_status: str, **more: Any) -> Any:
    return toolbox.run("jira_transition_issue", "t1", {"key": "OPS-4", "to_status": to_status, **more})


def only(changes: Any) -> Move:
    (change,) = changes.changes
    assert isinstance(change, Move)
    return change


def carrier(toolbox: Toolbox) -> Carrier:
    return Carrier(toolbox._context.jira.changes)


def taken(jira: JiraStandIn) -> list[str]:
    """Return the ids of the ways that were taken."""
    return [call["body"]["transition"]["id"] for call in jira.calls if call["route"] == "POST issue/{key}/transitions"]


def card_of(change: Move) -> str:
    where = Conversation(team_id="T1", channel_id="C1", thread_ts="1.2")
    proposal = Proposal(id="p1", conversation=where, turn_ts="1.2", asker_id="U1", created_at=1, changes=(change,))
    return str(action_card(proposal)[0])


def test_the_way_that_was_chosen_is_the_one_that_is_taken(
    toolbox: Toolbox, jira: JiraStandIn, changes: Any, issue: Issue
) -> None:
    lead(issue, RESOLVE, CLOSE)

    move(toolbox, "close as DUPLICATE")
    carrier(toolbox).carry(only(changes))

    assert taken(jira) == ["42"]


def test_a_status_is_meant_before_a_way_of_that_name(
    toolbox: Toolbox, jira: JiraStandIn, changes: Any, issue: Issue
) -> None:
    lead(issue, ELSEWHERE, RESOLVE)

    move(toolbox, "Done")
    carrier(toolbox).carry(only(changes))

    assert only(changes).to_status == "Done"
    assert taken(jira) == ["41"]


def test_the_card_names_the_way_where_the_status_does_not(toolbox: Toolbox, changes: Any, issue: Issue) -> None:
    lead(issue, RESOLVE, CLOSE)

    move(toolbox, "done")
    change = only(changes)

    assert "(by “Resolve”)" in card_of(change)
    assert "leads to Done, too: Close as duplicate." in card_of(change)
    assert "(by" not in card_of(change.model_copy(update={"way": "done"}))


def test_a_way_that_leads_elsewhere_by_now_is_shown_anew(
    toolbox: Toolbox, jira: JiraStandIn, changes: Any, issue: Issue
) -> None:
    lead(issue, RESOLVE, CLOSE)
    move(toolbox, "Close as duplicate", resolution="Duplicate")
    lead(issue, RESOLVE, ("42", "Close as duplicate", "In Progress"))

    with pytest.raises(Stale) as stale:
        carrier(toolbox).carry(only(changes))

    assert taken(jira) == []
    shown_anew = stale.value.change
    assert "(by “Resolve”)" in card_of(shown_anew)  # type: ignore[arg-type]
    carrier(toolbox).carry(shown_anew)
    assert taken(jira) == ["41"]


def test_a_move_that_was_stored_before_ways_were_is_still_made(
    toolbox: Toolbox, jira: JiraStandIn, changes: Any, issue: Issue
) -> None:
    lead(issue, RESOLVE)
    move(toolbox, "Done")
    stored = CHANGE.dump_python(only(changes), mode="json")

    old = CHANGE.validate_python({name: part for name, part in stored.items() if name not in ("way", "way_id")})
    carrier(toolbox).carry(old)

    assert taken(jira) == ["41"]


@pytest.mark.parametrize("given", [{"Team": "payments"}, {}], ids=["given again", "not given"])
def test_a_required_field_that_holds_its_value_is_not_asked_for(
    toolbox: Toolbox, changes: Any, issue: Issue, given: dict[str, str]
) -> None:
    issue.type = dataclasses.replace(issue.type, transition_fields={"Start progress": (TEAM,)})
    lead(issue)
    issue.fields[TEAM] = {"id": "10302", "value": "Payments"}

    answer = move(toolbox, "In Progress", fields=given)

    assert not answer.is_error, answer.content
    assert len(changes.changes) == 1
    carrier(toolbox).carry(only(changes))
    assert issue.fields["status"]["name"] == "In Progress"
    assert issue.fields[TEAM]["value"] == "Payments"


def test_a_required_field_that_is_empty_is_asked_for(toolbox: Toolbox, changes: Any, issue: Issue) -> None:
    issue.type = dataclasses.replace(issue.type, transition_fields={"Start progress": (TEAM,)})
    lead(issue)
    issue.fields[TEAM] = None

    answer = move(toolbox, "In Progress")

    assert "- Team: Platform, Identity, Payments, Workplace" in answer.content
    assert changes.changes == []


def test_a_list_and_people_that_stay_are_sent_along_as_they_are(
    toolbox: Toolbox, changes: Any, issue: Issue, jira: JiraStandIn
) -> None:
    issue.type = dataclasses.replace(
        issue.type, transition_fields={"Start progress": ("assignee", "components", "labels", "customfield_10053")}
    )
    lead(issue)
    issue.fields["assignee"] = user_shape(catalogue.GRACE)
    issue.fields["components"] = [catalogue.component_shape("10100", "Network")]
    issue.fields |= {"labels": ["vpn"], "customfield_10053": 12}

    assert not move(toolbox, "In Progress").is_error
    carrier(toolbox).carry(only(changes))

    (call,) = [each for each in jira.calls if each["route"] == "POST issue/{key}/transitions"]
    assert call["body"]["fields"] == {
        "assignee": {"accountId": catalogue.GRACE.account_id},
        "components": [{"id": "10100"}],
        "labels": ["vpn"],
        "customfield_10053": 12,
    }
    assert issue.fields["status"]["name"] == "In Progress"
