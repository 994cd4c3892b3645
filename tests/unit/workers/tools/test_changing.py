"""The tools that change issues read first, say exactly what would change, and answer what does not fit."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.jira import catalogue
from sandbox.jira.site import User
from sandbox.jira.standin import JiraStandIn
from workers.changes.carrier import Carrier
from workers.proposals import Comment, Link, Move, Update
from workers.tools.toolbox import LONGEST_ERROR, Toolbox

MakeToolbox = Callable[..., Toolbox]


def only(changes: Any) -> Any:
    (change,) = changes.changes
    return change


def writes(jira: JiraStandIn) -> list[str]:
    return [call["route"] for call in jira.calls if call["method"] != "GET" and "search" not in call["route"]
            and "permissions" not in call["route"]]  # fmt: skip


def test_a_comment_says_who_asked_and_changes_nothing_yet(toolbox: Toolbox, jira: JiraStandIn, changes: Any) -> None:
    answer = toolbox.run("jira_add_comment", "t1", {"key": "ops-1", "body": "It **drips**."})

    change = only(changes)
    assert isinstance(change, Comment)
    assert (change.key, change.body, change.is_internal, change.is_for_customers) == (
        "OPS-1",
        "It **drips**.",
        False,
        False,
    )
    assert change.said_by == "From Ada via "
    assert answer.issue_keys == ("OPS-1",)
    assert writes(jira) == []


def test_the_same_call_after_a_crash_is_the_same_change(toolbox: Toolbox, changes: Any) -> None:
    for _ in range(2):
        toolbox.run("jira_add_comment", "t1", {"key": "OPS-1", "body": "x"})
    toolbox.run("jira_add_comment", "t2", {"key": "OPS-1", "body": "x"})

    first, again, other = (change.id for change in changes.changes)
    assert first == again != other


@pytest.mark.parametrize(
    ("given", "internal", "customers"),
    [({}, True, False), ({"audience": "internal"}, True, False), ({"audience": "customers"}, False, True)],
)
def test_a_comment_on_a_service_desk_is_internal_unless_said_otherwise(
    toolbox: Toolbox, jira: JiraStandIn, changes: Any, given: dict[str, Any], internal: bool, customers: bool
) -> None:
    jira.issue("OPS-1").fields["project"] = {
        **jira.issue("OPS-1").fields["project"],
        "projectTypeKey": "service_desk",
    }

    toolbox.run("jira_add_comment", "t1", {"key": "OPS-1", "body": "x", **given})

    change = only(changes)
    assert (change.is_internal, change.is_for_customers) == (internal, customers)
    assert bool(change.said_by) is not customers


def test_fields_are_shown_from_and_to_by_their_names(toolbox: Toolbox, changes: Any) -> None:
    given = {"key": "OPS-4", "priority": "highest", "fields": {"due date": "2027-01-31"}, "add_labels": "vpn, calendar"}

    answer = toolbox.run("jira_update_issue", "t1", given)

    assert not answer.is_error
    change = only(changes)
    assert isinstance(change, Update)
    shown = {field.spec.name: (field.old, field.new, field.add) for field in change.fields}
    assert shown == {
        "Due date": ("none", "2027-01-31", ()),
        "Priority": ("Low", "Highest", ()),
        "Labels": ("calendar", "", ("vpn",)),
    }


def test_an_assignee_is_found_by_address_and_named_as_jira_names_them(toolbox: Toolbox, changes: Any) -> None:
    toolbox.run("jira_update_issue", "t1", {"key": "OPS-4", "assignee": "grace@example.com"})

    (field,) = only(changes).fields
    assert (field.old, field.new) == ("none", "Grace Moreno")
    assert list(only(changes).accounts) == ["Grace Moreno"]


def test_a_namesake_is_somebody_else(toolbox: Toolbox, jira: JiraStandIn, changes: Any) -> None:
    other = User("5b10a2844c20165700ede0ff", "Grace Moreno", "grace.two@example.com")
    jira.site.users[other.account_id] = other

    toolbox.run("jira_update_issue", "t1", {"key": "OPS-3", "assignee": "grace.two@example.com"})

    change = only(changes)
    ((old, new),) = [(field.old, field.new) for field in change.fields]
    assert (old, new) == ("Grace Moreno (grace@example.com)", "Grace Moreno")
    carrier = Carrier(toolbox._context.jira.changes)
    assert not carrier.is_there(change)
    carrier.carry(change)
    assert jira.issue("OPS-3").fields["assignee"]["accountId"] == other.account_id
    assert carrier.is_there(change)


def test_two_of_one_name_stay_two(toolbox: Toolbox, jira: JiraStandIn, changes: Any) -> None:
    ops = jira.site.projects["OPS"]
    kinds = tuple(dataclasses.replace(kind, screen=(*kind.screen, "customfield_10060")) for kind in ops.types)
    jira.site.projects["OPS"] = dataclasses.replace(ops, types=kinds)
    issue = jira.issue("OPS-3")
    issue.type = next(kind for kind in kinds if kind.id == issue.type.id)
    other = User("5b10a2844c20165700ede0ff", "Grace Moreno", "grace.two@example.com")
    jira.site.users[other.account_id] = other

    given = {"key": "OPS-3", "fields": {"Approvers": ["grace@example.com", "grace.two@example.com"]}}
    toolbox.run("jira_update_issue", "t1", given)

    change = only(changes)
    assert [field.new for field in change.fields] == [("Grace Moreno", "Grace Moreno (grace.two@example.com)")]
    carrier = Carrier(toolbox._context.jira.changes)
    carrier.carry(change)
    held = [each["accountId"] for each in issue.fields["customfield_10060"]]
    assert held == [catalogue.GRACE.account_id, other.account_id]
    assert carrier.is_there(change)


def test_a_field_can_be_emptied_unless_jira_needs_it(toolbox: Toolbox, changes: Any) -> None:
    toolbox.run("jira_update_issue", "t1", {"key": "OPS-3", "assignee": "unassigned"})
    refused = toolbox.run("jira_update_issue", "t2", {"key": "OPS-3", "fields": {"Summary": None}})

    (field,) = only(changes).fields
    assert (field.old, field.new) == ("Grace Moreno", "")
    assert refused.is_error
    assert "Summary can't be emptied" in refused.content


def test_what_is_so_already_is_said_and_not_proposed(toolbox: Toolbox, changes: Any) -> None:
    same = toolbox.run("jira_update_issue", "t1", {"key": "OPS-4", "priority": "low"})
    moved = toolbox.run("jira_transition_issue", "t2", {"key": "OPS-4", "to_status": "to do"})

    assert "has that already" in same.content
    assert "is in To Do already" in moved.content
    assert not same.is_error
    assert changes.changes == []


def test_wrong_fields_and_values_are_answered_with_what_there_is(toolbox: Toolbox, changes: Any) -> None:
    given = {"key": "OPS-4", "priority": "urgent", "fields": {"mood": "bad"}}

    answer = toolbox.run("jira_update_issue", "t1", given)

    assert answer.is_error
    assert "Highest, High, Medium, Low, Lowest" in answer.content
    assert "no field 'mood'" in answer.content
    assert len(answer.content) <= LONGEST_ERROR
    assert changes.changes == []


@pytest.mark.parametrize("wanted", ["In Progress", "in progress", "start PROGRESS"])
def test_a_status_is_reached_by_its_name_or_that_of_the_move(toolbox: Toolbox, changes: Any, wanted: str) -> None:
    toolbox.run("jira_transition_issue", "t1", {"key": "OPS-4", "to_status": wanted})

    change = only(changes)
    assert isinstance(change, Move)
    assert (change.from_status, change.to_status) == ("To Do", "In Progress")


def test_of_many_values_it_is_said_how_to_find_the_others(toolbox: Toolbox, jira: JiraStandIn) -> None:
    issue = jira.issue("OPS-4")
    given = {"key": "OPS-4", "fields": {"Components": "the moon"}}

    few = toolbox.run("jira_update_issue", "t1", given)
    parts = tuple((str(20_000 + number), f"Part {number:03d}") for number in range(40))
    issue.project = dataclasses.replace(issue.project, components=parts)
    many = toolbox.run("jira_update_issue", "t2", given)

    assert "jira_create_options" not in few.content
    assert "and 15 more" in many.content
    assert "Other allowed values: jira_create_options" in many.content


def test_a_sprint_is_named_as_people_name_it(toolbox: Toolbox, jira: JiraStandIn, changes: Any) -> None:
    issue = jira.issue("OPS-4")
    issue.type = dataclasses.replace(issue.type, screen=(*issue.type.screen, "customfield_10020"))

    unknown = toolbox.run("jira_update_issue", "t1", {"key": "OPS-4", "fields": {"Sprint": "Sprint 99"}})
    toolbox.run("jira_update_issue", "t2", {"key": "OPS-4", "fields": {"sprint": "sprint 12"}})
    before = [call["route"] for call in jira.calls if "agile" in call["route"]]
    toolbox.run("jira_update_issue", "t3", {"key": "OPS-4", "priority": "High"})

    assert "Sprint: 'Sprint 99' is not one of" in unknown.content
    assert [field.new for field in changes.changes[0].fields] == ["Sprint 12"]
    Carrier(toolbox._context.jira.changes).carry(changes.changes[0])
    assert [each["name"] for each in issue.fields["customfield_10020"]] == ["Sprint 12"]
    assert [call["route"] for call in jira.calls if "agile" in call["route"]] == before


def test_a_status_out_of_reach_is_answered_with_those_in_reach(toolbox: Toolbox) -> None:
    answer = toolbox.run("jira_transition_issue", "t1", {"key": "OPS-4", "to_status": "Blocked"})

    assert answer.is_error
    assert "OPS-4 is in To Do" in answer.content
    assert "In Progress (by 'Start progress')" in answer.content


def test_a_move_that_needs_a_resolution_names_those_there_are(toolbox: Toolbox, changes: Any) -> None:
    answer = toolbox.run("jira_transition_issue", "t1", {"key": "OPS-15", "to_status": "Done"})
    given = {"key": "OPS-15", "to_status": "Done", "resolution": "won't do"}
    toolbox.run("jira_transition_issue", "t2", given)

    assert answer.is_error
    assert "needs a resolution" in answer.content
    assert "Won't Do, Duplicate" in answer.content
    assert only(changes).resolution == "Won't Do"


def test_a_comment_on_a_move_waits_for_the_move(toolbox: Toolbox, changes: Any) -> None:
    toolbox.run("jira_transition_issue", "t1", {"key": "OPS-4", "to_status": "Done", "comment": "Fixed."})

    move, comment = changes.changes
    assert comment.after == move.id
    assert comment.number > move.number


@pytest.mark.parametrize(
    ("relation", "words", "inward"),
    [
        ("blocks", "blocks", False),
        ("is blocked by", "is blocked by", True),
        ("Duplicates", "duplicates", False),
        ("relates_to", "relates to", False),
        ("Relates", "relates to", False),
    ],
)
def test_a_link_is_named_by_what_one_issue_says_of_the_other(
    toolbox: Toolbox, changes: Any, relation: str, words: str, inward: bool
) -> None:
    toolbox.run("jira_link_issues", "t1", {"key": "OPS-4", "other_key": "WEB-1", "relation": relation})

    change = only(changes)
    assert isinstance(change, Link)
    assert (change.key, change.relation, change.other, change.is_inward) == ("OPS-4", words, "WEB-1", inward)


def test_an_unknown_relation_is_answered_with_those_there_are(toolbox: Toolbox) -> None:
    answer = toolbox.run("jira_link_issues", "t1", {"key": "OPS-4", "other_key": "WEB-1", "relation": "hates"})

    assert answer.is_error
    assert "blocks, is blocked by" in answer.content


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("jira_add_comment", {"body": "x"}),
        ("jira_update_issue", {"priority": "High"}),
        ("jira_transition_issue", {"to_status": "Done"}),
        ("jira_link_issues", {"other_key": "OPS-1"}),
    ],
)
def test_what_the_asker_may_not_see_cannot_be_changed(
    toolbox: Toolbox, jira: JiraStandIn, changes: Any, name: str, more: dict[str, Any]
) -> None:
    jira.restrict("OPS-2", "somebody-else")

    closed = toolbox.run(name, "t1", {"key": "SECRET-1", **more})
    hidden = toolbox.run(name, "t2", {"key": "OPS-2", **more})

    assert closed.is_error
    assert hidden.is_error
    assert changes.changes == []


def test_more_than_a_person_can_check_on_a_card_is_refused(toolbox: Toolbox, changes: Any) -> None:
    answer = toolbox.run("jira_add_comment", "t1", {"key": "OPS-1", "body": "word " * 3_000})

    assert answer.is_error
    assert "split it" in answer.content
    assert changes.changes == []
