"""Who may see which issue: asked of Jira for one person, remembered for minutes, and no where nobody can tell."""

from __future__ import annotations

import contextvars
import hashlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, Protocol

from workers.errors import JiraRefused, ScopeMissing
from workers.jira.connection import Connection
from workers.jira.deployment import Deployment
from workers.jira.reader import Reader
from workers.jira.reading import browsable_of, granted_of, is_open_scheme, people_of
from workers.logs import get_logger
from workers.state.cache import Cache

Way = Literal["check", "view", "none"]
"""How the rights of others are asked for: for many issues (Administer Jira), one by one (Browse users), not at all."""

YES_SECONDS = 300
NO_SECONDS = 60
"""Who was given a right just now would rather not wait for long."""
RIGHTS_SECONDS = 600
SCHEME_SECONDS = 3_600
MOST_AT_ONCE = 1_000
SIDE_BY_SIDE = 8
MOST_VIEWERS = 1_000

log = get_logger(__name__)


class Seen(Protocol):
    """What must be known of an issue to tell who may see it."""

    @property
    def id(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def project(self) -> str: ...
    @property
    def is_restricted(self) -> bool: ...


class Sight:
    """One answer for everything that a person could be shown: search hits, an issue, what it is linked to."""

    def __init__(
        self,
        connection: Connection,
        deployment: Deployment,
        cache: Cache,
        *,
        open_projects: Iterable[str],
        account_of: Callable[[Reader], str | None],
    ) -> None:
        self._connection, self._deployment, self._cache = connection, deployment, cache
        self._open, self._account_of = frozenset(open_projects), account_of

    def seen(self, reader: Reader, issues: Sequence[Seen]) -> frozenset[str]:
        """Return the keys of those issues that may be shown to this person in this place."""
        here = [
            each for each in issues if each.project in reader.projects and (reader.is_alone or not each.is_restricted)
        ]
        if not here:
            return frozenset()
        verdicts = self._verdicts(reader, here)
        return frozenset(
            each.key for each in here if (verdicts[each.id] if each.id in verdicts else self._is_open(each))
        )

    def knows(self, reader: Reader, issue: Seen) -> bool:
        """Return whether Jira itself says that this very person may see the issue, not only that everybody may."""
        return self._verdicts(reader, [issue]).get(issue.id, False)

    def forget_rights(self, projects: Iterable[str]) -> None:
        """Let our own account's rights, and who may browse these projects, be asked anew: somebody changed them."""
        for name in ("jira:own_rights", "jira:check_refused", *map(_open_name, projects)):
            self._cache.drop(name)

    def way(self) -> Way:
        """Return how the rights of others can be asked for."""
        granted = self._rights()
        if "ADMINISTER" in granted and self._deployment.checks_permissions:
            return "check"
        return "view" if "USER_PICKER" in granted else "none"

    def is_open_to_all(self, project: str) -> bool:
        """Return whether everybody may browse a project: the operator says so, or Jira's own permission scheme."""
        return project in self._open or self._has_open_scheme(project)

    def _has_open_scheme(self, project: str) -> bool:
        name = _open_name(project)
        known = self._cache.get(name)
        if isinstance(known, bool):
            return known
        is_open, seconds = False, RIGHTS_SECONDS
        try:
            if self._may_read_scheme(project):
                path, params = f"project/{project}/permissionscheme", {"expand": "permissions"}
                is_open = self._connection.read("permission_scheme", path, is_open_scheme, params=params)
                seconds = SCHEME_SECONDS
        except (JiraRefused, ScopeMissing):
            is_open = False
        self._cache.put(name, is_open, seconds)
        return is_open

    def _may_read_scheme(self, project: str) -> bool:
        """Return whether our account administers Jira or this project."""
        if "ADMINISTER" in self._rights():
            return True
        params = {"projectKey": project, "permissions": "ADMINISTER_PROJECTS"}
        granted = self._connection.read("permissions", "mypermissions", granted_of, params=params)
        return "ADMINISTER_PROJECTS" in granted

    def _is_open(self, issue: Seen) -> bool:
        return not issue.is_restricted and self.is_open_to_all(issue.project)

    def _verdicts(self, reader: Reader, issues: Sequence[Seen]) -> dict[str, bool]:
        """Return by issue id what Jira says about this person; nothing about issues of which it does not tell."""
        account = self._account_of(reader)
        if account is None:
            return {}
        names = {each.id: _verdict_name(reader.team_id, account, each.id) for each in issues}
        known = {issue_id: self._cache.get(name) for issue_id, name in names.items()}
        verdicts = {issue_id: verdict for issue_id, verdict in known.items() if isinstance(verdict, bool)}
        fresh = self._asked(account, [each for each in issues if each.id not in verdicts])
        for issue_id, verdict in fresh.items():
            self._cache.put(names[issue_id], verdict, YES_SECONDS if verdict else NO_SECONDS)
        return verdicts | fresh

    def _asked(self, account: str, issues: Sequence[Seen]) -> dict[str, bool]:
        if not issues:
            return {}
        checked = self._checked(account, issues)
        return self._viewed(account, issues) if checked is None else checked

    def _checked(self, account: str, issues: Sequence[Seen]) -> dict[str, bool] | None:
        """Ask about all issues at once; None if our own account may not ask so."""
        if not self._deployment.checks_permissions or self._cache.get("jira:check_refused"):
            return None
        verdicts: dict[str, bool] = {}
        try:
            for start in range(0, len(issues), MOST_AT_ONCE):
                ids = [int(each.id) for each in issues[start : start + MOST_AT_ONCE]]
                wanted = {"permissions": ["BROWSE_PROJECTS"], "issues": ids}
                body = {"accountId": account, "projectPermissions": [wanted]}
                found = self._connection.read("permissions_check", "permissions/check", browsable_of, body=body)
                verdicts |= {str(number): number in found for number in ids}
        except (JiraRefused, ScopeMissing) as error:
            if isinstance(error, JiraRefused) and error.status == 400:
                # Jira does not know the account any more.
                return {each.id: False for each in issues}
            self._cache.put("jira:check_refused", True, RIGHTS_SECONDS)
            return None
        return verdicts

    def _viewed(self, account: str, issues: Sequence[Seen]) -> dict[str, bool]:
        """Ask issue by issue; without the right to browse users Jira answers everything with nobody."""
        with ThreadPoolExecutor(min(SIDE_BY_SIDE, len(issues)), thread_name_prefix="sight") as pool:
            answers = [pool.submit(contextvars.copy_context().run, self._views, account, each) for each in issues]
            verdicts = {each.id: answer.result() for each, answer in zip(issues, answers, strict=True)}
        if any(verdicts.values()) or "USER_PICKER" in self._rights():
            return verdicts
        return {}

    def _views(self, account: str, issue: Seen) -> bool:
        params = {**self._deployment.person_key(account), "issueKey": issue.key, "maxResults": MOST_VIEWERS}
        try:
            found = self._connection.read("viewers", "user/viewissue/search", people_of, params=params)
        except JiraRefused:
            return False
        return any(person.account_id == account for person in found)

    def _rights(self) -> frozenset[str]:
        """Return which of the global rights that matter here our own account has."""
        known = self._cache.get("jira:own_rights")
        if not isinstance(known, list):
            params = {"permissions": "ADMINISTER,USER_PICKER"}
            try:
                known = sorted(self._connection.read("permissions", "mypermissions", granted_of, params=params))
            except JiraRefused:
                known = []
            self._cache.put("jira:own_rights", known, RIGHTS_SECONDS)
        return frozenset(map(str, known))


def _open_name(project: str) -> str:
    return f"jira:open_to_all:{project}"


def _verdict_name(team_id: str, account: str, issue_id: str) -> str:
    return f"{team_id}:jira:sees:{hashlib.sha256(account.encode()).hexdigest()[:24]}:{issue_id}"
