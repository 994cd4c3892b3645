from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.jira.jql import search
from sandbox.jira.standin import JiraStandIn
from workers.jira.jql import UNASSIGNED, IssueQuery, groups_of, jql_of, quoted, ranked
from workers.jira.values import IssueLine


def test_a_query_becomes_one_clause_for_each_thing_asked() -> None:
    query = IssueQuery(
        projects=("OPS", "WEB"),
        keywords=("vpn disconnect", "login timeout"),
        status="done",
        assignee="5b10",
        reporter="5b11",
        issue_type="Bug",
        labels=("vpn",),
        updated_within_days=14,
        sort="priority",
    )

    assert jql_of(query) == (
        'project in ("OPS", "WEB") AND statusCategory = Done AND assignee = "5b10" AND reporter = "5b11" '
        'AND issuetype = "Bug" AND labels in ("vpn") AND updated >= -14d '
        'AND (text ~ "vpn disconnect" OR text ~ "login timeout") ORDER BY priority DESC, updated DESC'
    )


def test_a_plain_query_asks_for_what_is_open() -> None:
    assert jql_of(IssueQuery(projects=("DO",))) == 'project in ("DO") AND statusCategory != Done ORDER BY updated DESC'


def test_unassigned_is_no_name() -> None:
    assert "assignee is EMPTY" in jql_of(IssueQuery(projects=("OPS",), assignee=UNASSIGNED))


def test_a_query_without_projects_is_a_bug() -> None:
    with pytest.raises(ValueError, match="not bounded"):
        jql_of(IssueQuery())


@pytest.mark.parametrize(
    ("keywords", "groups"),
    [
        (["VPN disconnects"], ("vpn disconnects",)),
        (["the VPN is down"], ("vpn down",)),
        (["VPN drops every ten minutes since Monday"], ("vpn drops", "every ten", "minutes since", "monday")),
        (["a", "b", "c", "d", "e", "f"], ("b", "c", "d", "e")),
        (["HTTP 500 (Internal)", 'say "hi" OR 1=1'], ("http 500 internal", "say hi 1")),
        (["+-&|!(){}[]^~*?\\/:"], ()),
        ([], ()),
        (["vpn", "VPN"], ("vpn",)),
        (["接続 エラー"], ("接続 エラー",)),
    ],
)
def test_keywords_become_few_groups_of_few_words(keywords: list[str], groups: tuple[str, ...]) -> None:
    assert groups_of(keywords) == groups


def test_a_quoted_value_cannot_end_its_quotes() -> None:
    assert quoted('a"b\\c\nd') == '"a\\"b\\\\c d"'


@settings(max_examples=60, deadline=None)
@given(
    value=st.one_of(
        st.text(max_size=30), st.sampled_from(['") OR project = SECRET OR ("', "x\\", '\\"', "') --", "ORDER BY"])
    ),
    words=st.lists(st.text(max_size=40), max_size=4),
)
def test_no_argument_reaches_another_project(value: str, words: list[str]) -> None:
    jira = JiraStandIn()
    user = next(user for user in jira.site.users.values() if user.email == "bot@example.com")
    query = IssueQuery(projects=("OPS",), keywords=(value, *words), labels=(value,), status="any")

    found = search(jira.site, user, jql_of(query))

    assert {issue.project.key for issue in found} <= {"OPS"}


def test_ranking_puts_shared_words_first_and_keeps_the_order_of_equals() -> None:
    issues = [
        IssueLine("OPS-1", "Printer jam"),
        IssueLine("OPS-2", "VPN drops"),
        IssueLine("OPS-3", "VPN drops on wifi"),
    ]

    assert [issue.key for issue in ranked(issues, ["vpn", "wifi drops"])] == ["OPS-3", "OPS-2", "OPS-1"]
    assert [issue.key for issue in ranked(issues, ["sap"])] == ["OPS-1", "OPS-2", "OPS-3"]
