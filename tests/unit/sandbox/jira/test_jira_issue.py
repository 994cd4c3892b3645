"""What is done to an issue that exists."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from jira import JIRA, JIRAError

from sandbox.jira.standin import JiraStandIn

TEAM = "customfield_10050"
THREAD = {"url": "https://example.slack.com/archives/C1/p1", "title": "Slack thread"}


def test_an_issue_that_may_not_be_seen_looks_like_none(client: JIRA) -> None:
    said = "Issue does not exist or you do not have permission to see it."
    for key in ("HR-1", "OPS-9999"):
        with pytest.raises(JIRAError) as refused:
            client.issue(key)
        assert (refused.value.status_code, refused.value.text) == (404, said)


def test_the_chosen_fields_come_and_no_others(api: Any) -> None:
    issue = api.get("issue/OPS-1?fields=summary,status&properties=*all").json()
    assert set(issue["fields"]) == {"summary", "status"}
    assert issue["properties"] == {}


def test_everything_comes_but_what_is_excluded(api: Any) -> None:
    fields = api.get("issue/OPS-1?fields=*all,-comment").json()["fields"]
    assert "description" in fields
    assert "comment" not in fields


def test_an_update_changes_what_it_names_and_is_in_the_changelog(api: Any, jira: JiraStandIn) -> None:
    body = {"fields": {"summary": "New words"}, "update": {"labels": [{"add": "triaged"}, {"remove": "vpn"}]}}
    assert api.put("issue/OPS-1", body).status_code == 204

    issue = jira.issue("OPS-1")
    assert issue.fields["summary"] == "New words"
    assert "triaged" in issue.fields["labels"]
    (history,) = api.get("issue/OPS-1?expand=changelog").json()["changelog"]["histories"]
    assert {item["field"] for item in history["items"]} == {"summary", "labels"}


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"status": {"name": "Done"}}, "status"),
        ({"customfield_99999": 1}, "customfield_99999"),
        ({"summary": None}, "summary"),
    ],
)
def test_an_update_is_checked_like_a_create(api: Any, fields: Any, refused: str) -> None:
    reply = api.put("issue/OPS-1", {"fields": fields})
    assert reply.status_code == 400
    assert set(reply.json()["errors"]) == {refused}


def test_a_reader_may_not_write(api: Any, jira: JiraStandIn) -> None:
    jira.issue("OPS-1").project = jira.site.projects["ARCH"]
    assert api.put("issue/OPS-1", {"fields": {"summary": "x"}}).status_code == 403
    assert api.get("issue/OPS-1").status_code == 200


def test_a_remote_link_is_kept_once_per_global_id(api: Any, jira: JiraStandIn) -> None:
    body = {"globalId": "slack:T1:C1:1.1", "relationship": "discussed in", "object": THREAD}
    created = api.post("issue/OPS-1/remotelink", body)
    updated = api.post("issue/OPS-1/remotelink", {**body, "object": {**THREAD, "title": "Thread"}})

    assert (created.status_code, updated.status_code) == (201, 200)
    assert created.json() == updated.json()
    (link,) = jira.issue("OPS-1").remote_links
    assert link["object"]["title"] == "Thread"
    assert api.get("issue/OPS-1/remotelink?globalId=slack:T1:C1:1.1").json()["id"] == created.json()["id"]


def test_a_remote_link_needs_a_title_and_an_address(api: Any) -> None:
    reply = api.post("issue/OPS-1/remotelink", {"object": {}})
    assert reply.json()["errors"] == {"url": "'url' is required.", "title": "'title' is required."}


def test_comments_come_newest_first_with_their_properties(api: Any, text: Any) -> None:
    for number in (1, 2):
        body = {"body": text(f"comment {number}"), "properties": [{"key": "supportbot", "value": number}]}
        assert api.post("issue/OPS-4/comment", body).status_code == 201
    reply = api.get("issue/OPS-4/comment?orderBy=-created&expand=properties&maxResults=1").json()
    assert reply["total"] == len(api.get("issue/OPS-4/comment").json()["comments"])
    assert reply["comments"][0]["properties"] == [{"key": "supportbot", "value": 2}]
    assert "properties" not in api.get("issue/OPS-4/comment").json()["comments"][0]


def test_the_library_comments_with_a_document(client: JIRA, jira: JiraStandIn, text: Any) -> None:
    comment = client.add_comment("OPS-4", text("from the library"))
    assert jira.issue("OPS-4").comments[-1]["id"] == comment.id


def test_a_comment_of_plain_words_is_refused(api: Any) -> None:
    reply = api.post("issue/OPS-4/comment", {"body": "plain"})
    assert reply.status_code == 400
    assert reply.json()["errors"] == {"comment": "Comment body is not valid!"}


def test_only_the_own_comment_can_be_changed(api: Any, jira: JiraStandIn, text: Any) -> None:
    own = api.post("issue/OPS-4/comment", {"body": text("mine")}).json()["id"]
    jira.comment("OPS-4", "hers", by="ada@example.com")
    other = jira.issue("OPS-4").comments[-1]["id"]
    assert api.put(f"issue/OPS-4/comment/{own}", {"body": text("better")}).status_code == 200
    assert api.put(f"issue/OPS-4/comment/{other}", {"body": text("better")}).status_code == 400


def test_an_issue_moves_to_done_with_a_resolution(api: Any, jira: JiraStandIn) -> None:
    key = api.create().json()["key"]
    rows = api.get(f"issue/{key}/transitions?expand=transitions.fields").json()["transitions"]
    done = next(row for row in rows if row["to"]["name"] == "Done")
    assert "resolution" in done["fields"]

    body = {"transition": {"id": done["id"]}, "fields": {"resolution": {"name": "Duplicate"}}}
    assert api.post(f"issue/{key}/transitions", body).status_code == 204

    fields = jira.issue(key).fields
    assert (fields["status"]["name"], fields["resolution"]["name"]) == ("Done", "Duplicate")
    assert done["id"] not in [row["id"] for row in api.get(f"issue/{key}/transitions").json()["transitions"]]


def test_a_move_takes_the_fields_of_its_screen_and_no_others_and_all_of_them(api: Any, jira: JiraStandIn) -> None:
    issue = jira.issue("OPS-4")
    issue.type = dataclasses.replace(issue.type, transition_fields={"Start progress": (TEAM,)})
    (way,) = (each for each in api.get("issue/OPS-4/transitions?expand=transitions.fields").json()["transitions"]
              if each["name"] == "Start progress")  # fmt: skip
    assert way["hasScreen"]
    assert way["fields"][TEAM]["required"]

    def move(**fields: Any) -> Any:
        return api.post("issue/OPS-4/transitions", {"transition": {"id": way["id"]}, "fields": fields})

    assert move().json()["errors"] == {TEAM: "Team is required."}
    assert TEAM in move(**{TEAM: {"value": "Nobody"}}).json()["errors"]
    assert "priority" in move(**{TEAM: {"value": "Platform"}, "priority": {"name": "Low"}}).json()["errors"]
    assert issue.fields["status"]["name"] == "To Do"
    assert move(**{TEAM: {"value": "Platform"}}).status_code == 204
    assert (issue.fields["status"]["name"], issue.fields[TEAM]["value"]) == ("In Progress", "Platform")


def test_an_incident_is_not_closed_without_a_resolution(api: Any) -> None:
    key = api.create(kind="Incident", customfield_10051={"value": "SEV1 - Outage"}).json()["key"]
    reply = api.post(f"issue/{key}/transitions", {"transition": {"id": "31"}})
    assert reply.json()["errors"] == {"resolution": "Resolution is required."}


@pytest.mark.parametrize("body", [{}, {"transition": {"id": "99"}}])
def test_a_move_that_is_not_open_is_refused(api: Any, body: Any) -> None:
    assert api.post("issue/OPS-16/transitions", body).status_code == 400


def test_the_assignee_is_set_and_taken_away(api: Any, jira: JiraStandIn) -> None:
    grace = jira.person("grace@example.com").account_id
    assert api.put("issue/OPS-16/assignee", {"accountId": grace}).status_code == 204
    assert jira.issue("OPS-16").fields["assignee"]["accountId"] == grace
    assert api.put("issue/OPS-16/assignee", {"accountId": None}).status_code == 204
    assert jira.issue("OPS-16").fields["assignee"] is None
    assert api.put("issue/OPS-16/assignee", {"accountId": "nobody"}).status_code == 400


def test_a_watcher_is_added_once(api: Any, jira: JiraStandIn) -> None:
    ada = jira.person("ada@example.com").account_id
    for _ in range(2):
        assert api.post("issue/OPS-1/watchers", ada).status_code == 204
    assert api.get("issue/OPS-1/watchers").json()["watchCount"] == 1


def test_properties_are_written_and_read(api: Any, jira: JiraStandIn) -> None:
    statuses = [api.put("issue/OPS-1/properties/supportbot", {"n": n}).status_code for n in (1, 2)]
    assert statuses == [201, 200]
    assert api.get("issue/OPS-1/properties/supportbot").json() == {"key": "supportbot", "value": {"n": 2}}
    assert jira.issue("OPS-1").properties == {"supportbot": {"n": 2}}
    assert api.get("issue/OPS-1/properties/other").status_code == 404


def test_the_library_attaches_a_file(client: JIRA, jira: JiraStandIn, tmp_path: Any) -> None:
    path = tmp_path / "log.txt"
    path.write_text("it broke")
    with path.open("rb") as file:
        attached = client.add_attachment("OPS-1", file)
    assert attached.filename == "log.txt"
    assert list(jira.issue("OPS-1").attachments.values()) == [b"it broke"]


def test_an_upload_without_the_token_header_is_refused(api: Any) -> None:
    assert api("POST", "issue/OPS-1/attachments", files={"file": b"x"}).status_code == 403


def test_issues_are_linked_both_ways_and_once(api: Any, jira: JiraStandIn) -> None:
    body = {"type": {"name": "Duplicate"}, "inwardIssue": {"key": "OPS-1"}, "outwardIssue": {"key": "OPS-2"}}
    for _ in range(2):
        assert api.post("issueLink", body).status_code == 201
    (there,) = jira.issue("OPS-1").fields["issuelinks"]
    (back,) = jira.issue("OPS-2").fields["issuelinks"]
    assert there["outwardIssue"]["key"] == "OPS-2"
    assert back["inwardIssue"]["key"] == "OPS-1"
    assert api.post("issueLink", {**body, "type": {"name": "Loves"}}).status_code == 404
