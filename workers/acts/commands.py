"""`/jira search`, `/jira mine` and `/jira usage`: answered to the person alone."""

from __future__ import annotations

from collections.abc import Sequence

from workers.acts.filed import mine
from workers.acts.services import ActServices
from workers.acts.usage import usage
from workers.errors import JiraRefused
from workers.jira.jql import IssueQuery
from workers.jira.reader import KEY, Reader
from workers.records import Action
from workers.views import failures, issue_list
from workers.views.issue_list import MOST_LINES, Line


def command(action: Action, services: ActServices) -> None:
    """Answer a command; who is no full member learns nothing of Jira."""
    if action.values["name"] == "usage":
        usage(action, services)
    elif not services.person(action).is_full_member:
        is_declined = services.settings.guests == "deny"
        services.tell.tell(action, failures.GUESTS_NOT_SERVED if is_declined else failures.JIRA_CLOSED)
    elif action.values["name"] == "mine":
        changes = services.changes.open_of(action.team_id, action.user_id)
        services.tell.tell(action, issue_list.mine(*mine(services.reader(action), services), changes))
    else:
        words = str(action.values["words"])
        services.tell.tell(action, issue_list.found(words, _search(words, services.reader(action), services)))


def _search(words: str, reader: Reader, services: ActServices) -> Sequence[Line]:
    jira = services.jira
    if KEY.fullmatch(words.strip().upper()):
        try:
            issue = jira.issue(words, reader)
        except JiraRefused as error:
            if error.status != 404:
                raise
            return ()
        return (Line(issue.key, issue.url, issue.summary, issue.status),)
    page = jira.search(IssueQuery(keywords=(words,), status="any", limit=MOST_LINES), reader)
    return [Line(issue.key, jira.url_of(issue.key), issue.summary, issue.status) for issue in page.issues]
