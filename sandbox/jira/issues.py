"""Creating and changing issues: what the request asks for is checked whole, then done whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.jira import catalogue as default
from sandbox.jira.events import Event
from sandbox.jira.fields import FIELDS, Field
from sandbox.jira.site import Issue, IssueType, Project, Site, User, timestamp, user_shape
from sandbox.jira.values import FieldError, Scope, wire_value
from sandbox.jira.wire import API, BAD_PAYLOAD, JiraError

REQUIRED = frozenset({"summary", "issuetype", "project", "reporter"})
FIXED = frozenset({"project", "issuetype"})
UNKNOWN = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."


def create(site: Site, user: User, body: Mapping[str, Any]) -> Issue:
    """File a new issue as the request says, or refuse it without a trace."""
    fields = _mapping(body, "fields")
    project, kind = _target(site, user, fields)
    scope = Scope(site, user, project)
    wanted = {name: value for name, value in fields.items() if name not in FIXED}
    values = checked(scope, kind, wanted, _mapping(body, "update"), {})
    properties = entity_properties(body.get("properties"))
    _require(kind, values)
    issue = _new(scope, kind, values)
    issue.properties.update(properties)
    site.add(issue)
    site.publish(Event("jira:issue_created", issue, user))
    return issue


def update(site: Site, user: User, issue: Issue, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Change an issue as the request says; return the items of the changelog."""
    wanted = {name: value for name, value in _mapping(body, "fields").items() if name not in FIXED}
    scope = Scope(site, user, issue.project)
    values = checked(scope, issue.type, wanted, _mapping(body, "update"), issue.fields)
    for name in issue.type.required | REQUIRED - FIXED:
        if name in values and values[name] is None:
            raise JiraError(400, errors={name: _missing(FIELDS[name])})
    issue.properties.update(entity_properties(body.get("properties")))
    return apply(site, user, issue, values)


