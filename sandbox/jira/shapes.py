"""An issue as Jira shows it: chosen fields, expansions, properties; comments and changelog included."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sandbox.jira import catalogue as default
from sandbox.jira.adf_html import to_html
from sandbox.jira.fields import FIELDS, Field, allowed_values
from sandbox.jira.issues import REQUIRED
from sandbox.jira.site import Issue, IssueType, Project, User, user_shape
from sandbox.jira.wire import API

EXPAND = "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations"


def issue_shape(
    issue: Issue,
    user: User,
    *,
    fields: Sequence[str],
    expand: frozenset[str] = frozenset(),
    properties: Sequence[str] = (),
) -> dict[str, Any]:
    """Return an issue with the fields asked for; `*all`, `*navigable` and `-name` are understood."""
    shape: dict[str, Any] = {"expand": EXPAND, "id": issue.id, "self": f"{API}/issue/{issue.id}", "key": issue.key}
    chosen = _chosen(issue, user, fields)
    if chosen or any(name not in ("id", "key") for name in fields):
        shape["fields"] = chosen
    if properties:
        wanted = issue.properties if "*all" in properties else dict.fromkeys(properties)
        shape["properties"] = {key: issue.properties[key] for key in wanted if key in issue.properties}
    shape |= {name: make(issue, chosen) for name, make in EXPANSIONS.items() if name in expand}
    return shape


def _chosen(issue: Issue, user: User, wanted: Sequence[str]) -> dict[str, Any]:
    everything = all_fields(issue, user)
    names: dict[str, None] = {}
    for name in wanted:
        if name in ("*all", "*navigable"):
            names |= dict.fromkeys(each for each in everything if name == "*all" or each != "comment")
        elif name.startswith("-"):
            names = names or dict.fromkeys(everything)
            names.pop(name[1:], None)
        elif name in everything:
            names[name] = None
    return {name: everything[name] for name in names}


def all_fields(issue: Issue, user: User) -> dict[str, Any]:
    """Return all fields of an issue, those that are counted included."""
    security: dict[str, Any] = {}
    if issue.viewers is not None:
        level = {"id": "10400", "name": "Restricted", "description": "Only named people"}
        security["security"] = {"self": f"{API}/securitylevel/10400", **level}
    return {
        **issue.fields,
        **security,
        "comment": comments_shape(issue, issue.comments),
        "watches": {
            "self": f"{API}/issue/{issue.key}/watchers",
            "watchCount": len(issue.watchers),
            "isWatching": user.account_id in issue.watchers,
        },
        "votes": {"self": f"{API}/issue/{issue.key}/votes", "votes": 0, "hasVoted": False},
    }


def comments_shape(issue: Issue, comments: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the comment field; entity properties of comments show on their own page only."""
    plain = [{name: value for name, value in each.items() if name != "properties"} for each in comments]
    return {
        "comments": plain,
        "self": f"{API}/issue/{issue.id}/comment",
        "maxResults": len(plain),
        "total": len(plain),
        "startAt": 0,
    }


def field_meta(field: Field, project: Project, *, required: bool) -> dict[str, Any]:
    """Return one field of the create or edit metadata."""
    meta: dict[str, Any] = {
        "required": required,
        "schema": field.schema,
        "name": field.name,
        "key": field.id,
        "fieldId": field.id,
        "hasDefaultValue": field.default is not None,
        "operations": field.operations,
    }
    allowed = allowed_values(field, project)
    if allowed is not None:
        meta["allowedValues"] = allowed
        if field.default:
            meta["defaultValue"] = next(each for each in allowed if each["id"] == field.default)
    if field.family == "userpicker":
        meta["autoCompleteUrl"] = f"{API}/user/assignable/search?project={project.key}&query="
    return meta


def is_required(field: Field, kind: IssueType) -> bool:
    """Return whether an issue of that type must have the field."""
    return field.id in REQUIRED | kind.required


def create_meta(kind: IssueType, project: Project) -> list[dict[str, Any]]:
    """Return the create screen of an issue type."""
    metas = [field_meta(FIELDS[name], project, required=is_required(FIELDS[name], kind)) for name in kind.screen]
    for meta in metas:
        if meta["fieldId"] == "issuetype":
            meta["allowedValues"] = [default.type_shape(kind)]
    return metas


def transition_shape(
    row: tuple[str, str, str], kind: IssueType, project: Project, *, with_fields: bool
) -> dict[str, Any]:
    """Return one transition; the way to Done has a screen with the resolution, others what their type asks for."""
    number, name, target = row
    asked = [FIELDS[each] for each in kind.transition_fields.get(name, ())]
    shape: dict[str, Any] = {
        "id": number,
        "name": name,
        "to": default.status_shape(default.status_named(target)),
        "hasScreen": target == "Done" or bool(asked),
        "isGlobal": True,
        "isInitial": False,
        "isAvailable": True,
        "isConditional": False,
        "isLooped": False,
    }
    if with_fields:
        shape["fields"] = {"resolution": _resolution_meta(kind)} if target == "Done" else {}
        for field in asked:
            meta = field_meta(field, project, required=True)
            shape["fields"][meta.pop("fieldId")] = meta
    return shape


def _resolution_meta(kind: IssueType) -> dict[str, Any]:
    field = FIELDS["resolution"]
    return {
        "required": kind.name == "Incident",
        "schema": field.schema,
        "name": field.name,
        "key": field.id,
        "hasDefaultValue": kind.name != "Incident",
        "operations": ["set"],
        "allowedValues": [default.resolution_shape(*row) for row in default.RESOLUTIONS],
    }


def _rendered(_issue: Issue, chosen: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: to_html(value) if isinstance(value, dict) and value.get("type") == "doc" else None
        for name, value in chosen.items()
    }


def _changelog(issue: Issue, _chosen: Mapping[str, Any]) -> dict[str, Any]:
    histories = list(reversed(issue.history))
    return {"startAt": 0, "maxResults": len(histories), "total": len(histories), "histories": histories}


def _editmeta(issue: Issue, _chosen: Mapping[str, Any]) -> dict[str, Any]:
    return {"fields": edit_meta(issue)}


def edit_meta(issue: Issue) -> dict[str, Any]:
    """Return the edit screen of an issue, by field id."""
    fields = (FIELDS[name] for name in issue.type.screen if name not in ("project", "issuetype"))
    metas = (field_meta(field, issue.project, required=is_required(field, issue.type)) for field in fields)
    return {str(meta.pop("fieldId")): meta for meta in metas}


EXPANSIONS: dict[str, Callable[[Issue, Mapping[str, Any]], Any]] = {
    "renderedFields": _rendered,
    "changelog": _changelog,
    "editmeta": _editmeta,
    "names": lambda _issue, chosen: {name: FIELDS[name].name if name in FIELDS else name for name in chosen},
    "schema": lambda _issue, chosen: {name: FIELDS[name].schema for name in chosen if name in FIELDS},
    "transitions": lambda issue, _chosen: [
        transition_shape(row, issue.type, issue.project, with_fields=False) for row in issue.project.transitions
    ],
}


def watchers_shape(issue: Issue, user: User, users: Mapping[str, User]) -> dict[str, Any]:
    """Return who watches an issue."""
    return {
        "self": f"{API}/issue/{issue.key}/watchers",
        "isWatching": user.account_id in issue.watchers,
        "watchCount": len(issue.watchers),
        "watchers": [user_shape(users[account]) for account in issue.watchers],
    }
