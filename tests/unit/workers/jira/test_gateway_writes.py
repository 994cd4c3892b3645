from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import redis

from sandbox.faults import Fault
from sandbox.jira.standin import JiraStandIn
from tests.unit.workers.jira.readers import ADA
from workers.errors import FilingUncertain, JiraRefused, JiraUnavailable, Misconfigured, ToolError
from workers.jira import connection
from workers.jira.gateway import JiraGateway
from workers.state.metrics import Metrics, sums

MakeGateway = Callable[..., JiraGateway]
MARKER = "sb-0123456789ab"


def payload(project: str = "OPS", kind: str = "Task", **fields: Any) -> dict[str, Any]:
    given = {"project": {"key": project}, "issuetype": {"name": kind}, "summary": "VPN drops", "labels": [MARKER]}
    sign = {"draft": "d1", "marker": MARKER, "slack": "https://example.slack.com/archives/C1/p1"}
    return {"fields": given | fields, "properties": [{"key": "supportbot", "value": sign}]}


def creates(jira: JiraStandIn) -> list[dict[str, Any]]:
    return [call for call in jira.calls if call["method"] == "POST" and call["route"] == "POST issue"]


def test_a_create_is_one_post_and_returns_key_id_and_link(gateway: JiraGateway, jira: JiraStandIn) -> None:
    created = gateway.create(payload())

    assert jira.issue(created.key).id == created.id
    assert created.url == f"https://jira.example.com/browse/{created.key}"
    assert jira.issue(created.key).properties["supportbot"]["marker"] == MARKER
    assert len(creates(jira)) == 1


def test_a_create_in_a_closed_project_is_refused_before_jira_is_asked(gateway: JiraGateway, jira: JiraStandIn) -> None:
    with pytest.raises(ToolError, match="OPS, WEB"):
        gateway.create(payload("SECRET"))

    assert jira.calls == []


def test_a_refused_create_names_its_fields(gateway: JiraGateway, jira: JiraStandIn) -> None:
    before = len(jira.issues)

    with pytest.raises(JiraRefused) as refused:
        gateway.create(payload(kind="Bug"))

    assert refused.value.status == 400
    assert "customfield_10050" in refused.value.field_errors
    assert len(jira.issues) == before


@pytest.mark.parametrize(
    ("fault", "raised", "added"),
    [
        ({"kind": "drop_after"}, FilingUncertain, 1),
        ({"kind": "drop_before"}, FilingUncertain, 0),
        ({"kind": "status", "status": 408}, FilingUncertain, 0),
        ({"kind": "status", "status": 500}, FilingUncertain, 0),
        ({"kind": "status", "status": 503, "headers": {"Retry-After": "1"}}, FilingUncertain, 0),
        ({"kind": "status", "status": 504}, FilingUncertain, 0),
        ({"kind": "status", "status": 201, "body": {"id": "1"}}, FilingUncertain, 0),
        ({"kind": "status", "status": 200, "body": "<html>"}, FilingUncertain, 0),
        ({"kind": "status", "status": 429, "headers": {"Retry-After": "1"}}, JiraUnavailable, 0),
        ({"kind": "status", "status": 400, "body": {"errors": {"summary": "no"}}}, JiraRefused, 0),
        ({"kind": "status", "status": 403, "body": None}, JiraRefused, 0),
        ({"kind": "status", "status": 404, "body": []}, JiraRefused, 0),
        ({"kind": "status", "status": 413, "body": "too large"}, JiraRefused, 0),
        ({"kind": "status", "status": 401}, Misconfigured, 0),
        ({"kind": "status", "status": 301, "headers": {"Location": "/"}}, Misconfigured, 0),
    ],
)
def test_every_outcome_of_a_create_has_its_class_and_none_is_sent_again(
    gateway: JiraGateway, jira: JiraStandIn, fault: dict[str, Any], raised: type[Exception], added: int
) -> None:
    before = len(jira.issues)
    jira.faults.add(Fault(operation="POST issue", times=-1, **fault))

    with pytest.raises(raised) as found:
        gateway.create(payload())

    assert type(found.value) is raised
    assert len(creates(jira)) == 1
    assert len(jira.issues) == before + added


