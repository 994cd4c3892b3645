"""Pure: a structured query becomes JQL. No part of it is ever JQL that somebody else wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from workers.jira.values import IssueLine

Status = Literal["open", "done", "any"]
Sort = Literal["best", "updated", "created", "priority"]
UNASSIGNED = "unassigned"

MOST_GROUPS = 4
WORDS_PER_GROUP = 3
WORDS_PER_CUT_GROUP = 2
LONGEST_GROUP = 100
NOT_TEXT = re.compile(r"[^\w\s]|[\x00-\x1f\x7f]")
"""Everything with a meaning in Jira's text search goes, and with it what it would not index anyway."""
STOP_WORDS = frozenset(
    {
        "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "from", "i", "if", "in", "into", "is", "it",
        "my", "no", "not", "of", "on", "or", "our", "so", "such", "that", "the", "their", "then", "there", "these",
        "they", "this", "to", "was", "we", "when", "will", "with", "you", "your",
    }
)  # fmt: skip
STATUSES: dict[Status, str] = {"open": "statusCategory != Done", "done": "statusCategory = Done", "any": ""}
ORDERS: dict[Sort, str] = {
    "best": "updated DESC",
    "updated": "updated DESC",
    "created": "created DESC",
    "priority": "priority DESC, updated DESC",
}


@dataclass(frozen=True)
class IssueQuery:
    """What to look for; everything that is given must hold, of the keywords any."""

    projects: tuple[str, ...] = ()
    """Keys; none means all that are open to the bot."""
    keys: tuple[str, ...] = ()
    """Only these issues; Jira refuses the whole query if one of them does not exist."""
    keywords: tuple[str, ...] = ()
    """Groups of words: all words of one group must occur."""
    status: Status = "open"
    assignee: str | None = None
    """An account id, or UNASSIGNED."""
    reporter: str | None = None
    """An account id."""
    issue_type: str | None = None
    labels: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    """Issues of any of them; Jira refuses the whole query if one of them does not exist."""
    updated_within_days: int | None = None
    sort: Sort = "best"
    """`best` ranks by the keywords and has no further pages; without keywords it is `updated`."""
    limit: int = 8
    cursor: str | None = None
    with_text: bool = False
    """The descriptions are wanted, too."""

    @property
    def is_ranked(self) -> bool:
        return self.sort == "best" and bool(words_of(self.keywords)) and self.cursor is None


def jql_of(query: IssueQuery) -> str:
    """Return the query as JQL, every value quoted; it must name its projects."""
    if not query.projects:
        raise ValueError("a query without projects is not bounded")
    clauses = [
        f"project in ({_list(query.projects)})",
        f"key in ({_list(query.keys)})" if query.keys else "",
        STATUSES[query.status],
        "assignee is EMPTY" if query.assignee == UNASSIGNED else _is("assignee", query.assignee),
        _is("reporter", query.reporter),
        _is("issuetype", query.issue_type),
        f"labels in ({_list(query.labels)})" if query.labels else "",
        f"component in ({_list(query.components)})" if query.components else "",
        f"updated >= -{int(query.updated_within_days)}d" if query.updated_within_days else "",
        _text(query.keywords),
    ]
    return " AND ".join(filter(None, clauses)) + f" ORDER BY {ORDERS[query.sort]}"


def marked_jql(project: str, label: str) -> str:
    """Return the JQL of issues that carry a label."""
    return f"project = {quoted(project)} AND labels = {quoted(label)} ORDER BY created ASC"


def own_recent_jql(project: str, days: int) -> str:
    """Return the JQL of issues that the bot's own account created lately."""
    return f"project = {quoted(project)} AND creator = currentUser() AND created >= -{int(days)}d ORDER BY created DESC"


def resolved_jql(projects: Iterable[str], days: int) -> str:
    """Return the JQL of the done issues that changed lately, the newest first."""
    lately = f"statusCategory = Done AND updated >= -{int(days)}d"
    return f"project in ({_list(projects)}) AND {lately} ORDER BY updated DESC"


def quoted(value: str) -> str:
    """Return a JQL string; always quoted, since a key or label can be a reserved word."""
    clean = re.sub(r"[\x00-\x1f\x7f]", " ", value)
    return '"' + clean.replace("\\", "\\\\").replace('"', '\\"') + '"'


def words_of(keywords: Iterable[str]) -> tuple[str, ...]:
    """Return the words that text search can find, lower-case, each once."""
    words = NOT_TEXT.sub(" ", " ".join(keywords)).replace("_", " ").lower().split()
    return tuple(dict.fromkeys(word for word in words if word not in STOP_WORDS))


def groups_of(keywords: Iterable[str]) -> tuple[str, ...]:
    """Return at most four groups of few words: all words of a long sentence together would find nothing."""
    groups: list[str] = []
    for keyword in keywords:
        words = words_of([keyword])
        size = len(words) if len(words) <= WORDS_PER_GROUP else WORDS_PER_CUT_GROUP
        groups += [" ".join(words[start : start + size]) for start in range(0, len(words), size or 1)]
    return tuple(group[:LONGEST_GROUP] for group in dict.fromkeys(groups))[:MOST_GROUPS]


def ranked(issues: Iterable[IssueLine], keywords: Iterable[str]) -> list[IssueLine]:
    """Return the issues with those first whose summaries share most words with the keywords."""
    wanted = set(words_of(keywords))
    return sorted(issues, key=lambda issue: -len(wanted & set(words_of([issue.summary]))))


def _is(field: str, value: str | None) -> str:
    return f"{field} = {quoted(value)}" if value else ""


def _list(values: Iterable[str]) -> str:
    return ", ".join(map(quoted, values))


def _text(keywords: Iterable[str]) -> str:
    terms = [f"text ~ {quoted(group)}" for group in groups_of(keywords)]
    return f"({' OR '.join(terms)})" if terms else ""
