"""Routes about the site itself: server, projects, create metadata, fields, priorities, statuses, links."""

from __future__ import annotations

from typing import Any

from sandbox.jira import catalogue as default
from sandbox.jira import shapes
from sandbox.jira.fields import FIELDS, Field
from sandbox.jira.site import Project, timestamp, user_shape
from sandbox.jira.wire import API, ORIGIN, Call, JiraError, Reply, page

CLOUD_VERSION = {"version": "1001.0.0-SNAPSHOT", "versionNumbers": [1001, 0, 0], "deploymentType": "Cloud"}
SERVER_VERSION = {"version": "10.3.2", "versionNumbers": [10, 3, 2], "deploymentType": "Server"}


def server_info(call: Call) -> Reply:
    return Reply(
        {
            "baseUrl": ORIGIN,
            "displayUrl": ORIGIN,
            **(CLOUD_VERSION if call.site.is_cloud else SERVER_VERSION),
            "buildNumber": 100297,
            "buildDate": "2026-11-20T04:11:54.000+0000",
            "serverTime": timestamp(call.site.clock.now()),
            "scmInfo": "0" * 40,
            "serverTitle": "Jira (stand-in)",
            "serverTimeZone": "Etc/UTC",
        }
    )


def the_project(call: Call, name: str = "project") -> Project:
    """Return the project of the path, or refuse with 404."""
    project = call.site.project(call.params[name], call.user)
    if project is None:
        raise JiraError(404, f"No project could be found with key '{call.params[name]}'.")
    return project


def projects(call: Call) -> Reply:
    query, keys = call.text("query").lower(), call.items("keys")
    needs_write = call.text("action") == "create"
    found = [
        default.project_shape(each)
        for each in call.site.projects.values()
        if each.seen_by(call.user)
        and (each.written_by(call.user) or not needs_write)
        and (not query or query in each.key.lower() or query in each.name.lower())
        and (not keys or each.key in keys)
    ]
    found.sort(key=lambda shape: str(shape["key"]))
    values, start, size = page(found, call)
    address = f"{API}/project/search?maxResults={size}"
    reply = {
        "self": f"{address}&startAt={start}",
        "maxResults": size,
        "startAt": start,
        "total": len(found),
        "isLast": start + size >= len(found),
        "values": values,
    }
    if not reply["isLast"]:
        reply["nextPage"] = f"{address}&startAt={start + size}"
    return Reply(reply)


def project(call: Call) -> Reply:
    found = the_project(call)
    return Reply(
        {
            "expand": "description,lead,issueTypes,url,projectKeys,permissions,insight",
            **default.project_shape(found),
            "description": "",
            "lead": user_shape(call.site.users[found.lead]),
            "components": [default.component_shape(*row) for row in found.components],
            "issueTypes": [default.type_shape(kind) for kind in found.types],
            "assigneeType": "UNASSIGNED",
            "versions": [_version(row, found) for row in found.versions],
            "roles": {},
            "style": "classic",
            "isPrivate": found.members is not None,
            "properties": {},
        }
    )


def _version(row: tuple[str, str], project: Project) -> dict[str, Any]:
    return {**default.version_shape(*row), "projectId": int(project.id)}


def components(call: Call) -> Reply:
    found = the_project(call)
    more = {
        "assigneeType": "PROJECT_DEFAULT",
        "realAssigneeType": "PROJECT_DEFAULT",
        "isAssigneeTypeValid": False,
        "project": found.key,
        "projectId": int(found.id),
    }
    return Reply([{**default.component_shape(*row), **more} for row in found.components])


def versions(call: Call) -> Reply:
    found = the_project(call)
    return Reply([_version(row, found) for row in found.versions])


def _meta_page(call: Call, values: list[dict[str, Any]], member: str) -> Reply:
    if call.number("maxResults", 50) > 200:
        raise JiraError(400, "Parameter 'maxResults' must not exceed the limit '200'")
    shown, start, size = page(values, call, most=200)
    return Reply({"startAt": start, "maxResults": size, "total": len(values), member: shown})


def create_types(call: Call) -> Reply:
    found = the_project(call)
    kinds = found.types if found.written_by(call.user) else ()
    return _meta_page(call, [default.type_shape(kind) for kind in kinds], "issueTypes")


def create_fields(call: Call) -> Reply:
    found = the_project(call)
    kind = next((each for each in found.types if each.id == call.params["type"]), None)
    if kind is None or not found.written_by(call.user):
        raise JiraError(404, f"Issue type with id '{call.params['type']}' does not exist in this project.")
    return _meta_page(call, shapes.create_meta(kind, found), "fields")


def boards(call: Call) -> Reply:
    wanted = call.site.project(call.text("projectKeyOrId"), call.user)
    if wanted is None:
        raise JiraError(400, "The project does not exist or you do not have permission to view it.")
    found = [{"id": 1, "name": f"{wanted.key} board", "type": "scrum"}] if call.site.sprints else []
    return Reply({"maxResults": 50, "startAt": 0, "total": len(found), "isLast": True, "values": found})


def sprints(call: Call) -> Reply:
    rows = [{"id": number, "name": name, "state": "active", "originBoardId": 1} for number, name in call.site.sprints]
    return Reply({"maxResults": 50, "startAt": 0, "isLast": True, "values": rows})


def fields(_call: Call) -> Reply:
    return Reply([_field(each) for each in FIELDS.values()])


def _field(field: Field) -> dict[str, Any]:
    names = [field.id] if not field.is_custom else [f"cf[{field.id.removeprefix('customfield_')}]", field.name]
    return {
        "id": field.id,
        "key": field.id,
        "name": field.name,
        "custom": field.is_custom,
        "orderable": field.orderable,
        "navigable": True,
        "searchable": True,
        "clauseNames": names,
        "schema": field.schema,
    }


def priorities(_call: Call) -> Reply:
    return Reply([_priority(*row) for row in default.PRIORITIES])


def _priority(number: str, name: str) -> dict[str, Any]:
    return {**default.priority_shape(number, name), "statusColor": default.COLOURS[name], "description": ""}


def priority_page(call: Call) -> Reply:
    rows = [{**_priority(number, name), "isDefault": name == "Medium"} for number, name in default.PRIORITIES]
    values, start, size = page(rows, call)
    return Reply(
        {
            "startAt": start,
            "maxResults": size,
            "total": len(rows),
            "isLast": start + size >= len(rows),
            "values": values,
        }
    )


def statuses(_call: Call) -> Reply:
    return Reply([default.status_shape(each) for each in default.STATUSES])


def resolutions(_call: Call) -> Reply:
    return Reply([default.resolution_shape(*row) for row in default.RESOLUTIONS])


def link_types(_call: Call) -> Reply:
    return Reply({"issueLinkTypes": [default.link_type_shape(row) for row in default.LINK_TYPES]})


def attachment_settings(call: Call) -> Reply:
    limit = call.site.upload_limit
    return Reply({"enabled": True, "uploadLimit": limit} if limit else {"enabled": False})
