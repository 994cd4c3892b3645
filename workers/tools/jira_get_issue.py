"""jira_get_issue: one issue within a limit of characters, the parts of it that are asked for, and how to read on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from workers.jira.issue_reads import IssueParts
from workers.jira.values import Issue
from workers.tools.arguments import between, key_in
from workers.tools.context import ToolContext
from workers.tools.tool import Tool, ToolAnswer, ToolInput

MOST_LINKS = 25
MOST_COMMENTS = 50
MOST_EVENTS = 50
FEW_COMMENTS = 5
MOST_CHARS = 12_000
NOTE_ROOM = 160
"""For the sentence that says how to read on."""

Part = Literal["description", "comments", "links", "history", "attachments", "fields"]
USUAL: tuple[Part, ...] = ("links", "description", "comments")
_WORDS = {
    "changelog": "history", "comment": "comments", "files": "attachments", "all": "all", "link": "links",
    "field": "fields", "custom_fields": "fields", "custom fields": "fields", "details": "fields",
}  # fmt: skip


def _parts(value: object) -> object:
    """Return names of parts as they are called here; `all` for all of them."""
    given = value if isinstance(value, list) else str(value).split(",")
    words = [_WORDS.get(str(word).strip().casefold(), str(word).strip().casefold()) for word in given]
    return [*USUAL, "history", "attachments", "fields"] if "all" in words else [word for word in words if word]


class GetIssue(ToolInput):
    key: str = Field(description="Issue key, such as OPS-12.")
    include: Annotated[list[Part], BeforeValidator(_parts)] = Field(
        default=[*USUAL],
        description="Which parts beside the facts: description, comments, links, history, attachments, fields "
        "(due date, sprint, versions, custom fields). The first three when left out; comments alone: up to 50.",
    )
    max_chars: Annotated[int, between(500, MOST_CHARS)] = Field(
        4_000, description="Length of the answer, up to 12000. Raise it only to read on in what was cut."
    )
    offset: Annotated[int, between(0, 10_000_000)] = Field(
        0, description="To read on in one part: the number that the answer before named."
    )


def run(args: GetIssue, context: ToolContext, _tool_use_id: str) -> ToolAnswer:
    """Return one issue as text."""
    wanted = tuple(dict.fromkeys(args.include)) or USUAL
    parts = IssueParts(
        comments=MOST_COMMENTS if wanted == ("comments",) else FEW_COMMENTS,
        with_past="history" in wanted or "attachments" in wanted,
        with_fields="fields" in wanted,
    )
    issue = context.jira.issue(key_in(args.key), context.reader, parts)
    # What it is linked to was read with it.
    keys = (issue.key, *(link.key for link in issue.links[:MOST_LINKS]))
    return ToolAnswer(
        _text(issue, wanted, args.max_chars, args.offset), issue_keys=keys, links=((issue.key, issue.url),)
    )


def _text(issue: Issue, wanted: tuple[Part, ...], max_chars: int, offset: int) -> str:
    facts = _cut("\n".join(_facts(issue)), max_chars // 2)
    # Where something is read on in one part; of several parts each begins at its beginning.
    skipped = offset if len(wanted) == 1 else 0
    sections = {part: _behind(_section(issue, part, wanted), skipped) for part in wanted}
    room = max_chars - len(facts) - 1
    shares = _shares({part: len(text) for part, text in sections.items()}, room - NOTE_ROOM - len(sections))
    shown = [facts, *(_cut(text, shares[part]) for part, text in sections.items())]
    cut = [part for part, text in sections.items() if len(text) > shares[part]]
    if cut:
        end = skipped + max(shares[cut[0]] - 1, 0)
        shown.append(f"(Cut: {', '.join(cut)}. To read on call again with {_way_on(cut, wanted, max_chars, end)}.)")
    return "\n".join(shown)


def _section(issue: Issue, part: Part, wanted: tuple[Part, ...]) -> str:
    text = "\n".join(SECTIONS[part](issue))
    if wanted == ("comments",) and len(issue.comments) < (issue.comments_total or 0):
        text += "\n(Older comments are only in Jira, at the address above.)"
    return text


def _behind(text: str, offset: int) -> str:
    return text if not offset else text[offset:] or "(Nothing more behind that.)"


def _way_on(cut: list[Part], wanted: tuple[Part, ...], max_chars: int, end: int) -> str:
    """Say which arguments show what was left out; the same ones again would show the same."""
    if len(wanted) == 1:
        return f"include {cut[0]} and offset {end}"
    if max_chars < MOST_CHARS:
        return f"include {', '.join(cut)} and max_chars up to {MOST_CHARS}"
    return f"include {', '.join(cut)}" if len(cut) < len(wanted) else f"include {cut[0]} alone, then the others"


def _shares(sizes: dict[Part, int], room: int) -> dict[Part, int]:
    """Return how many characters each part gets: short ones all they need, long ones the same."""
    shares: dict[Part, int] = {}
    for number, part in enumerate(sorted(sizes, key=lambda name: sizes[name])):
        shares[part] = min(sizes[part], max(room, 0) // (len(sizes) - number))
        room -= shares[part]
    return shares


def _facts(issue: Issue) -> Iterator[str]:
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


def _description(issue: Issue) -> Iterator[str]:
    yield "Description (as written in Jira):"
    yield issue.description or "(none)"


def _links(issue: Issue) -> Iterator[str]:
    for link in issue.links[:MOST_LINKS]:
        yield f"{link.relation}: {link.key} [{link.status}] {link.summary}"
    if not issue.links:
        yield "No linked issues."
    elif len(issue.links) > MOST_LINKS:
        yield f"and {len(issue.links) - MOST_LINKS} more linked issues, only in Jira"


def _comments(issue: Issue) -> Iterator[str]:
    if not issue.comments:
        yield "No comments." if issue.comments_total is not None else "Its comments can't be read."
        return
    total = max(issue.comments_total or 0, len(issue.comments))
    yield f"Newest {len(issue.comments)} of {total} comments, newest first:"
    for comment in issue.comments:
        kind = ", internal" if comment.is_internal else ""
        yield f"- {comment.author or 'unknown'}, {_day(comment.created)}{kind}: {comment.text}"


def _history(issue: Issue) -> Iterator[str]:
    yield "History, newest first:" if issue.events else "No history that can be shown."
    for event in issue.events[:MOST_EVENTS]:
        yield f"- {_day(event.created)} {event.author}: {'; '.join(event.changes)}"
    if len(issue.events) > MOST_EVENTS:
        yield "Older changes are only in Jira, at the address above."


def _attachments(issue: Issue) -> Iterator[str]:
    yield "Attachments:" if issue.files else "No attachments that can be shown."
    for file in issue.files:
        yield f"- {file.name} ({file.size / 1000:,.0f} kB, {file.author}, {_day(file.created)})"


def _fields(issue: Issue) -> Iterator[str]:
    yield "Other fields:" if issue.fields else "No other field holds a value."
    for name, value in issue.fields:
        yield f"- {name}: {value}"


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "?"


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else text[: max(size - 1, 0)].rstrip() + "…"


SECTIONS = {
    "description": _description,
    "comments": _comments,
    "links": _links,
    "history": _history,
    "attachments": _attachments,
    "fields": _fields,
}

TOOL = Tool(
    name="jira_get_issue",
    description=(
        "Read one issue: status, people, description, newest comments, related issues; its history, attachments and "
        "other fields on request. Use it when a person names an issue, or to see whether it really is the same problem."
    ),
    input=GetIssue,
    run=run,
)
