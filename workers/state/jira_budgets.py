"""Jira's limits on writes to one issue as budgets; all processes share them through the limiter."""

from __future__ import annotations

from workers.state.limiter import Budget

# developer.atlassian.com, "Rate limiting": 20 writes in 2 s and 100 in 30 s on one issue, whoever makes them.
# A little longer than Jira's own windows, for calls that overtake each other on their way.
PER_ISSUE = ((20, 2.2), (100, 30.5))


def issue_budgets(key: str) -> tuple[Budget, ...]:
    """Return the budgets from which one write to an issue is taken."""
    return tuple(Budget(f"{{jira:{key}}}:{limit}", limit=limit, window_seconds=seconds) for limit, seconds in PER_ISSUE)
