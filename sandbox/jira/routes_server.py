"""Data Center's routes: those that Cloud has lost, has in another shape, or has alone."""

from __future__ import annotations

from typing import Any

from sandbox.jira import catalogue as default
from sandbox.jira import jql, routes_meta, shapes
from sandbox.jira.routing import ROUTES
from sandbox.jira.site import IssueType, Project
from sandbox.jira.wire import BAD_PAYLOAD, Call, JiraError, Reply, Route

MEMBERS = ("jql", "startAt", "maxResults", "fields", "expand", "validateQuery")
MOST_ISSUES = 1000
NO_ROUTE = "null for uri"


def by_body(call: Call) -> Reply:
    body = call.object(*MEMBERS)
    fields, expand = body.get("fields") or ["*navigable"], body.get("expand") or []
    sizes = body.get("startAt", 0), body.get("maxResults", 50)
    if not all(isinstance(each, list) for each in (fields, expand)):
        raise JiraError(400, BAD_PAYLOAD)
    if not all(isinstance(each, int) and not isinstance(each, bool) for each in sizes):
        raise JiraError(400, BAD_PAYLOAD)
    return _search(call, str(body.get("jql") or ""), fields, expand, *sizes)


def by_query(call: Call) -> Reply:
    fields = call.items("fields") or ["*navigable"]
    start, size = call.number("startAt", 0), call.number("maxResults", 50)
    return _search(call, call.text("jql"), fields, call.items("expand"), start, size)


def _search(call: Call, text: str, fields: list[str], expand: list[str], start: int, size: int) -> Reply:
    found = jql.search(call.site, call.user, text)
    size = min(max(size, 0), MOST_ISSUES)
    issues = [
        shapes.issue_shape(each, call.user, fields=fields, expand=frozenset(expand))
        for each in found[start : start + size]
    ]
    return Reply(
        {"expand": "schema,names", "startAt": start, "maxResults": size, "total": len(found), "issues": issues}
    )


def create_types(call: Call) -> Reply:
    return _values(routes_meta.create_types, call, "issueTypes")


def create_fields(call: Call) -> Reply:
    return _values(routes_meta.create_fields, call, "fields")


def _values(route: Route, call: Call, member: str) -> Reply:
    """Answer as Cloud's route, with Data Center's name for the rows; servers before 8.4 have no such route."""
    if not call.site.has_createmeta_pages:
        raise JiraError(404, NO_ROUTE)
    body = dict(route(call).body)
    rows = body.pop(member)
    return Reply({**body, "isLast": body["startAt"] + len(rows) >= body["total"], "values": rows})


def create_tree(call: Call) -> Reply:
    """Answer with the create metadata as one tree, which servers from 9.0 on no longer have."""
    if call.site.has_createmeta_pages:
        raise JiraError(404, "Issue Does Not Exist")
    keys = [key.upper() for key in call.items("projectKeys")]
    projects = [each for each in call.site.projects.values() if each.written_by(call.user)]
    shown = [_project(call, each) for each in projects if not keys or each.key in keys]
    return Reply({"expand": "projects", "projects": shown})


def _project(call: Call, project: Project) -> dict[str, Any]:
    ids, names = call.items("issuetypeIds"), call.query.get("issuetypeNames", [])
    kinds = [each for each in project.types if (not ids or each.id in ids) and (not names or each.name in names)]
    with_fields = "projects.issuetypes.fields" in call.items("expand")
    types = [_type(kind, project, with_fields=with_fields) for kind in kinds]
    return {**default.project_shape(project), "expand": "issuetypes", "issuetypes": types}


def _type(kind: IssueType, project: Project, *, with_fields: bool) -> dict[str, Any]:
    shape = default.type_shape(kind)
    if not with_fields:
        return shape
    # Old servers name a field by its place in the object alone.
    fields = {
        str(meta["fieldId"]): {name: value for name, value in meta.items() if name not in ("fieldId", "key")}
        for meta in shapes.create_meta(kind, project)
    }
    return {**shape, "expand": "fields", "fields": fields}


OWN: tuple[tuple[str, str, Route], ...] = (
    ("GET", "issue/createmeta", create_tree),
    ("GET", "issue/createmeta/{project}/issuetypes", create_types),
    ("GET", "issue/createmeta/{project}/issuetypes/{type}", create_fields),
    ("GET", "search", by_query),
    ("POST", "search", by_body),
)
CLOUD_ONLY = frozenset(
    {"search/jql", "search/approximate-count", "permissions/check", "project/search", "priority/search", "search"}
)
SERVER_ROUTES = (
    *OWN,
    *(row for row in ROUTES if row[1] not in CLOUD_ONLY and row[1] not in {path for _, path, _ in OWN}),
)
"""Own ones first: `issue/createmeta` would else be read as an issue's key."""
