"""What may be written into each family of fields, and the wire value that is stored for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sandbox.jira import adf
from sandbox.jira import catalogue as default
from sandbox.jira.fields import Field, option_shape
from sandbox.jira.site import Project, Site, User, user_shape
from sandbox.jira.wire import ORIGIN, JiraError

TEXT_LIMIT = 32_767
NEEDS_ADF = "Operation value must be an Atlassian Document (see the Atlassian Document Format)"


class FieldError(ValueError):
    """One field's value is refused; the message is Jira's, for that field."""


@dataclass(frozen=True)
class Scope:
    """What a value is checked against."""

    site: Site
    user: User
    project: Project


def pick(rows: tuple[tuple[str, str], ...], value: Any, name_member: str) -> tuple[str, str] | None:
    """Return the row that an `{"id": …}` or `{"name"/"value": …}` object names."""
    if not isinstance(value, dict):
        return None
    if "id" in value:
        return next((row for row in rows if row[0] == str(value["id"])), None)
    return next((row for row in rows if row[1] == value.get(name_member)), None)


def _summary(value: Any, _field: Field, _scope: Scope) -> Any:
    if not isinstance(value, str):
        raise FieldError("Operation value must be a string")
    if not value.strip():
        raise FieldError("You must specify a summary of the issue.")
    if "\n" in value or "\r" in value:
        raise FieldError("The summary is invalid because it contains newline characters.")
    if len(value) > 255:
        raise FieldError("Summary can't exceed 255 characters.")
    return value.strip()


def _line(value: Any, field: Field, _scope: Scope) -> Any:
    if not isinstance(value, str):
        raise FieldError("Operation value must be a string")
    if field.family == "url" and not re.fullmatch(r"(https?|ftp|mailto|tel):\S+", value):
        raise FieldError(f"{field.name} must be a valid URL.")
    if len(value) > 255:
        raise FieldError(
            f"The entered text is too long. It exceeds the allowed limit of 255 characters ({field.name})."
        )
    return value


def document(value: Any, site: Site) -> Any:
    """Return a rich text value if the site takes it and it is not too long; refuse it in Jira's words."""
    if not site.is_cloud:
        return _wiki(value)
    if not isinstance(value, dict):
        raise FieldError(NEEDS_ADF)
    try:
        adf.validate(value)
    except adf.InvalidAdf as error:
        raise JiraError(400, "INVALID_INPUT") from error
    if len(adf.plain_text(value)) > TEXT_LIMIT:
        raise JiraError(400, "CONTENT_LIMIT_EXCEEDED")
    return value


def _wiki(value: Any) -> str:
    if not isinstance(value, str):
        raise FieldError("Operation value must be a string")
    if len(value) > TEXT_LIMIT:
        raise FieldError("The entered text is too long. It exceeds the allowed limit of 32,767 characters.")
    return value


def _number(value: Any, _field: Field, _scope: Scope) -> Any:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise FieldError("Operation value must be a number")
    return float(value)


def _day(value: Any, _field: Field, _scope: Scope) -> Any:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise FieldError("Error parsing date. Use the format yyyy-MM-dd.") from None


def _moment(value: Any, _field: Field, _scope: Scope) -> Any:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise FieldError("Operation value must be a date and time of the form yyyy-MM-dd'T'HH:mm:ss.SSSZ")
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}{moment:%z}"


def _select(value: Any, field: Field, _scope: Scope) -> Any:
    if not isinstance(value, dict):
        raise FieldError("Specify a valid 'id' or 'name' for " + field.name)
    row = pick(field.options, value, "value")
    if row is None:
        given = value.get("id", value.get("value"))
        raise FieldError(f"Option {'id' if 'id' in value else 'value'} '{given}' is not valid")
    return option_shape(*row)


def _multiselect(value: Any, field: Field, scope: Scope) -> Any:
    return [_select(each, field, scope) for each in _list(value)]


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise FieldError("data was not an array")
    return value


def _cascade(value: Any, field: Field, _scope: Scope) -> Any:
    if not isinstance(value, dict):
        raise FieldError("expected Object")
    row = pick(field.options, value, "value")
    if row is None:
        raise FieldError(f"Option value '{value.get('value', value.get('id'))}' is not valid")
    if "child" not in value:
        return option_shape(*row)
    below = pick(dict(field.children).get(row[0], ()), value["child"], "value")
    if below is None:
        raise FieldError(f"The option below '{row[1]}' is not valid")
    return {**option_shape(*row), "child": option_shape(*below)}


