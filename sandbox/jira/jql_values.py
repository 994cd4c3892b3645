"""JQL values → what they mean on this site: projects, people, dates; unknown ones are refused in Jira's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from sandbox.jira import catalogue as default
from sandbox.jira.fields import FIELDS
from sandbox.jira.jql_parser import Function, Value
from sandbox.jira.site import Site, User
from sandbox.jira.wire import JiraError

PERIOD = re.compile(r"([+-]?)((?:\d+[wdhmy]\s*)+)")
UNITS = {"w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
UNITS["y"] = timedelta(days=365)
DATE_FORMATS = ("%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y-%m-%d")


class Values:
    """Looks values up for one user at one moment."""

    def __init__(self, site: Site, user: User) -> None:
        self.site, self.user = site, user
        self.now = datetime.fromtimestamp(site.clock.now(), UTC)

    def ids(self, field: str, value: Value | Function) -> frozenset[str]:
        """Return the ids that a value names for a field of things; there is at least one."""
        if isinstance(value, Function):
            if value.name.lower() == "currentuser" and field in ("assignee", "reporter", "creator", "watcher"):
                return frozenset({self.user.account_id})
            raise unknown_function(value)
        rows = ROWS.get(field)
        found = frozenset(rows(self, value.text)) if rows else self._options(field, value.text)
        if not found:
            raise JiraError(400, f"The value '{value.text}' does not exist for the field '{field}'.")
        return found

    def _options(self, field: str, text: str) -> frozenset[str]:
        return frozenset(_named(FIELDS[field].options, text))

    def moment(self, field: str, value: Value | Function) -> tuple[datetime, bool]:
        """Return a point in time, and whether it names a whole day."""
        if isinstance(value, Function):
            return self._boundary(value), False
        if match := PERIOD.fullmatch(value.text.strip()):
            sign = -1 if match[1] == "-" else 1
            parts = re.findall(r"(\d+)([wdhmy])", match[2])
            return self.now + sign * sum((int(many) * UNITS[unit] for many, unit in parts), timedelta()), False
        for form in DATE_FORMATS:
            try:
                return datetime.strptime(value.text, form).replace(tzinfo=UTC), "%H" not in form
            except ValueError:
                continue
        raise JiraError(
            400,
            f"Date value '{value.text}' for field '{field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', "
            "'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.",
        )

    def _boundary(self, function: Function) -> datetime:
        day = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
        starts: dict[str, datetime] = {
            "now": self.now,
            "startofday": day,
            "endofday": day + timedelta(days=1),
            "startofweek": day - timedelta(days=(day.weekday() + 1) % 7),
            "startofmonth": day.replace(day=1),
            "startofyear": day.replace(month=1, day=1),
        }
        start = starts.get(function.name.lower())
        if start is None:
            raise unknown_function(function)
        if not function.arguments:
            return start
        moved, _ = Values.moment(self, function.name, Value(function.arguments[0]))
        return start + (moved - self.now)

    def keys(self, field: str, value: Value | Function) -> frozenset[str]:
        """Return the issue keys that a value names; a function may name none."""
        if isinstance(value, Function):
            if value.name.lower() != "issueswithremotelinksbyglobalid":
                raise unknown_function(value)
            return frozenset(
                issue.key
                for issue in self.site.issues.values()
                if any(link.get("globalId") in value.arguments for link in issue.remote_links)
            )
        try:
            return frozenset({self.site.issue(value.text, self.user).key})
        except JiraError:
            raise JiraError(400, f"An issue with key '{value.text}' does not exist for field '{field}'.") from None


def unknown_function(function: Function) -> JiraError:
    return JiraError(400, f"Unable to find JQL function '{function.name}({', '.join(function.arguments)})'.")


def _named(rows: Iterable[tuple[str, ...]], text: str) -> set[str]:
    wanted = text.lower()
    return {row[0] for row in rows if wanted in [each.lower() for each in row]}


def _projects(values: Values, text: str) -> set[str]:
    return _named(
        ((each.id, each.key, each.name) for each in values.site.projects.values() if each.seen_by(values.user)), text
    )


def _types(values: Values, text: str) -> set[str]:
    seen = (each for each in values.site.projects.values() if each.seen_by(values.user))
    return _named(((kind.id, kind.name) for each in seen for kind in each.types), text)


def _parts(member: str) -> Callable[[Values, str], set[str]]:
    def named(values: Values, text: str) -> set[str]:
        seen = (each for each in values.site.projects.values() if each.seen_by(values.user))
        return _named((row for each in seen for row in getattr(each, member)), text)

    return named


def _people(values: Values, text: str) -> set[str]:
    return _named((_names(user, values.site) for user in values.site.users.values()), text)


def _names(user: User, site: Site) -> tuple[str, ...]:
    """Return all that a person may be called in a query, the account's id first."""
    more = () if site.is_cloud else (user.name, user.key)
    return (user.account_id, user.display_name, *more, *(() if user.email_hidden else (user.email,)))


ROWS: dict[str, Callable[[Values, str], set[str]]] = {
    "project": _projects,
    "issuetype": _types,
    "component": _parts("components"),
    "fixVersion": _parts("versions"),
    "affectedVersion": _parts("versions"),
    "assignee": _people,
    "reporter": _people,
    "creator": _people,
    "status": lambda _values, text: _named(((each.id, each.name) for each in default.STATUSES), text),
    "statusCategory": lambda _values, text: _named(
        ((str(row[0]), row[1], key) for key, row in default.CATEGORIES.items()), text
    ),
    "priority": lambda _values, text: _named(default.PRIORITIES, text),
    "resolution": lambda _values, text: (
        _named(default.RESOLUTIONS, text) or ({""} if text.lower() == "unresolved" else set())
    ),
}
