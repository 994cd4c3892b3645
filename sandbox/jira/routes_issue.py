"""Routes of one issue: create, read, change, assign, move on, watch, and its entity properties."""

from __future__ import annotations

from typing import Any

from sandbox.jira import catalogue as default
from sandbox.jira import issues, shapes
from sandbox.jira.comments import add_comment
from sandbox.jira.fields import FIELDS
from sandbox.jira.site import Issue, timestamp
from sandbox.jira.values import FieldError, Scope, pick, wire_value
from sandbox.jira.wire import API, BAD_PAYLOAD, Call, JiraError, Reply

DETAILS = ("fields", "update", "properties", "transition", "historyMetadata")


def the_issue(call: Call, *, write: bool = False) -> Issue:
    """Return the issue of the path; a reader who wants to write is refused with 403."""
    issue = call.site.issue(call.params["key"], call.user)
    if write and not issue.project.written_by(call.user):
        raise JiraError(403, "You do not have permission to edit issues in this project.")
    return issue


def create(call: Call) -> Reply:
    issue = issues.create(call.site, call.user, call.object(*DETAILS))
    return Reply({"id": issue.id, "key": issue.key, "self": f"{API}/issue/{issue.id}"}, 201)


def read(call: Call) -> Reply:
    return Reply(
        shapes.issue_shape(
            the_issue(call),
            call.user,
            fields=call.items("fields") or ["*all"],
            expand=frozenset(call.items("expand")),
            properties=call.items("properties"),
        )
    )


def update(call: Call) -> Reply:
    issue = the_issue(call, write=True)
    body = dict(call.object(*DETAILS))
    operations = dict(body.get("update") or {})
    comments = operations.pop("comment", [])
    issues.update(call.site, call.user, issue, {**body, "update": operations})
    for each in comments:
        add_comment(call.site, call.user, issue, each.get("add", {}))
    if call.flag("returnIssue"):
        return Reply(shapes.issue_shape(issue, call.user, fields=["*all"]))
    return Reply(status=204)


def assign(call: Call) -> Reply:
    issue = the_issue(call, write=True)
    body, member = call.object(), "accountId" if call.site.is_cloud else "name"
    if member not in body:
        raise JiraError(400, f"'{member}' must be provided.")
    account = body[member]
    try:
        scope = Scope(call.site, call.user, issue.project)
        field = FIELDS["assignee"]
        value = None if account in (None, "-1") else wire_value(field, {member: account}, scope)
    except FieldError:
        raise JiraError(400, errors={"assignee": f"User '{account}' does not exist."}) from None
    issues.apply(call.site, call.user, issue, {"assignee": value})
    return Reply(status=204)


def transitions(call: Call) -> Reply:
    issue = the_issue(call)
    with_fields = "transitions.fields" in call.items("expand")
    rows = _open_transitions(issue) if issue.project.written_by(call.user) else []
    wanted = call.text("transitionId")
    return Reply(
        {
            "expand": "transitions",
            "transitions": [
                shapes.transition_shape(row, issue.type, issue.project, with_fields=with_fields)
                for row in rows
                if wanted in ("", row[0])
            ],
        }
    )


def _open_transitions(issue: Issue) -> list[tuple[str, str, str]]:
    """Return the moves from where the issue stands."""
    return [row for row in issue.project.transitions if row[2] != issue.fields["status"]["name"]]


def move(call: Call) -> Reply:
    issue = the_issue(call, write=True)
    body = call.object(*DETAILS)
    wanted = str((body.get("transition") or {}).get("id") or "")
    if not wanted:
        raise JiraError(400, "Missing 'transition' identifier")
    row = next((row for row in _open_transitions(issue) if row[0] == wanted), None)
    if row is None:
        raise JiraError(400, f"Transition id '{wanted}' is not valid for this issue.")
    values = _asked(call, issue, row[1], body)
    values["resolution"] = _resolution(issue, row, body)
    for each in (body.get("update") or {}).get("comment", []):
        add_comment(call.site, call.user, issue, each.get("add", {}))
    now = timestamp(call.site.clock.now())
    values["status"] = default.status_shape(default.status_named(row[2]))
    issue.fields["statuscategorychangedate"] = now
    issue.fields["resolutiondate"] = now if values["resolution"] else None
    issues.apply(call.site, call.user, issue, values)
    return Reply(status=204)


def _asked(call: Call, issue: Issue, name: str, body: dict[str, Any]) -> dict[str, Any]:
    """Return what the screen of a move asks for beside a resolution; all of it is required."""
    fields, asked = body.get("fields") or {}, issue.type.transition_fields.get(name, ())
    given = {each: value for each, value in fields.items() if each in asked}
    lacks = [FIELDS[each] for each in asked if given.get(each) in (None, "", [])]
    if lacks:
        raise JiraError(400, errors={field.id: f"{field.name} is required." for field in lacks})
    return issues.checked(Scope(call.site, call.user, issue.project), issue.type, given, {}, {}, frozenset(asked))


def _resolution(issue: Issue, row: tuple[str, str, str], body: dict[str, Any]) -> dict[str, Any] | None:
    fields, target, asked = body.get("fields") or {}, row[2], issue.type.transition_fields.get(row[1], ())
    others = [name for name in fields if name not in asked and (name != "resolution" or target != "Done")]
    if others:
        raise JiraError(400, errors={name: issues.UNKNOWN.format(name) for name in others})
    if target != "Done":
        return None
    if "resolution" not in fields:
        if issue.type.name == "Incident":
            raise JiraError(400, errors={"resolution": "Resolution is required."})
        return default.resolution_shape(*default.RESOLUTIONS[0])
    chosen = pick(default.RESOLUTIONS, fields["resolution"], "name")
    if chosen is None:
        raise JiraError(400, errors={"resolution": "Specify a valid 'id' or 'name' for resolution"})
    return default.resolution_shape(*chosen)


def watchers(call: Call) -> Reply:
    return Reply(shapes.watchers_shape(the_issue(call), call.user, call.site.users))


def watch(call: Call) -> Reply:
    issue = the_issue(call)
    given = call.user.account_id if call.body is None else call.body
    if not isinstance(given, str):
        raise JiraError(400, BAD_PAYLOAD)
    is_id = call.site.is_cloud or call.body is None
    user = call.site.users.get(given) if is_id else call.site.user_named(given)
    if user is None or not call.site.may_see(issue, user):
        raise JiraError(404, "The user does not exist or may not see the issue.")
    if user.account_id not in issue.watchers:
        issue.watchers.append(user.account_id)
    return Reply(status=204)


def property_keys(call: Call) -> Reply:
    issue = the_issue(call)
    address = f"{API}/issue/{issue.key}/properties"
    return Reply({"keys": [{"self": f"{address}/{key}", "key": key} for key in issue.properties]})


def read_property(call: Call) -> Reply:
    issue, key = the_issue(call), call.params["property"]
    if key not in issue.properties:
        raise JiraError(404, f"The property with key '{key}' does not exist.")
    return Reply({"key": key, "value": issue.properties[key]})


def write_property(call: Call) -> Reply:
    issue, key = the_issue(call, write=True), call.params["property"]
    issues.check_property(key, call.body)
    status = 200 if key in issue.properties else 201
    issue.properties[key] = call.body
    return Reply(status=status)


def edit_meta(call: Call) -> Reply:
    return Reply({"fields": shapes.edit_meta(the_issue(call, write=True))})
