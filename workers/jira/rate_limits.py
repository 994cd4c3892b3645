"""What a 429 of Jira is about: one endpoint, one issue or everything; and for how long."""

from __future__ import annotations

import re
from collections.abc import Mapping

from workers.errors import JiraUnavailable
from workers.jira.deployment import Deployment
from workers.jira.errors import retry_after
from workers.state.walls import Walls

EVERYTHING = "jira"
BURST_SECONDS, QUOTA_SECONDS = 2.0, 60.0
"""Where Jira does not say how long: its burst windows last a second, its quotas an hour."""
LONGEST_SECONDS = 3_600.0
ISSUE = re.compile(r"issue/([A-Z][A-Z0-9_]*-\d+|\d+)(?:/|$)")
PARTS = re.compile(r"(?<=/)(?:[A-Z][A-Z0-9_]*-\d+|\d+)(?=/|$)")


class RateLimits:
    """Keeps calls from running into a wall that some process has met."""

    def __init__(self, walls: Walls, deployment: Deployment) -> None:
        self._walls, self._deployment = walls, deployment

    def check(self, method: str, path: str) -> None:
        """Raise JiraUnavailable with the wait that is left if Jira asked for a pause before such a call."""
        wait = self._walls.wait_before((EVERYTHING, _endpoint(method, path), *_issue(method, path)))
        if wait > 0:
            raise JiraUnavailable("Jira asked for a pause", retry_after_seconds=wait, is_busy=True)

    def heard(self, method: str, path: str, headers: Mapping[str, str]) -> JiraUnavailable:
        """Take note of a 429 for all processes, and return what it means for the one who met it."""
        reason = headers.get("RateLimit-Reason", "").lower()
        name, usual = self._about(reason, method, path)
        asked = retry_after(headers)
        seconds = min(usual if asked is None else asked, LONGEST_SECONDS)
        self._walls.put_up(name, seconds)
        what = f"Jira asks to slow down ({reason or 'no reason given'})"
        return JiraUnavailable(what, retry_after_seconds=seconds, is_busy=True)

    def _about(self, reason: str, method: str, path: str) -> tuple[str, float]:
        """Return what the wall stands before, and how long if Jira does not say."""
        if "quota" in reason or (not reason and self._deployment.limits_by_account):
            return EVERYTHING, QUOTA_SECONDS if reason else BURST_SECONDS
        if "per-issue" in reason:
            return next(iter(_issue(method, path)), _endpoint(method, path)), BURST_SECONDS
        return _endpoint(method, path), BURST_SECONDS


def _endpoint(method: str, path: str) -> str:
    """Return the name of an endpoint: the path without the issue that it is about."""
    return f"jira:{method} {PARTS.sub('*', path)}"


def _issue(method: str, path: str) -> tuple[str, ...]:
    found = ISSUE.match(path) if method != "GET" else None
    return (f"jira:issue {found[1]}",) if found else ()
