from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from sandbox.faults import Fault
from sandbox.jira.standin import JiraStandIn
from workers.errors import Misconfigured, StateUnavailable
from workers.records import Draft
from workers.tools.toolbox import LONGEST_ERROR, Toolbox
from workers.views.tasks import NOT_YET

MakeToolbox = Callable[..., Toolbox]


def test_the_tools_are_few_short_and_the_same_for_everybody(make_toolbox: MakeToolbox) -> None:
    ours, theirs = make_toolbox(), make_toolbox(email=None, jira_projects="WEB")

    definitions = json.dumps(ours.definitions())

    assert definitions == json.dumps(theirs.definitions())
    assert len(definitions) < 9_200
    names = ["jira_search", "jira_get_issue", "jira_create_options", "jira_create_issue"]
    names += ["jira_add_comment", "jira_update_issue", "jira_transition_issue", "jira_link_issues"]
    names += ["knowledge_search"]
    assert [tool["name"] for tool in ours.definitions()] == names


def test_every_argument_is_described_and_only_the_needed_ones_are_required() -> None:
    tools = {tool["name"]: tool["input_schema"] for tool in Toolbox.definitions()}

    assert all(about["description"] for schema in tools.values() for about in schema["properties"].values())
    assert {name: schema.get("required", []) for name, schema in tools.items()} == {
        "jira_search": [],
        "jira_get_issue": ["key"],
        "jira_create_options": [],
        "jira_create_issue": ["issue_type", "summary"],
        "jira_add_comment": ["key", "body"],
        "jira_update_issue": ["key"],
        "jira_transition_issue": ["key", "to_status"],
        "jira_link_issues": ["key", "other_key"],
        "knowledge_search": [],
    }


def test_an_unknown_tool_is_answered_with_the_tools_there_are(toolbox: Toolbox) -> None:
    answer = toolbox.run("jira_delete_everything", "t1", {})

    assert answer.is_error
    assert "jira_search" in answer.content


def test_names_match_in_any_case_and_unknown_arguments_are_ignored(toolbox: Toolbox) -> None:
    answer = toolbox.run("Jira_Search", "t1", {"Status": "ANY", "Limit": "3", "project": None, "mood": "bad"})

    assert not answer.is_error
    assert len(answer.issue_keys) == 3


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("jira_get_issue", {}, "key: Field required"),
        ("jira_get_issue", {"key": None}, "key: Field required"),
        ("jira_get_issue", "OPS-1", "input"),
        ("jira_get_issue", None, "input"),
        ("jira_search", {"status": "sideways"}, "status: Input should be 'open', 'done' or 'any'"),
        ("jira_search", {"limit": "many"}, "limit"),
        ("jira_create_issue", {"issue_type": "Bug", "summary": "x", "fields": "no object"}, "fields"),
    ],
)
def test_wrong_arguments_are_answered_with_what_to_correct(
    toolbox: Toolbox, jira: JiraStandIn, name: str, given: object, words: str
) -> None:
    answer = toolbox.run(name, "t1", given)

    assert answer.is_error
    assert words in answer.content
    assert "http" not in answer.content
    assert jira.calls == []


def test_jira_down_is_an_answer_that_the_model_can_pass_on(toolbox: Toolbox, jira: JiraStandIn) -> None:
    jira.faults.add(Fault(operation="*", kind="status", times=-1, status=503))

    answer = toolbox.run("jira_search", "t1", {"keywords": ["vpn"]})

    assert answer.is_error
    assert "nothing was written" in answer.content


def test_a_long_pause_that_jira_asks_for_is_said(toolbox: Toolbox, jira: JiraStandIn) -> None:
    jira.faults.add(Fault(operation="*", kind="status", times=-1, status=429, headers={"Retry-After": "120"}))

    assert "120 s" in toolbox.run("jira_search", "t1", {}).content


def test_a_wrong_token_ends_the_turn_for_the_operator(make_toolbox: MakeToolbox) -> None:
    with pytest.raises(Misconfigured):
        make_toolbox(jira_api_token="wrong").run("jira_search", "t1", {})


def test_an_error_is_short_and_carries_no_address(toolbox: Toolbox, jira: JiraStandIn) -> None:
    body = {"errorMessages": ["x" * 5_000], "errors": {}}
    jira.faults.add(Fault(operation="*", kind="status", times=-1, status=400, body=body))

    answer = toolbox.run("jira_search", "t1", {})

    assert answer.is_error
    assert len(answer.content) <= LONGEST_ERROR


def test_a_desk_without_state_is_not_hidden_from_the_queue(make_toolbox: MakeToolbox, desk: object) -> None:
    def fail(_draft: Draft, _reader: object, **_: object) -> str:
        raise StateUnavailable("ConnectionError")

    desk.propose = fail  # type: ignore[attr-defined]

    with pytest.raises(StateUnavailable):
        make_toolbox().run("jira_create_issue", "t1", {"issue_type": "Task", "summary": "x"})


def test_a_tool_that_breaks_is_an_answer_without_its_reason(make_toolbox: MakeToolbox, desk: object) -> None:
    def fail(_draft: Draft, _reader: object, **_: object) -> str:
        raise RuntimeError("secret detail")

    desk.propose = fail  # type: ignore[attr-defined]

    answer = make_toolbox().run("jira_create_issue", "t1", {"issue_type": "Task", "summary": "x"})

    assert answer.is_error
    assert "secret" not in answer.content


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"issue_type": "Bug"}, "required field"),
        ({"issue_type": "Task", "priority": "P1"}, "does not fit"),
        ({"issue_type": "Task", "project": "NOPE"}, "project is not open"),
    ],
)
def test_what_a_draft_lacks_is_said_to_people_as_what_it_is(toolbox: Toolbox, given: dict[str, str], said: str) -> None:
    answer = toolbox.run("jira_create_issue", "t1", {"summary": "VPN drops"} | given)

    assert answer.is_error
    assert said in NOT_YET[answer.error_kind]


def test_that_jira_is_closed_to_whoever_asks_is_said_as_that(make_toolbox: MakeToolbox) -> None:
    answer = make_toolbox(is_open=False).run("jira_create_issue", "t1", {"issue_type": "Task", "summary": "VPN drops"})

    assert "full members" in NOT_YET[answer.error_kind]
