from __future__ import annotations

from typing import Any

import pytest
from jira import JIRA

from sandbox.jira.standin import JiraStandIn


@pytest.mark.parametrize(
    ("jql", "summaries"),
    [
        ('project = "OPS" AND text ~ "vpn drop"', ["VPN drops every few minutes on office Wi-Fi"]),
        ('text ~ "\\"blank page\\"" AND project = WEB', ["PDF export is empty"]),
        ('summary ~ "cert*" AND statusCategory != Done', ["Renew the certificate of the status page"]),
        ('text ~ "transition OR voucher" AND project in (OPS, WEB)', ["Checkout answers 500 when a voucher is used"]),
        ("issuetype = Incident AND created >= -14d", ["E-mail delivery delayed by up to two hours"]),
        ("component = Billing AND priority > High", ["Payments by card declined for all customers"]),
        ("labels in (hardware, nonsense)", ["New laptop for the finance team"]),
        ('"Severity" = "SEV2 - Major"', ["E-mail delivery delayed by up to two hours"]),
        ("cf[10050] = Payments", ["Invoice shows tax twice for orders from Norway"]),
        ('key = WEB-1 or issuekey = "web-1"', ["Export to Excel loses the umlauts"]),
    ],
)
def test_a_query_finds_what_it_says(client: JIRA, jql: str, summaries: list[str]) -> None:
    found = client._get_json("search/jql", params={"jql": jql, "fields": ["summary"]}, use_post=True)
    assert [issue["fields"]["summary"] for issue in found["issues"]] == summaries


def test_terms_are_joined_by_and(api: Any) -> None:
    both = set(api.keys('text ~ "vpn gateway"'))
    assert both < set(api.keys('text ~ "vpn"'))


def test_and_binds_tighter_than_or(api: Any) -> None:
    found = api.keys('(project = SECRET) OR (project = "SECRET") AND (project = OPS)')
    assert found == ["SECRET-1"]


def test_not_in_and_unequal_leave_out_empty_fields(api: Any, jira: JiraStandIn) -> None:
    ada = jira.person("ada@example.com").account_id
    others, all_of_them = api.keys(f'project = OPS AND assignee != "{ada}"'), api.keys("project = OPS")
    unassigned, hers = api.keys("project = OPS AND assignee IS EMPTY"), api.keys(f"project=OPS and assignee={ada!r}")
    assert sorted([*others, *unassigned, *hers]) == sorted(all_of_them)
    assert api.keys(f'project = OPS AND assignee not in ("{ada}")') == others


def test_the_caller_is_current_user(api: Any) -> None:
    key = api.create().json()["key"]
    assert api.keys("reporter = currentUser()") == [key]


def test_people_are_found_by_id_name_and_visible_email(api: Any, jira: JiraStandIn) -> None:
    by_id = api.keys(f'reporter = "{jira.person("grace@example.com").account_id}"')
    assert by_id
    assert by_id == api.keys('reporter = "grace@example.com"') == api.keys('reporter = "Grace Moreno"')
    hidden = api.jql_error('reporter = "margaret@example.com"')
    assert hidden == "The value 'margaret@example.com' does not exist for the field 'reporter'."


def test_the_order_is_the_asked_one(api: Any) -> None:
    up = api.keys("project = WEB ORDER BY created ASC")
    assert up == list(reversed(api.keys("project = WEB ORDER BY created DESC")))
    reply = api.post("search/jql", {"jql": "project = WEB order by priority desc, key", "fields": ["priority"]})
    ids = [int(issue["fields"]["priority"]["id"]) for issue in reply.json()["issues"]]
    assert ids == sorted(ids)


@pytest.mark.parametrize(
    ("jql", "said"),
    [
        ("", "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."),
        (
            "ORDER BY created",
            "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.",
        ),
        ("nonsense = 1", "Field 'nonsense' does not exist or you do not have permission to view it."),
        ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'."),
        ("project = HR", "The value 'HR' does not exist for the field 'project'."),
        ("status = Cooking", "The value 'Cooking' does not exist for the field 'status'."),
        ("key = OPS-9999", "An issue with key 'OPS-9999' does not exist for field 'key'."),
        ("project ~ OPS", "The operator '~' is not supported by the 'project' field."),
        ("summary = x", "The operator '=' is not supported by the 'summary' field."),
        ("assignee = nobody()", "Unable to find JQL function 'nobody()'."),
        (
            "project = DO",
            (
                "Error in the JQL Query: 'DO' is a reserved JQL word. You must surround it in quotation marks to use "
                "it in a query. (line 1, character 11)"
            ),
        ),
        (
            "project = OPS labels = x",
            "Error in the JQL Query: Expecting either 'OR' or 'AND' but got 'labels'. (line 1, character 15)",
        ),
        (
            'summary ~ "open',
            "Error in the JQL Query: The quoted string 'open' has not been completed. (line 1, character 11)",
        ),
        (
            "summary ~ a+b",
            (
                "Error in the JQL Query: The character '+' is a reserved JQL character. You must enclose it in a "
                "string or use the escape '\\u002b' instead. (line 1, character 12)"
            ),
        ),
        ("(project = OPS", "Error in the JQL Query: Expecting ')' before the end of the query."),
        ("text ~ '*start'", "The text query '*start' for field 'text' is not allowed to start with character '*'."),
        ("text ~ ''", "The field 'text' does not support searching for an empty string."),
    ],
)
def test_a_wrong_query_is_refused_in_the_words_of_jira(api: Any, jql: str, said: str) -> None:
    assert api.jql_error(jql) == said


