"""Faults, limits and the log of calls."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from jira import JIRA, JIRAError

from sandbox.faults import Fault
from sandbox.jira.standin import JiraStandIn


def test_a_dropped_answer_leaves_the_issue_behind(api: Any, jira: JiraStandIn) -> None:
    before = len(jira.issues)
    jira.faults.add(Fault(operation="POST issue", kind="drop_after"))
    with pytest.raises(requests.ConnectionError):
        api.create()
    assert len(jira.issues) == before + 1
    assert (jira.calls[-1]["route"], jira.calls[-1]["status"]) == ("POST issue", 0)


def test_a_dropped_request_leaves_nothing_behind(api: Any, jira: JiraStandIn) -> None:
    before = len(jira.issues)
    jira.faults.add(Fault(operation="POST issue", kind="drop_before"))
    with pytest.raises(requests.ConnectionError):
        api.create()
    assert len(jira.issues) == before


def test_a_status_comes_with_its_headers_and_only_as_often_as_told(api: Any, jira: JiraStandIn) -> None:
    headers = {"Retry-After": "7"}
    jira.faults.add(Fault(operation="POST search/jql", kind="status", status=503, headers=headers, body={"a": 1}))
    reply = api.post("search/jql", {"jql": "project = OPS"})
    assert (reply.status_code, reply.headers["Retry-After"], reply.json()) == (503, "7", {"a": 1})
    assert api.keys("project = OPS")


def test_the_library_without_retries_meets_a_fault_once(client: JIRA, jira: JiraStandIn) -> None:
    jira.faults.add(Fault(operation="GET issue/{key}", kind="status", status=503, headers={"Retry-After": "1"}))
    with pytest.raises(JIRAError) as refused:
        client.issue("OPS-1")
    assert refused.value.status_code == 503
    assert len(jira.calls) == 1


def test_faults_match_the_route_and_not_the_key(api: Any, jira: JiraStandIn) -> None:
    jira.faults.add(Fault(operation="GET issue/{key}", kind="status", status=500))
    assert api.get("issue/createmeta/OPS/issuetypes").status_code == 200
    assert api.get("issue/OPS-1").status_code == 500


def test_calls_are_logged_with_body_query_and_status(api: Any, jira: JiraStandIn) -> None:
    api.create(summary="")
    api.get("issue/OPS-1?fields=summary")
    create, read = jira.calls
    assert (create["method"], create["route"], create["status"]) == ("POST", "POST issue", 400)
    assert create["body"]["fields"]["summary"] == ""
    assert (read["path"], read["query"]) == ("/rest/api/3/issue/OPS-1", {"fields": "summary"})


def test_a_burst_is_limited_per_endpoint(api: Any, jira: JiraStandIn) -> None:
    jira.clock.freeze()
    jira.limits.burst_per_second = 3
    replies = [api.get("myself") for _ in range(4)]
    assert [reply.status_code for reply in replies[:3]] == [200, 200, 200]
    assert replies[3].status_code == 429
    assert replies[3].headers["RateLimit-Reason"] == "jira-burst-based"
    assert replies[3].headers["Retry-After"] == "1"
    assert replies[2].headers["X-RateLimit-Limit"] == "3"
    assert api.get("field").status_code == 200


def test_writes_to_one_issue_are_limited_and_time_heals(api: Any, jira: JiraStandIn) -> None:
    jira.clock.freeze()
    jira.limits.per_issue = True
    for _ in range(100):
        jira.clock.advance(0.2)
        assert api.put("issue/OPS-1/properties/a", 1).status_code in (200, 201)
    refused = api.put("issue/OPS-1/properties/a", 1)
    assert refused.status_code == 429
    assert refused.headers["RateLimit-Reason"] == "jira-per-issue-on-write"
    assert api.put("issue/OPS-2/properties/a", 1).status_code == 201
    assert api.get("issue/OPS-1").status_code == 200
    jira.clock.advance(float(refused.headers["Retry-After"]))
    assert api.put("issue/OPS-1/properties/a", 1).status_code == 200
