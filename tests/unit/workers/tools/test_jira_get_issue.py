from __future__ import annotations

import re

import pytest

from sandbox.jira.standin import JiraStandIn
from workers.tools.toolbox import Toolbox


def test_an_issue_is_read_with_its_comments_and_address(toolbox: Toolbox, jira: JiraStandIn) -> None:
    found = next(issue for issue in jira.issues.values() if issue.comments and issue.project.key == "OPS")

    answer = toolbox.run("jira_get_issue", "t1", {"key": found.key})

    assert answer.content.startswith(f"{found.key}: {found.fields['summary']}\n")
    assert f"https://jira.example.com/browse/{found.key}" in answer.content
    assert found.fields["status"]["name"] in answer.content
    assert "newest first:" in answer.content
    assert answer.issue_keys == (found.key,)


@pytest.mark.parametrize(
    "given",
    ["ops-1", " OPS-1 ", "https://jira.example.com/browse/OPS-1", "[OPS-1](https://jira.example.com/x)", "OPS-1."],
)
def test_a_key_is_taken_in_the_shapes_that_people_paste(toolbox: Toolbox, given: str) -> None:
    assert toolbox.run("jira_get_issue", "t1", {"key": given}).issue_keys == ("OPS-1",)


@pytest.mark.parametrize("key", ["SECRET-1", "https://jira.example.com/browse/HR-1", "twelve", "10001"])
def test_anything_else_is_refused_before_jira_is_asked(toolbox: Toolbox, jira: JiraStandIn, key: str) -> None:
    answer = toolbox.run("jira_get_issue", "t1", {"key": key})

    assert answer.is_error
    assert "http" not in answer.content
    assert jira.calls == []


def test_a_missing_and_a_forbidden_issue_look_the_same(toolbox: Toolbox, jira: JiraStandIn) -> None:
    jira.restrict("OPS-2", "somebody-else")

    missing = toolbox.run("jira_get_issue", "t1", {"key": "OPS-99999"})
    forbidden = toolbox.run("jira_get_issue", "t2", {"key": "OPS-2"})

    assert missing.is_error
    assert missing.content == forbidden.content


def test_related_issues_of_closed_projects_are_left_out(toolbox: Toolbox, jira: JiraStandIn) -> None:
    def end(key: str) -> dict[str, object]:
        return {"id": "1", "key": key, "fields": {"summary": f"about {key}", "status": {"name": "To Do"}}}

    kind = {"name": "Blocks", "inward": "is blocked by", "outward": "blocks"}
    issue = jira.issue("OPS-1")
    issue.fields["issuelinks"] = [
        {"id": "1", "type": kind, "inwardIssue": end("SECRET-1")},
        {"id": "2", "type": kind, "outwardIssue": end("WEB-1")},
    ]
    jira.site.changed(issue)

    content = toolbox.run("jira_get_issue", "t1", {"key": "OPS-1"}).content

    assert "blocks: WEB-1 [To Do] about WEB-1" in content
    assert "SECRET" not in content


def long_text(words: str) -> dict[str, object]:
    text = {"type": "text", "text": words}
    return {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [text]}]}


def test_an_issue_is_short_and_says_how_to_read_on(toolbox: Toolbox, jira: JiraStandIn) -> None:
    jira.issue("OPS-1").fields["description"] = long_text("word " * 5_000)

    short = toolbox.run("jira_get_issue", "t1", {"key": "OPS-1"}).content
    long = toolbox.run("jira_get_issue", "t2", {"key": "OPS-1", "include": "description", "max_chars": 12_000}).content

    assert len(short) <= 4_000
    assert "include description and max_chars up to 12000" in short
    assert "No comments." in short
    assert 11_000 < len(long) <= 12_000


def test_a_long_text_is_read_to_its_end_in_pieces(toolbox: Toolbox, jira: JiraStandIn) -> None:
    jira.issue("OPS-1").fields["description"] = long_text(" ".join(f"w{number}" for number in range(5_000)))
    asked: dict[str, object] = {"key": "OPS-1", "include": ["description"], "max_chars": 12_000}
    said = ""

    for number in range(4):
        answer = toolbox.run("jira_get_issue", f"t{number}", asked).content
        assert len(answer) <= 12_000
        said += answer
        if not (way_on := re.search(r"with include description and offset (\d+)", answer)):
            break
        asked["offset"] = int(way_on[1])

    assert way_on is None
    assert number > 1
    # What was cut within a word goes on in the next piece.
    assert len(set(re.findall(r"\bw\d+", said)) & {f"w{number}" for number in range(5_000)}) > 4_990
    assert "w4999" in said