def test_wrong_dates_name_the_formats(api: Any) -> None:
    assert api.jql_error("created > soon").startswith("Date value 'soon' for field 'created' is invalid.")


def test_only_ids_come_unless_fields_are_asked_for(api: Any) -> None:
    bare = api.post("search/jql", {"jql": "project = WEB"}).json()
    assert all(set(issue) == {"id"} for issue in bare["issues"])
    assert "total" not in bare


def test_pages_follow_their_tokens_to_the_last(api: Any) -> None:
    seen: list[str] = []
    token: dict[str, str] = {}
    for _ in range(20):
        page = api.post("search/jql", {"jql": "project = OPS", "fields": ["key"], "maxResults": 5, **token}).json()
        seen += [issue["key"] for issue in page["issues"]]
        if page["isLast"]:
            break
        token = {"nextPageToken": page["nextPageToken"]}
    assert sorted(seen) == sorted(api.keys("project = OPS"))


def test_a_token_of_another_query_is_refused(api: Any) -> None:
    token = api.post("search/jql", {"jql": "project = OPS", "maxResults": 1}).json()["nextPageToken"]
    assert api.post("search/jql", {"jql": "project = WEB", "nextPageToken": token}).status_code == 400


def test_the_query_string_works_like_the_body(api: Any) -> None:
    reply = api.get("search/jql", params={"jql": "project = WEB", "fields": "summary,status", "maxResults": 2})
    assert [set(issue["fields"]) for issue in reply.json()["issues"]] == [{"summary", "status"}] * 2


def test_search_lags_behind_a_create_and_a_read_does_not(api: Any, jira: JiraStandIn) -> None:
    jira.index_delay_seconds = 60
    key = api.create(labels=["sb-lag"]).json()["key"]

    assert api.keys("labels = sb-lag") == []
    assert api.get(f"issue/{key}").status_code == 200
    assert api.keys("labels = sb-lag", reconcileIssues=[int(jira.issue(key).id)]) == [key]
    jira.clock.advance(61)
    assert api.keys("labels = sb-lag") == [key]


def test_search_lags_behind_an_update_too(api: Any, jira: JiraStandIn) -> None:
    jira.index_delay_seconds = 60
    api.put("issue/OPS-1", {"fields": {"summary": "Zebra crossing"}})
    assert api.keys("summary ~ zebra") == []
    jira.clock.advance(61)
    assert api.keys("summary ~ zebra") == ["OPS-1"]


def test_the_removed_search_is_gone(api: Any, url: str) -> None:
    for reply in (api.get("search?jql=project=OPS"), api.session.get(f"{url}/rest/api/2/search", timeout=10)):
        assert reply.status_code == 410
        assert "CHANGE-2046" in reply.text


def test_the_count_matches_the_search(api: Any) -> None:
    reply = api.post("search/approximate-count", {"jql": "project = OPS"})
    assert reply.json() == {"count": len(api.keys("project = OPS"))}


def test_comments_are_part_of_the_text(api: Any) -> None:
    assert api.keys('text ~ "DHCP lease"') == api.keys('comment ~ "DHCP lease"') != []


def test_remote_links_are_found_by_their_global_id(api: Any) -> None:
    link = {"globalId": "slack:T1:C1:1.1", "object": {"url": "https://example.com", "title": "Thread"}}
    api.post("issue/OPS-3/remotelink", link)
    assert api.keys('issue in issuesWithRemoteLinksByGlobalId("slack:T1:C1:1.1")') == ["OPS-3"]


def test_a_restricted_issue_is_neither_found_nor_shown(api: Any, jira: JiraStandIn) -> None:
    jira.restrict("OPS-3", jira.person("ada@example.com").account_id)
    assert "OPS-3" not in api.keys("project = OPS")
    reply = api.get("issue/OPS-3")
    assert reply.status_code == 404
    assert reply.json()["errorMessages"] == ["Issue does not exist or you do not have permission to see it."]
