"""Changes as they are proposed and then made: nothing is lost or shown to others between the two."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from sandbox.jira.fields import FIELDS
from sandbox.jira.standin import JiraStandIn
from workers.changes.carrier import Carrier
from workers.duplicates.joining import comment_of
from workers.errors import JiraRefused
from workers.records import Conversation, Draft
from workers.tools.toolbox import Toolbox

TEAM = "customfield_10050"


def only(changes: Any) -> Any:
    (change,) = changes.changes
    return change


def test_a_word_for_nothing_is_a_value_where_the_field_offers_it(
    toolbox: Toolbox, changes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    impact = dataclasses.replace(FIELDS[TEAM], options=(("1", "None"), ("2", "All")))
    monkeypatch.setitem(FIELDS, TEAM, impact)

    toolbox.run("jira_update_issue", "t1", {"key": "OPS-4", "fields": {"Team": "none"}})
    toolbox.run("jira_update_issue", "t2", {"key": "OPS-4", "fields": {"Due date": "none"}})

    assert [field.new for change in changes.changes for field in change.fields] == ["None"]


def test_labels_that_come_and_go_are_one_change_with_labels_that_are_given_whole(
    toolbox: Toolbox, jira: JiraStandIn, changes: Any
) -> None:
    given = {"key": "OPS-4", "fields": {"Labels": "vpn, wifi"}, "add_labels": ["new"], "remove_labels": ["wifi"]}
    toolbox.run("jira_update_issue", "t1", given)

    (field,) = only(changes).fields
    assert field.new == ("vpn", "new")
    Carrier(toolbox._context.jira.changes).carry(only(changes))
    assert sorted(jira.issue("OPS-4").fields["labels"]) == ["new", "vpn"]


def test_a_comment_stays_from_customers_where_the_issue_was_moved_since(
    toolbox: Toolbox, jira: JiraStandIn, changes: Any
) -> None:
    toolbox.run("jira_add_comment", "t1", {"key": "OPS-1", "body": "Only for us."})
    assert not only(changes).is_internal
    project = jira.issue("OPS-1").fields["project"]

    jira.issue("OPS-1").fields["project"] = {**project, "projectTypeKey": "service_desk"}
    Carrier(toolbox._context.jira.changes).carry(only(changes))

    assert jira.issue("OPS-1").comments[-1]["properties"][-1]["key"] == "sd.public.comment"


def test_no_comment_is_added_where_the_issue_was_moved_to_a_closed_project(
    toolbox: Toolbox, jira: JiraStandIn, changes: Any
) -> None:
    before = len(jira.issue("OPS-1").comments)
    toolbox.run("jira_add_comment", "t1", {"key": "OPS-1", "body": "x"})
    project = jira.issue("OPS-1").fields["project"]

    jira.issue("OPS-1").fields["project"] = {**project, "key": "SECRET"}

    with pytest.raises(JiraRefused):
        Carrier(toolbox._context.jira.changes).carry(only(changes))
    assert len(jira.issue("OPS-1").comments) == before


def test_a_report_stays_from_customers_where_the_issue_that_it_joins_was_moved(
    toolbox: Toolbox, jira: JiraStandIn
) -> None:
    project = jira.issue("OPS-1").fields["project"]
    jira.issue("OPS-1").fields["project"] = {**project, "projectTypeKey": "service_desk"}
    where = Conversation(team_id="T1", channel_id="C1", thread_ts="1.2")
    about = {"id": "d1", "conversation": where, "turn_ts": "1.2", "asker_id": "U1", "created_at": 1}
    draft = Draft.model_validate({**about, "project": "OPS", "issue_type": "Task", "summary": "VPN drops"})

    toolbox._context.jira.changes.comment(comment_of(draft, "OPS-1"))

    assert jira.issue("OPS-1").comments[-1]["properties"][-1]["key"] == "sd.public.comment"