def test_a_create_that_hangs_is_uncertain(
    gateway: JiraGateway, jira: JiraStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "TIMEOUT_SECONDS", (1, 0.2))
    jira.faults.add(Fault(operation="POST issue", kind="hang", seconds=5))

    with pytest.raises(FilingUncertain):
        gateway.create(payload())

    assert len(creates(jira)) == 1


def test_a_create_that_found_no_connection_was_certainly_not_sent(make_gateway: MakeGateway) -> None:
    gateway = make_gateway(jira_url="http://127.0.0.1:9")

    with pytest.raises(JiraUnavailable):
        gateway.create(payload())


def test_a_create_to_a_host_without_an_address_was_certainly_not_sent(make_gateway: MakeGateway) -> None:
    gateway = make_gateway(jira_url="https://jira.invalid")

    with pytest.raises(JiraUnavailable):
        gateway.create(payload())


def test_a_create_whose_answer_was_lost_is_found_by_its_marker(gateway: JiraGateway, jira: JiraStandIn) -> None:
    jira.faults.add(Fault(operation="POST issue", kind="drop_after"))
    with pytest.raises(FilingUncertain):
        gateway.create(payload())

    found = gateway.find_by_label("OPS", MARKER)

    assert [jira.issue(issue.key).fields["summary"] for issue in found] == ["VPN drops"]


def test_a_create_without_a_label_field_is_found_by_its_property(gateway: JiraGateway) -> None:
    issue = payload("WEB", "Story")
    del issue["fields"]["labels"]
    created = gateway.create(issue)

    assert gateway.find_by_label("WEB", MARKER) == (created,)
    assert gateway.find_by_label("WEB", "sb-ffffffffffff") == ()


def test_an_issue_that_is_not_indexed_yet_is_not_found(gateway: JiraGateway, jira: JiraStandIn) -> None:
    jira.index_delay_seconds = 30
    created = gateway.create(payload())

    assert gateway.find_by_label("OPS", MARKER) == ()

    jira.clock.advance(31)

    assert gateway.find_by_label("OPS", MARKER) == (created,)


def test_linking_a_thread_twice_leaves_one_link(gateway: JiraGateway, jira: JiraStandIn) -> None:
    key = gateway.create(payload()).key

    for title in ("first", "second"):
        gateway.link_thread(key, global_id="slack:T1:C1:1.2", url="https://example.slack.com/x", title=title)

    links = jira.issue(key).remote_links
    assert [link["object"]["title"] for link in links] == ["second"]


def test_many_threads_share_one_gateway(gateway: JiraGateway, jira: JiraStandIn) -> None:
    shown = {key for key, issue in jira.issues.items() if issue.viewers is None}
    keys = [key for key in shown if key.startswith(("OPS-", "WEB-"))]
    wrong: list[str] = []

    def read(own: list[str]) -> None:
        wrong.extend(key for key in own if gateway.issue(key, ADA).key != key)

    threads = [threading.Thread(target=read, args=(keys[start::8],)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


def test_calls_are_counted_by_operation_and_outcome(
    gateway: JiraGateway, jira: JiraStandIn, metrics: Metrics, redis_client: redis.Redis
) -> None:
    gateway.create(payload())
    jira.faults.add(Fault(operation="POST issue", kind="drop_before"))
    with pytest.raises(FilingUncertain):
        gateway.create(payload())
    metrics.flush()

    counted = sums(redis_client)

    assert counted["supportbot_jira_calls_total|operation=create|outcome=ok"] == 1
    assert counted["supportbot_jira_calls_total|operation=create|outcome=uncertain"] == 1
