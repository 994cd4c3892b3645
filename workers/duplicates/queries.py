"""Pure: what Jira is asked for a draft. Its text search joins words by AND: few words a group, several groups."""

from __future__ import annotations

from itertools import combinations

from workers.duplicates.signatures import signatures_of
from workers.duplicates.words import salient
from workers.jira.jql import IssueQuery
from workers.records import Draft

MOST_HITS = 50
RECENT_DAYS = 14
GROUPS = 4
"""As many as one query takes."""


def queries_of(draft: Draft) -> tuple[IssueQuery, ...]:
    """Return at most three queries by keywords, and one for what is new in the same component or project."""
    signatures = signatures_of(f"{draft.summary}\n{draft.description}")
    words = salient(draft.summary, draft.description)
    pairs = [" ".join(pair) for pair in combinations(words[:GROUPS], 2)]
    wanted = (tuple(signatures[:GROUPS]), tuple(pairs[:GROUPS]), tuple(words[:GROUPS]))
    by_keywords = (_query(draft, keywords=keywords) for keywords in dict.fromkeys(wanted) if keywords)
    recent = _query(draft, components=components_of(draft), updated_within_days=RECENT_DAYS)
    return (*by_keywords, recent)


def components_of(draft: Draft) -> tuple[str, ...]:
    """Return the components that a draft names."""
    value = draft.fields.get("components") or ()
    return (value,) if isinstance(value, str) else tuple(value)


def _query(
    draft: Draft,
    *,
    keywords: tuple[str, ...] = (),
    components: tuple[str, ...] = (),
    updated_within_days: int | None = None,
) -> IssueQuery:
    return IssueQuery(
        projects=(draft.project,),
        keywords=keywords,
        components=components,
        updated_within_days=updated_within_days,
        status="any",
        sort="updated",
        limit=MOST_HITS,
        with_text=True,
    )
