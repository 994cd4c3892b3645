"""What a person has drafted and filed here, with the present status of each issue."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from workers.acts.services import ActServices
from workers.errors import JiraRefused, JiraUnavailable, ToolError, TurnFailed
from workers.jira.jql import IssueQuery
from workers.logs import get_logger
from workers.records import Draft, Filing
from workers.views.issue_list import OPEN_STATES, Line

STATUS_SECONDS = 60
MOST_ISSUES = 20

log = get_logger(__name__)

Mine = tuple[list[tuple[Draft, Filing]], list[Line]]


def mine(team_id: str, user_id: str, services: ActServices) -> Mine:
    """Return a person's open drafts and the issues that they filed, newest first."""
    known = services.filings.of_person(team_id, user_id)
    open_drafts = [each for each in known if each[1].state in OPEN_STATES]
    filed = [(draft, filing) for draft, filing in known if filing.state == "done" and filing.issue_key][:MOST_ISSUES]
    statuses = _statuses([filing.issue_key for _, filing in filed], services)
    lines = [
        Line(filing.issue_key, filing.issue_url, draft.summary, statuses.get(filing.issue_key, ""))
        for draft, filing in filed
    ]
    return open_drafts, lines


def _statuses(keys: Sequence[str], services: ActServices) -> dict[str, str]:
    """Return the status of each issue that Jira tells of, at most a minute old."""
    if not keys:
        return {}
    name = f"jira:statuses:{hashlib.sha256(','.join(keys).encode()).hexdigest()[:24]}"
    known = services.cache.get(name)
    if isinstance(known, dict):
        return {str(key): str(status) for key, status in known.items()}
    try:
        found = _asked(tuple(keys), services)
    except (JiraUnavailable, TurnFailed) as error:
        log.info("statuses_unknown", cause=type(error).__name__)
        return {}
    services.cache.put(name, found, STATUS_SECONDS)
    return found


def _asked(keys: tuple[str, ...], services: ActServices) -> dict[str, str]:
    try:
        page = services.jira.search(IssueQuery(keys=keys, status="any", sort="created", limit=len(keys)))
    except JiraRefused:
        # One of them is gone, and Jira refuses the whole question.
        return {key: status for key in keys if (status := _one(key, services))}
    return {issue.key: issue.status for issue in page.issues}


def _one(key: str, services: ActServices) -> str:
    try:
        return services.jira.issue(key).status
    except (JiraRefused, ToolError):
        return "gone"
