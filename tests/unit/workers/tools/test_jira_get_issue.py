from __future__ import annotations

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


def test_a_long_description_is_shortened(toolbox: Toolbox, jira: JiraStandIn) -> None:
    text = {"type": "text", "text": "word " * 5_000}
    jira.issue("OPS-1").fields["description"] = {
        "type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [text]}],
    }  # fmt: skip

    content = toolbox.run("jira_get_issue", "t1", {"key": "OPS-1"}).content

    assert "(shortened)" in content
    assert len(content) < 10_000
