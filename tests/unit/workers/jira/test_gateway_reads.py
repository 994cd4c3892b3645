from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from sandbox.faults import Fault
from sandbox.jira.standin import JiraStandIn
from tests.unit.workers.jira.readers import ADA
from workers.errors import JiraRefused, JiraUnavailable, Misconfigured, ToolError
from workers.jira.errors import refusal_sentences
from workers.jira.gateway import JiraGateway
from workers.jira.jql import IssueQuery

MakeGateway = Callable[..., JiraGateway]


def routes(jira: JiraStandIn) -> list[str]:
    return [call["route"] for call in jira.calls]


def test_a_search_finds_issues_of_open_projects_only(gateway: JiraGateway, jira: JiraStandIn) -> None:
    page = gateway.search(IssueQuery(status="any", sort="created", limit=20), ADA)

    assert page.issues
    assert {issue.key.split("-")[0] for issue in page.issues} <= {"OPS", "WEB"}
    assert any(issue.project.key == "SECRET" for issue in jira.issues.values())


def test_a_search_by_keywords_puts_the_closest_summary_first(gateway: JiraGateway, jira: JiraStandIn) -> None:
    wanted = next(issue for issue in jira.issues.values() if issue.project.key == "OPS")
    words = wanted.fields["summary"].split()

    page = gateway.search(IssueQuery(keywords=(" ".join(words[:2]), " ".join(words[-2:])), status="any"), ADA)

    assert wanted.key in [issue.key for issue in page.issues[:2]]


def test_pages_follow_each_other_by_cursor_without_repeats(gateway: JiraGateway) -> None:
    first = gateway.search(IssueQuery(projects=("WEB",), status="any", sort="created", limit=3), ADA)
    second = gateway.search(
        IssueQuery(projects=("WEB",), status="any", sort="created", limit=3, cursor=first.cursor), ADA
    )

    keys = [issue.key for page in (first, second) for issue in page.issues]
    assert first.cursor
    assert len(keys) == len(set(keys)) == 6


@pytest.mark.parametrize("key", ["SECRET-1", "secret-1", "HR-1", "OPS", "10001", "OPS-1/../SECRET-1", "OPS-1?x=1", ""])
def test_a_key_outside_the_open_projects_is_refused_before_jira_is_asked(
    gateway: JiraGateway, jira: JiraStandIn, key: str
) -> None:
    with pytest.raises(ToolError):
        gateway.issue(key, ADA)

    assert jira.calls == []


def test_a_search_in_a_closed_project_says_which_are_open(gateway: JiraGateway, jira: JiraStandIn) -> None:
    with pytest.raises(ToolError, match=r"'SECRET' is not open to me\. Open projects: OPS, WEB"):
        gateway.search(IssueQuery(projects=("SECRET",)), ADA)

    assert jira.calls == []


def test_an_issue_that_was_moved_to_a_closed_project_reads_as_one_that_is_not_there(
    gateway: JiraGateway, jira: JiraStandIn
) -> None:
    secret = next(key for key in jira.issues if key.startswith("SECRET-"))
    jira.site.issues["OPS-9000"] = jira.site.issues[secret]

    with pytest.raises(JiraRefused) as moved:
        gateway.issue("OPS-9000", ADA)
    with pytest.raises(JiraRefused) as missing:
        gateway.issue("OPS-99999", ADA)

    assert (moved.value.status, refusal_sentences(moved.value)) == (404, refusal_sentences(missing.value))
    assert "SECRET" not in str(moved.value)


def test_an_issue_reads_as_markdown_with_its_newest_comments_first(gateway: JiraGateway, jira: JiraStandIn) -> None:
    key = next(issue.key for issue in jira.issues.values() if issue.comments and issue.project.key == "OPS")

    issue = gateway.issue(key.lower(), ADA)

    assert issue.key == key
    assert issue.url == f"https://jira.example.com/browse/{key}"
    assert issue.summary == jira.issue(key).fields["summary"]
    assert issue.description
    assert issue.comments_total == len(jira.issue(key).comments)
    times = [comment.created for comment in issue.comments if comment.created]
    assert times == sorted(times, reverse=True)


def test_a_missing_issue_is_refused_without_a_reason(gateway: JiraGateway) -> None:
    with pytest.raises(JiraRefused) as refused:
        gateway.issue("OPS-99999", ADA)

    assert refused.value.status == 404


def test_types_and_screens_are_asked_for_once_an_hour(gateway: JiraGateway, jira: JiraStandIn) -> None:
    for _ in range(3):
        screen = gateway.create_screen("ops", "incident")

    assert len(jira.calls) == 2
    severity = next(spec for spec in screen if spec.name == "Severity")
    assert (severity.kind, severity.required, severity.has_default) == ("select", True, False)
    assert severity.options[0].name == "SEV1 - Outage"

    gateway.create_screen("OPS", "Incident", refresh=True)

    assert len(jira.calls) == 4