def test_where_an_answer_can_grow_no_more_each_part_is_named_alone(toolbox: Toolbox, jira: JiraStandIn) -> None:
    jira.issue("OPS-1").fields["description"] = long_text("word " * 5_000)
    jira.comment("OPS-1", "blah " * 5_000, by="grace@example.com")
    both = {"key": "OPS-1", "include": ["description", "comments"], "max_chars": 12_000, "offset": 99}

    answer = toolbox.run("jira_get_issue", "t1", both).content
    behind = toolbox.run("jira_get_issue", "t2", {"key": "OPS-1", "include": ["links"], "offset": 9_999}).content

    assert "call again with include description alone, then the others" in answer
    assert "Description (as written" in answer
    assert "(Nothing more behind that.)" in behind


def test_what_no_call_can_show_is_said_to_be_in_jira(toolbox: Toolbox, jira: JiraStandIn) -> None:
    issue = jira.issue("OPS-4")
    for number in range(55):
        jira.comment("OPS-4", f"Remark {number}.", by="grace@example.com")
        items = [{"field": "Rank", "fromString": str(number), "toString": str(number + 1)}]
        issue.history.append({"id": str(number), "created": f"2026-01-01T10:00:{number:02}.000+0000", "items": items})

    comments = toolbox.run("jira_get_issue", "t1", {"key": "OPS-4", "include": "comments", "max_chars": 12_000})
    history = toolbox.run("jira_get_issue", "t2", {"key": "OPS-4", "include": "history", "max_chars": 12_000})

    assert "Older comments are only in Jira, at the address above." in comments.content
    assert "Older changes are only in Jira, at the address above." in history.content
    assert "https://jira.example.com/browse/OPS-4" in history.content


def test_a_long_part_leaves_room_for_the_others(toolbox: Toolbox, jira: JiraStandIn) -> None:
    jira.issue("OPS-1").fields["description"] = long_text("word " * 5_000)
    for number in range(30):
        jira.comment("OPS-1", f"Remark {number}. " + "blah " * 200, by="grace@example.com")

    usual = toolbox.run("jira_get_issue", "t1", {"key": "OPS-1"}).content
    remarks = toolbox.run(
        "jira_get_issue", "t2", {"key": "OPS-1", "include": ["comments"], "max_chars": 12_000}
    ).content

    assert len(usual) <= 4_000
    assert "Remark 29." in usual
    assert "Description" not in remarks
    assert "Remark 20." in remarks


def test_history_and_attachments_are_told_on_request(toolbox: Toolbox, jira: JiraStandIn) -> None:
    issue = jira.issue("OPS-4")
    jira.move("OPS-4", "In Progress", by="grace@example.com")
    issue.fields["attachment"] = [
        {"filename": "trace.log", "size": 12_345, "author": {"displayName": "Ada Park"}, "created": None}
    ]
    issue.history.append(
        {
            "id": "1",
            "author": {"displayName": "Ada Park"},
            "created": "2026-01-01T10:00:00.000+0000",
            "items": [{"field": "Link", "fromString": None, "toString": "This issue blocks SECRET-1"}],
        }
    )

    usual = toolbox.run("jira_get_issue", "t1", {"key": "OPS-4"}).content
    whole = toolbox.run("jira_get_issue", "t2", {"key": "OPS-4", "include": "history, attachments"}).content

    assert "History" not in usual
    assert "Grace Moreno: status: To Do → In Progress" in whole
    assert "- trace.log (12 kB, Ada Park" in whole
    assert "SECRET" not in whole


def test_other_fields_are_told_by_name_on_request(toolbox: Toolbox, jira: JiraStandIn) -> None:
    issue = jira.issue("OPS-4")
    issue.fields |= {
        "duedate": "2027-01-31",
        "customfield_10051": {"id": "1", "value": "SEV2 - Major"},
        "customfield_10052": long_text("Open the **form**"),
        "customfield_10061": {"id": "1", "value": "Hardware", "child": {"id": "2", "value": "Laptop"}},
        "customfield_10060": [{"accountId": "1", "displayName": "Grace Moreno"}],
        "customfield_10020": [{"id": 37, "name": "Sprint 12", "state": "active"}],
        "customfield_10014": "SECRET-1",
        "customfield_10053": None,
    }

    usual = toolbox.run("jira_get_issue", "t1", {"key": "OPS-4"}).content
    whole = toolbox.run("jira_get_issue", "t2", {"key": "OPS-4", "include": ["custom fields", "history"]}).content

    assert "Due date" not in usual
    told = dict(line.removeprefix("- ").split(": ", 1) for line in whole.splitlines() if line.startswith("- "))
    assert told["Due date"] == "2027-01-31"
    assert told["Severity"] == "SEV2 - Major"
    assert told["Equipment"] == "Hardware > Laptop"
    assert told["Approvers"] == "Grace Moreno"
    assert told["Sprint"] == "Sprint 12"
    assert "Affected users" not in told
    assert "form" in whole
    assert "SECRET" not in whole
    assert "customfield" not in whole
