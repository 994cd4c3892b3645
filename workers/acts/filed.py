"""What a person has drafted and filed here, with the present status of each issue."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from workers.acts.services import ActServices
from workers.errors import JiraRefused, JiraUnavailable, ToolError, TurnFailed
from workers.jira.jql import IssueQuery
from workers.jira.reader import Reader
from workers.logs import get_logger
from workers.records import Draft, Filing
from workers.views.issue_list import OPEN_STATES, Line

STATUS_SECONDS = 60
MOST_ISSUES = 20

log = get_logger(__name__)

Mine = tuple[list[tuple[Draft, Filing]], list[Line]]


def mine(reader: Reader, services: ActServices) -> Mine:
    """Return a person's open drafts and the issues that they filed, newest first.

    The words are the person's own; a status comes from Jira, and only of what they may see there now.
    """
    known = services.filings.of_person(reader.team_id, reader.user_id)
    open_drafts = [each for each in known if each[1].state in OPEN_STATES]
    filed = [(draft, filing) for draft, filing in known if filing.state == "done" and filing.issue_key][:MOST_ISSUES]
    statuses = _statuses([filing.issue_key for _, filing in filed], reader, services)
    lines = [
        Line(filing.issue_key, filing.issue_url, draft.summary, statuses.get(filing.issue_key, ""))
        for draft, filing in filed
    ]
    return open_drafts, lines


def _statuses(keys: Sequence[str], reader: Reader, services: ActServices) -> dict[str, str]:
    """Return the status of each issue that Jira tells of, at most a minute old."""
    if not keys:
        return {}
    asked = repr((reader, keys)).encode()
    name = f"{reader.team_id}:jira:statuses:{hashlib.sha256(asked).hexdigest()[:24]}"
    known = services.cache.get(name)
    if isinstance(known, dict):
        return {str(key): str(status) for key, status in known.items()}
    try:
        found = _asked(tuple(keys), reader, services)
    except (JiraUnavailable, TurnFailed) as error:
        log.info("statuses_unknown", cause=type(error).__name__)
        return {}
    services.cache.put(name, found, STATUS_SECONDS)
    return found


def _asked(keys: tuple[str, ...], reader: Reader, services: ActServices) -> dict[str, str]:
    mine = tuple(key for key in keys if key.rpartition("-")[0] in reader.projects)
    if not mine:
        return {}
    try:
        page = services.jira.search(IssueQuery(keys=mine, status="any", sort="created", limit=len(mine)), reader)
    except JiraRefused:
        # One of them is gone, and Jira refuses the whole question.
        return {key: status for key in mine if (status := _one(key, reader, services))}
    return {issue.key: issue.status for issue in page.issues}


def _one(key: str, reader: Reader, services: ActServices) -> str:
    try:
        return services.jira.issue(key, reader).status
    except (JiraRefused, ToolError):
        return "gone"