def _sprint(value: Any, _field: Field, scope: Scope) -> Any:
    if not isinstance(value, int) or isinstance(value, bool):
        raise FieldError("Number value expected as the Sprint id.")
    name = dict(scope.site.sprints).get(value)
    if name is None:
        raise FieldError(f"Sprint with id: {value} does not exist")
    return [{"id": value, "name": name, "state": "active", "boardId": 1}]


def _epic(value: Any, _field: Field, scope: Scope) -> Any:
    if not isinstance(value, str):
        raise FieldError("data was not a string")
    try:
        return scope.site.issue(value, scope.user).key
    except JiraError:
        raise FieldError(f"Issue with key '{value}' does not exist or is not an epic") from None


def _user(value: Any, field: Field, scope: Scope) -> Any:
    user = _account(value, scope.site) if scope.site.is_cloud else _by_name(value, scope.site)
    if user is None or not user.active:
        raise FieldError(f"Specify a valid value for {field.name.lower()}")
    if field.id == "assignee" and not scope.project.written_by(user):
        raise FieldError(f"User '{user.account_id}' cannot be assigned issues.")
    return user_shape(user)


def _account(value: Any, site: Site) -> User | None:
    if not isinstance(value, dict) or not ("accountId" in value or "id" in value):
        raise FieldError("expected Object containing an accountId" if value else "accountId is required")
    return site.users.get(str(value.get("accountId", value.get("id"))))


def _by_name(value: Any, site: Site) -> User | None:
    if not isinstance(value, dict) or set(value) not in ({"name"}, {"key"}):
        raise FieldError("data was not an object with the 'name' or 'key' of a user")
    return site.user_named(str(next(iter(value.values()))))


def _priority(value: Any, _field: Field, _scope: Scope) -> Any:
    row = pick(default.PRIORITIES, value, "name")
    if row is None:
        raise FieldError("Specify a valid 'id' or 'name' for priority")
    return default.priority_shape(*row)


def _labels(value: Any, _field: Field, _scope: Scope) -> Any:
    for label in _list(value):
        if not isinstance(label, str):
            raise FieldError("string expected at index 0")
        if not label or re.search(r"\s", label):
            raise FieldError(f"The label '{label}' contains spaces which is invalid.")
        if len(label) > 255:
            raise FieldError(f"The label '{label}' exceeds the maximum length for single label of 255 characters.")
    return sorted(set(value))


def _components(value: Any, _field: Field, scope: Scope) -> Any:
    return [_named(each, scope.project.components, default.component_shape, "Component") for each in _list(value)]


def _versions(value: Any, _field: Field, scope: Scope) -> Any:
    return [_named(each, scope.project.versions, default.version_shape, "Version") for each in _list(value)]


def _named(
    value: Any, rows: tuple[tuple[str, str], ...], shape: Callable[[str, str], dict[str, Any]], what: str
) -> Any:
    if not isinstance(value, dict):
        raise FieldError("expected Object")
    row = pick(rows, value, "name")
    if row is None:
        raise FieldError(f"{what} name '{value.get('name', value.get('id'))}' is not valid")
    return shape(*row)


def _parent(value: Any, _field: Field, scope: Scope) -> Any:
    wanted = str(value.get("key", value.get("id", ""))) if isinstance(value, dict) else ""
    try:
        parent = scope.site.issue(wanted, scope.user)
    except JiraError:
        raise FieldError("Could not find issue by id or key.") from None
    keep = {name: parent.fields[name] for name in ("summary", "status", "priority", "issuetype")}
    return {"id": parent.id, "key": parent.key, "self": f"{ORIGIN}/rest/api/3/issue/{parent.id}", "fields": keep}


CHECKS: dict[str, Callable[[Any, Field, Scope], Any]] = {
    "summary": _summary,
    "textfield": _line,
    "url": _line,
    "textarea": lambda value, _field, scope: document(value, scope.site),
    "float": _number,
    "datepicker": _day,
    "datetime": _moment,
    "select": _select,
    "multiselect": _multiselect,
    "userpicker": _user,
    "multiuserpicker": lambda value, field, scope: [_user(each, field, scope) for each in _list(value)],
    "cascadingselect": _cascade,
    "multiversion": _versions,
    "gh-sprint": _sprint,
    "gh-epic-link": _epic,
    "priority": _priority,
    "labels": _labels,
    "components": _components,
    "versions": _versions,
    "parent": _parent,
}


def wire_value(field: Field, value: Any, scope: Scope) -> Any:
    """Return the stored wire value of a written one, or refuse it with `FieldError`."""
    if value is None:
        return [] if field.is_list else None
    return CHECKS[field.family](value, field, scope)
