"""jira_get_issue: one issue with its description, newest comments and related issues."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pydantic import Field

from workers.jira.values import Issue
from workers.tools.arguments import key_in
from workers.tools.context import ToolContext
from workers.tools.tool import Tool, ToolAnswer, ToolInput

LONGEST_DESCRIPTION = 4_000
LONGEST_COMMENT = 800
MOST_LINKS = 15
SHORTENED = " … (shortened)"


class GetIssue(ToolInput):
    key: str = Field(description="Issue key, such as OPS-12.")


def run(args: GetIssue, context: ToolContext, _tool_use_id: str) -> ToolAnswer:
    """Return one issue as text."""
    issue = context.jira.issue(key_in(args.key), context.reader)
    return ToolAnswer("\n".join(_lines(issue)), issue_keys=(issue.key,), links=((issue.key, issue.url),))


def _lines(issue: Issue) -> Iterator[str]:
    yield f"{issue.key}: {issue.summary}"
    yield f"Address: {issue.url}"
    resolution = f" ({issue.resolution})" if issue.resolution else ""
    yield f"{issue.type} | {issue.status}{resolution} | priority {issue.priority or 'none'}"
    yield f"Assignee: {issue.assignee or 'nobody'} | Reporter: {issue.reporter or 'unknown'}"
    yield f"Created {_day(issue.created)} | Updated {_day(issue.updated)}"
    if issue.labels:
        yield f"Labels: {', '.join(issue.labels)}"
    if issue.components:
        yield f"Components: {', '.join(issue.components)}"
    for link in issue.links[:MOST_LINKS]:
        yield f"{link.relation}: {link.key} [{link.status}] {link.summary}"
    yield "Description (as written in Jira):"
    yield _cut(issue.description, LONGEST_DESCRIPTION) or "(none)"
    yield from _comments(issue)


def _comments(issue: Issue) -> Iterator[str]:
    if not issue.comments:
        yield "No comments." if issue.comments_total is not None else "Its comments can't be read."
        return
    total = max(issue.comments_total or 0, len(issue.comments))
    yield f"Newest {len(issue.comments)} of {total} comments, newest first:"
    for comment in issue.comments:
        kind = ", internal" if comment.is_internal else ""
        yield f"- {comment.author or 'unknown'}, {_day(comment.created)}{kind}: {_cut(comment.text, LONGEST_COMMENT)}"


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "?"


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else text[:size].rstrip() + SHORTENED


TOOL = Tool(
    name="jira_get_issue",
    description=(
        "Read one issue: status, people, description, newest comments, related issues. Use it when a person names an "
        "issue, or to see whether an issue that was found really is the same problem."
    ),
    input=GetIssue,
    run=run,
)