def test_every_field_of_the_screens_has_its_kind(gateway: JiraGateway) -> None:
    kinds = {spec.id: spec.kind for kind in ("Bug", "Incident") for spec in gateway.create_screen("OPS", kind)}

    assert kinds == {
        "summary": "text",
        "description": "paragraph",
        "priority": "select",
        "labels": "labels",
        "components": "multi_select",
        "assignee": "user",
        "reporter": "user",
        "duedate": "date",
        "fixVersions": "multi_select",
        "versions": "multi_select",
        "environment": "paragraph",
        "parent": "text",
        "customfield_10050": "select",
        "customfield_10051": "select",
        "customfield_10052": "paragraph",
        "customfield_10053": "number",
        "customfield_10054": "multi_select",
        "customfield_10055": "datetime",
        "customfield_10056": "user",
        "customfield_10057": "url",
        "customfield_10058": "select",
        "customfield_10059": "text",
    }


def test_an_unknown_type_is_answered_with_the_types_there_are(gateway: JiraGateway) -> None:
    with pytest.raises(ToolError, match=r"no issue type 'Epic'\. Its types: Bug, Task, Incident, Sub-task"):
        gateway.create_screen("OPS", "Epic")


@pytest.mark.parametrize(
    ("email", "account"),
    [
        ("ada@example.com", "5b10a2844c20165700ede2a1"),
        ("ADA@example.com", "5b10a2844c20165700ede2a1"),
        ("ada@example.co", None),
        ("margaret@example.com", None),
        ("gareth@example.com", None),
        ("nobody@example.com", None),
    ],
)
def test_only_an_exact_active_and_visible_address_names_an_account(
    gateway: JiraGateway, jira: JiraStandIn, email: str, account: str | None
) -> None:
    assert gateway.directory.account_id(email) == account
    assert gateway.directory.account_id(email) == account
    assert len(jira.calls) == 1


def test_the_bot_knows_who_it_is_and_what_it_may_do(make_gateway: MakeGateway) -> None:
    gateway = make_gateway(jira_projects="OPS,ARCH")

    assert gateway.who_am_i().email == "bot@example.com"
    assert gateway.may_create("OPS")
    assert gateway.may_browse("ARCH")
    assert not gateway.may_create("ARCH")


def test_a_wrong_token_is_for_the_operator_and_says_nothing_of_itself(make_gateway: MakeGateway) -> None:
    gateway = make_gateway(jira_api_token="wrong-token-abc")

    with pytest.raises(Misconfigured) as found:
        gateway.who_am_i()

    assert "expired or wrong" in found.value.operator_message
    assert "wrong-token-abc" not in found.value.operator_message + found.value.user_message


def test_a_redirect_is_named_as_a_wrong_address(gateway: JiraGateway, jira: JiraStandIn) -> None:
    jira.faults.add(Fault(operation="*", kind="status", status=302, headers={"Location": "/login"}))

    with pytest.raises(Misconfigured) as found:
        gateway.who_am_i()

    assert "JIRA_URL" in found.value.operator_message


def test_a_read_waits_once_when_jira_asks_for_a_short_pause(gateway: JiraGateway, jira: JiraStandIn) -> None:
    jira.faults.add(Fault(operation="*", kind="status", status=429, headers={"Retry-After": "1"}))
    before = time.monotonic()

    assert gateway.who_am_i().email == "bot@example.com"
    assert time.monotonic() - before >= 1


def test_a_read_does_not_wait_for_a_long_pause(gateway: JiraGateway, jira: JiraStandIn) -> None:
    jira.faults.add(Fault(operation="*", kind="status", times=-1, status=429, headers={"Retry-After": "1847"}))

    with pytest.raises(JiraUnavailable) as found:
        gateway.who_am_i()

    assert found.value.retry_after_seconds == 1847
    assert len(jira.calls) == 1


def test_a_read_whose_connection_broke_off_is_tried_once_more(gateway: JiraGateway, jira: JiraStandIn) -> None:
    jira.faults.add(Fault(operation="*", kind="drop_before"))

    assert gateway.who_am_i().email == "bot@example.com"


@pytest.mark.parametrize("status", [408, 500, 502, 503])
def test_a_read_that_jira_cannot_answer_is_unavailable(gateway: JiraGateway, jira: JiraStandIn, status: int) -> None:
    jira.faults.add(Fault(operation="*", kind="status", times=-1, status=status))

    with pytest.raises(JiraUnavailable):
        gateway.who_am_i()


@pytest.mark.parametrize("body", [[], "no", None, 7, {"permissions": None}])
def test_an_unreadable_answer_is_unavailable(gateway: JiraGateway, jira: JiraStandIn, body: object) -> None:
    jira.faults.add(Fault(operation="*", kind="status", times=-1, status=200, body=body))

    with pytest.raises(JiraUnavailable):
        gateway.permissions("OPS", ["CREATE_ISSUES"])


def test_jira_that_is_not_there_is_unavailable(make_gateway: MakeGateway) -> None:
    gateway = make_gateway(jira_url="http://127.0.0.1:9")

    with pytest.raises(JiraUnavailable):
        gateway.search(IssueQuery(), ADA)