def apply(site: Site, user: User, issue: Issue, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Set wire values on an issue and note what changed in its history."""
    items = [
        change(FIELDS[name], issue.fields.get(name), value)
        for name, value in values.items()
        if issue.fields.get(name) != value
    ]
    issue.fields.update(values)
    site.changed(issue, touch=bool(items))
    if items:
        created = issue.fields["updated"]
        issue.history.append({"id": site.new_id(), "author": user_shape(user), "created": created, "items": items})
        site.publish(Event("jira:issue_updated", issue, user, tuple(items)))
    return items


def change(field: Field, before: Any, after: Any) -> dict[str, Any]:
    """Return one item of a changelog."""
    return {
        "field": field.name if field.is_custom else field.id,
        "fieldtype": "custom" if field.is_custom else "jira",
        "fieldId": field.id,
        "from": _reference(before, "id"),
        "fromString": _reference(before, "name"),
        "to": _reference(after, "id"),
        "toString": _reference(after, "name"),
    }


def _reference(value: Any, member: str) -> str | None:
    if value is None:
        return None
    if isinstance(value, list):
        return " ".join(filter(None, (_reference(each, member) for each in value)))
    if not isinstance(value, dict):
        return str(value) if member == "name" else None
    if member == "id":
        return str(value.get("id") or value.get("accountId") or "") or None
    return str(value.get("name") or value.get("value") or value.get("displayName") or value.get("key") or "")


def checked(
    scope: Scope,
    kind: IssueType,
    wanted: Mapping[str, Any],
    operations: Mapping[str, Any],
    current: Mapping[str, Any],
    screen: frozenset[str] | None = None,
) -> dict[str, Any]:
    """Return the wire values of what `fields` and `update` ask for; all refused fields are named at once."""
    on_screen = frozenset(kind.screen) if screen is None else screen
    errors = {
        name: f"Field '{name}' cannot appear in both 'fields' and 'update'" for name in set(wanted) & set(operations)
    }
    values: dict[str, Any] = {}
    for name in [*wanted, *operations]:
        field = FIELDS.get(name)
        try:
            if field is None or name not in on_screen or not field.is_editable:
                raise FieldError(UNKNOWN.format(name))  # noqa: TRY301  one place collects what is wrong
            raw = wanted[name] if name in wanted else operated(field, operations[name], current.get(name))
            values[name] = wire_value(field, raw, scope)
        except FieldError as error:
            errors.setdefault(name, str(error))
    if errors:
        raise JiraError(400, errors=errors)
    return values


def operated(field: Field, operations: Any, current: Any) -> Any:
    """Return the value that a list of `set`, `add` and `remove` operations makes of the current one."""
    if not isinstance(operations, list) or not all(isinstance(each, dict) and len(each) == 1 for each in operations):
        raise JiraError(400, BAD_PAYLOAD)
    for operation in operations:
        verb, value = next(iter(operation.items()))
        if verb not in field.operations:
            raise FieldError(f"Field '{field.id}' does not support operation '{verb}'")
        if verb == "set":
            current = value
        elif verb == "add":
            current = [*(current or []), value]
        else:
            current = [each for each in current or [] if not _names(each, value)]
    return current


def _names(stored: Any, wanted: Any) -> bool:
    if not isinstance(stored, dict) or not isinstance(wanted, dict):
        return bool(stored == wanted)
    return any(stored.get(member) == wanted[member] for member in ("id", "name", "value") if member in wanted)


def _mapping(body: Mapping[str, Any], member: str) -> dict[str, Any]:
    value = body.get(member) or {}
    if not isinstance(value, dict):
        raise JiraError(400, BAD_PAYLOAD)
    return value


def _target(site: Site, user: User, fields: Mapping[str, Any]) -> tuple[Project, IssueType]:
    asked = fields.get("project")
    wanted = str(asked.get("key") or asked.get("id") or "") if isinstance(asked, dict) else ""
    project = site.project(wanted, user)
    if project is None:
        raise JiraError(400, errors={"project": "Specify a valid project ID or key"})
    if not project.written_by(user):
        raise JiraError(400, "You do not have permission to create issues in this project.")
    asked = fields.get("issuetype")
    if not asked:
        raise JiraError(400, errors={"issuetype": "Specify an issue type"})
    wanted = str(asked.get("id") or asked.get("name") or "") if isinstance(asked, dict) else ""
    kind = project.type_of(wanted)
    if kind is None:
        raise JiraError(400, errors={"issuetype": "Specify a valid issue type"})
    return project, kind


def entity_properties(given: Any) -> dict[str, Any]:
    """Return the properties of a request by key, within Jira's limits."""
    properties: dict[str, Any] = {}
    for each in given or []:
        if not isinstance(each, dict) or set(each) != {"key", "value"}:
            raise JiraError(400, BAD_PAYLOAD)
        check_property(each["key"], each["value"])
        properties[each["key"]] = each["value"]
    return properties


def check_property(key: Any, value: Any) -> None:
    """Refuse a property whose key or value Jira would not store."""
    if not isinstance(key, str) or not 0 < len(key) <= 255:
        raise JiraError(400, "The property key must be between 1 and 255 characters.")
    if len(str(value)) > 32_768:
        raise JiraError(400, "The property value cannot be longer than 32768 characters.")


def _require(kind: IssueType, values: Mapping[str, Any]) -> None:
    missing = [
        field
        for name in kind.screen
        if (field := FIELDS[name]) and name in (kind.required | REQUIRED) - FIXED
        if values.get(name) in (None, []) and (field.default is None or name in values)
    ]
    if missing:
        raise JiraError(400, errors={field.id: _missing(field) for field in missing})


def _missing(field: Field) -> str:
    return "You must specify a summary of the issue." if field.id == "summary" else f"{field.name} is required."


def _new(scope: Scope, kind: IssueType, values: Mapping[str, Any]) -> Issue:
    site, now = scope.site, timestamp(scope.site.clock.now())
    caller = user_shape(scope.user)
    fields: dict[str, Any] = {name: [] if FIELDS[name].is_list else None for name in kind.screen}
    fields |= {name: _default(FIELDS[name], scope) for name in kind.screen if FIELDS[name].default}
    fields |= {"priority": default.priority_shape("3", "Medium"), "labels": [], "reporter": caller, "assignee": None}
    fields |= values
    fields |= {
        "project": default.project_shape(scope.project),
        "issuetype": default.type_shape(kind),
        "status": default.status_shape(default.STATUSES[0]),
        "statuscategorychangedate": now,
        "resolution": None,
        "resolutiondate": None,
        "creator": caller,
        "created": now,
        "updated": now,
        "attachment": [],
        "issuelinks": [],
        "subtasks": [],
    }
    fields = {name: fields[name] for name in fields if name != "parent" or fields[name]}
    return Issue(site.new_id(), site.next_key(scope.project), scope.project, kind, fields)


def _default(field: Field, scope: Scope) -> Any:
    if field.default == "caller":
        return user_shape(scope.user)
    return wire_value(field, {"id": field.default}, scope)


def issue_self(issue: Issue) -> str:
    return f"{API}/issue/{issue.id}"
