"""Metadata, people and permissions."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from jira import JIRA

from sandbox.jira.standin import JiraStandIn


def test_the_library_reads_the_create_metadata_page_by_page(client: JIRA) -> None:
    types = client._get_json("issue/createmeta/OPS/issuetypes")["issueTypes"]
    bug = next(each for each in types if each["name"] == "Bug")
    first = client._get_json(f"issue/createmeta/OPS/issuetypes/{bug['id']}", params={"maxResults": 10})
    rest = client._get_json(f"issue/createmeta/OPS/issuetypes/{bug['id']}", params={"startAt": 10})

    fields = {field["fieldId"]: field for field in first["fields"] + rest["fields"]}
    assert len(fields) == first["total"]
    team = fields["customfield_10050"]
    assert (team["name"], team["required"], team["hasDefaultValue"]) == ("Team", True, False)
    assert team["schema"]["custom"].endswith(":select")
    assert next(option["value"] for option in team["allowedValues"]) == "Platform"
    assert fields["priority"]["defaultValue"]["name"] == "Medium"


def test_a_page_over_the_limit_is_refused(api: Any) -> None:
    reply = api.get("issue/createmeta/OPS/issuetypes?maxResults=201")
    assert reply.json()["errorMessages"] == ["Parameter 'maxResults' must not exceed the limit '200'"]


@pytest.mark.parametrize("project", ["HR", "NOPE"])
def test_unseen_and_unknown_projects_look_alike(api: Any, project: str) -> None:
    replies = [
        api.get(f"project/{project}"),
        api.get(f"project/{project}/components"),
        api.get(f"issue/createmeta/{project}/issuetypes"),
    ]
    assert [reply.status_code for reply in replies] == [404, 404, 404]
    assert replies[0].json()["errorMessages"] == [f"No project could be found with key '{project}'."]


def test_the_projects_are_those_the_account_sees(api: Any) -> None:
    keys = [project["key"] for project in api.get("project/search").json()["values"]]
    assert keys == ["ARCH", "DESK", "OPS", "SECRET", "WEB"]
    writable = [project["key"] for project in api.get("project/search?action=create").json()["values"]]
    assert writable == ["DESK", "OPS", "SECRET", "WEB"]


def test_the_library_knows_who_it_is(client: JIRA) -> None:
    assert client.myself()["displayName"] == "Support Bot"


def test_the_library_recognises_a_cloud_site(jira: JiraStandIn, url: str) -> None:
    client = JIRA(url, options={"rest_api_version": "3"}, basic_auth=(jira.email, jira.api_token), max_retries=0)
    try:
        assert client._is_cloud
        assert [field["name"] for field in client.fields()][:2] == ["Summary", "Issue Type"]
        assert next(priority.name for priority in client.priorities()) == "Highest"
    finally:
        client.close()  # type: ignore[no-untyped-call]


def test_a_wrong_token_is_refused_as_jira_does(url: str) -> None:
    reply = requests.get(f"{url}/rest/api/3/myself", auth=("bot@example.com", "old"), timeout=10)
    assert reply.status_code == 401
    assert reply.json() == {
        "message": "Client must be authenticated to access this resource.",
        "status-code": 401,
    }


def test_a_personal_access_token_is_accepted_as_bearer(jira: JiraStandIn, url: str) -> None:
    headers = {"Authorization": f"Bearer {jira.pat}"}
    assert requests.get(f"{url}/rest/api/3/myself", headers=headers, timeout=10).status_code == 200


def test_the_gateway_serves_the_same_site(jira: JiraStandIn, url: str) -> None:
    cloud = requests.get(f"{url}/_edge/tenant_info", timeout=10).json()["cloudId"]
    client = JIRA(
        f"{url}/ex/jira/{cloud}",
        options={"rest_api_version": "3"},
        basic_auth=(jira.email, jira.api_token),
        get_server_info=False,
        max_retries=0,
    )
    try:
        assert client.issue("OPS-1").raw["self"].startswith(f"{url}/rest/api/3/issue/")
    finally:
        client.close()  # type: ignore[no-untyped-call]


def test_a_person_is_found_by_email_and_by_name_prefix(api: Any) -> None:
    by_email = api.get("user/search?query=ada@example.com").json()
    by_name = api.get("user/search?query=Par").json()
    assert [user["displayName"] for user in by_email] == [user["displayName"] for user in by_name] == ["Ada Park"]


def test_a_hidden_email_is_neither_shown_nor_searched(api: Any) -> None:
    assert api.get("user/search?query=margaret@example.com").json() == []
    (margaret,) = api.get("user/search?query=Margaret").json()
    assert "emailAddress" not in margaret


def test_a_user_search_without_a_question_is_refused(api: Any) -> None:
    assert api.get("user/search").status_code == 400


def test_only_those_who_may_write_can_be_assigned(api: Any) -> None:
    names = [user["displayName"] for user in api.get("user/assignable/search?project=ARCH").json()]
    assert "Ada Park" in names
    assert "Linus Berg" not in names


def test_who_may_see_an_issue_can_be_asked_for_one_person(api: Any, jira: JiraStandIn) -> None:
    ada, grace = (jira.person(f"{name}@example.com").account_id for name in ("ada", "grace"))
    jira.restrict("OPS-3", grace, jira.bot.account_id)
    assert api.get(f"user/viewissue/search?issueKey=OPS-3&accountId={ada}").json() == []
    assert len(api.get(f"user/viewissue/search?issueKey=OPS-3&accountId={grace}").json()) == 1


def test_permissions_of_others_are_for_administrators(api: Any, jira: JiraStandIn) -> None:
    ada = jira.person("ada@example.com").account_id
    body = {"accountId": ada, "projectPermissions": [{"permissions": ["BROWSE_PROJECTS"], "projects": [10000]}]}
    reply = api.post("permissions/check", body)
    assert reply.status_code == 403
    assert reply.json()["errorMessages"] == ["Only Jira administrators can perform this operation."]


def test_permissions_are_checked_per_issue_and_project(api: Any, jira: JiraStandIn) -> None:
    secret = int(jira.issue("SECRET-1").id)
    asked = {"permissions": ["BROWSE_PROJECTS", "CREATE_ISSUES"], "issues": [secret], "projects": [10000, 10003, 10004]}
    grants = api.post("permissions/check", {"projectPermissions": [asked]}).json()["projectPermissions"]
    assert grants[0] == {"permission": "BROWSE_PROJECTS", "issues": [secret], "projects": [10000, 10004]}
    assert grants[1]["projects"] == [10000]


def test_my_permissions_are_told_by_project(api: Any) -> None:
    rows = api.get("mypermissions?projectKey=ARCH&permissions=BROWSE_PROJECTS,CREATE_ISSUES").json()["permissions"]
    assert {key: row["havePermission"] for key, row in rows.items()} == {
        "BROWSE_PROJECTS": True,
        "CREATE_ISSUES": False,
    }
    assert api.get("mypermissions").status_code == 400
    assert api.get("mypermissions?permissions=FLY").json()["errors"] == {"FLY": "Unrecognized permission"}


def test_a_route_that_is_not_served_is_a_404_in_the_log(api: Any, jira: JiraStandIn) -> None:
    assert api.get("dashboard").status_code == 404
    assert jira.calls[-1]["route"] == "unknown"
