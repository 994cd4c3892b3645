"""jira_search: find issues by structured arguments; a compact line for each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import Field

from workers.errors import JiraRefused, ToolError
from workers.jira.jql import UNASSIGNED, IssueQuery
from workers.jira.values import IssueLine, SearchPage
from workers.tools.arguments import CommaTexts, Texts, between, one_of
from workers.tools.context import ToolContext
from workers.tools.people import account_of
from workers.tools.tool import Tool, ToolAnswer, ToolInput

LONGEST_LINE_BYTES = 120
MOST_TYPES = 25
BAD_REQUEST = 400

StatusWord = Annotated[
    Literal["open", "done", "any"],
    one_of(
        all="any", todo="open", to_do="open", in_progress="open", unresolved="open", closed="done", resolved="done",
        both="any",
    ),
]  # fmt: skip
SortWord = Annotated[
    Literal["best", "updated", "created", "priority"],
    one_of(relevance="best", recent="updated", newest="created", latest="updated"),
]


class Search(ToolInput):
    keywords: Texts = Field(
        default=[],
        description="2-4 short groups of words; an issue matches if all words of any one group occur in it. "
        "E.g. error text, component, symptom.",
    )
    project: str | None = Field(None, description="Project key. All open projects when left out.")
    status: StatusWord = Field("open", description="Done issues are found only with done or any.")
    assignee: str | None = Field(
        None,
        description="me (the person who asks), unassigned, or a person: @name (id) as in the conversation, a name, an "
        "e-mail address.",
    )
    reporter: str | None = Field(None, description="me or a person, as for assignee.")
    issue_type: str | None = Field(None, description="Such as Bug.")
    labels: CommaTexts = Field(default=[], description="Issues with any of these labels.")
    updated_within_days: Annotated[int | None, between(1, 3650)] = Field(
        None, description="Changed in the last N days."
    )
    sort: SortWord = Field("best", description="best: closest to the keywords first.")
    limit: Annotated[int, between(1, 20)] = Field(8, description="1-20, default 8.")
    cursor: str | None = Field(None, description="From a result's `more:` line, with the other arguments unchanged.")


def run(args: Search, context: ToolContext, _tool_use_id: str) -> ToolAnswer:
    """Search open projects and return the hits, a line each."""
    query = IssueQuery(
        projects=(context.reader.open_project(args.project),) if args.project else context.reader.projects,
        keywords=tuple(args.keywords),
        status=args.status,
        assignee=_account(args.assignee, context),
        reporter=_account(args.reporter, context),
        issue_type=args.issue_type,
        labels=tuple(args.labels),
        updated_within_days=args.updated_within_days,
        sort=args.sort,
        limit=args.limit,
        cursor=args.cursor,
    )
    try:
        page = context.jira.search(query, context.reader)
    except JiraRefused as error:
        types = _other_types(query, context) if error.status == BAD_REQUEST else ""
        if types:
            raise ToolError(f"{types} Search again with one of them, or without issue_type.") from None
        raise
    return _answer(page, query, context)


def _other_types(query: IssueQuery, context: ToolContext) -> str:
    """List the types of issues, if what was searched for is none of them; else return nothing."""
    if not query.issue_type:
        return ""
    names = {kind.name.casefold(): kind.name for each in query.projects for kind in context.jira.issue_types(each)}
    if query.issue_type.strip().casefold() in names:
        return ""
    known = [*names.values()]
    more = f" and {len(known) - MOST_TYPES} more" if len(known) > MOST_TYPES else ""
    return (
        f"{query.issue_type[:60]!r} is none of the issue types of {', '.join(query.projects)}: "
        f"{', '.join(known[:MOST_TYPES])}{more}."
    )


def _account(who: str | None, context: ToolContext) -> str | None:
    """Return the account that the model names, UNASSIGNED, or None for nobody in particular."""
    word = (who or "").strip()
    if word.casefold() in ("", "any", "anyone", "none", "null"):
        return None
    if word.casefold() in (UNASSIGNED, "nobody", "empty"):
        return UNASSIGNED
    try:
        return account_of(who or "", context).account_id
    except ToolError as problem:
        raise ToolError(
            f"I can't search for this person: {problem}. Or search without it and read the @names in the result."
        ) from None


def _answer(page: SearchPage, query: IssueQuery, context: ToolContext) -> ToolAnswer:
    if not page.issues:
        return ToolAnswer(" ".join(filter(None, (_nothing(query), _other_types(query, context)))))
    now = datetime.now(UTC)
    lines = [line_of(issue, now) for issue in page.issues]
    lines.append(f"address of an issue: {context.jira.url_of('<key>')}")
    if page.cursor:
        lines.append(f"more: {page.cursor}")
    keys = tuple(issue.key for issue in page.issues)
    return ToolAnswer("\n".join(lines), issue_keys=keys, links=tuple((key, context.jira.url_of(key)) for key in keys))


def _nothing(query: IssueQuery) -> str:
    where = f"No {'' if query.status == 'any' else query.status + ' '}issue found in {', '.join(query.projects)}."
    if query.cursor:
        return f"{where} That was the last page."
    other = [] if query.status == "any" else ["status any"]
    other += ["other or fewer words"] if query.keywords else []
    return f"{where} Try once more with {' or '.join(other)}." if other else where


def line_of(issue: IssueLine, now: datetime) -> str:
    """Return an issue as one line of about 120 bytes."""
    facts = (
        issue.key,
        issue.type,
        issue.status,
        issue.priority or "no priority",
        f"@{issue.assignee}" if issue.assignee else UNASSIGNED,
        f"upd {age(issue.updated, now)}",
    )
    head = " | ".join(_cut(" ".join(fact.replace("|", "/").split()), 24) for fact in facts) + " | "
    room = max(LONGEST_LINE_BYTES - len(head.encode()), 40)
    return head + _cut(" ".join(issue.summary.split()), room)


def age(moment: datetime | None, now: datetime) -> str:
    """Return how long ago something was, in one unit."""
    if moment is None:
        return "?"
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 60:
        return f"{max(minutes, 0)}m"
    return f"{minutes // 60}h" if minutes < 48 * 60 else f"{minutes // (24 * 60)}d"


def _cut(text: str, size: int) -> str:
    """Return at most `size` bytes of a text, with a sign that there was more."""
    if len(text.encode()) <= size:
        return text
    return text.encode()[: size - 3].decode(errors="ignore").rstrip() + "…"


TOOL = Tool(
    name="jira_search",
    description=(
        "Find issues in Jira. Use it before saying whether a problem is known, before proposing a new issue, and for "
        "questions such as what is open or assigned to somebody. Returns one line an issue: key | type | status | "
        "priority | assignee | last update | summary."
    ),
    input=Search,
    run=run,
)
