"""The table of served routes: method, path under the API's root, handler."""

from __future__ import annotations

from sandbox.jira import comments, routes_issue, routes_links, routes_meta, routes_people, routes_search
from sandbox.jira.wire import Route

AGILE_ROUTES: tuple[tuple[str, str, Route], ...] = (
    ("GET", "board", routes_meta.boards),
    ("GET", "board/{board}/sprint", routes_meta.sprints),
)
"""Beside the rest, of both kinds of Jira."""
ROUTES: tuple[tuple[str, str, Route], ...] = (
    ("GET", "serverInfo", routes_meta.server_info),
    ("GET", "myself", routes_people.myself),
    ("GET", "mypermissions", routes_people.my_permissions),
    ("GET", "permissions", routes_people.permissions),
    ("POST", "permissions/check", routes_people.check_permissions),
    ("GET", "project/search", routes_meta.projects),
    ("GET", "project/{project}", routes_meta.project),
    ("GET", "project/{project}/components", routes_meta.components),
    ("GET", "project/{project}/versions", routes_meta.versions),
    ("GET", "project/{project}/permissionscheme", routes_people.permission_scheme),
    ("GET", "issue/createmeta/{project}/issuetypes", routes_meta.create_types),
    ("GET", "issue/createmeta/{project}/issuetypes/{type}", routes_meta.create_fields),
    ("GET", "issue/picker", routes_search.pick),
    ("POST", "issue", routes_issue.create),
    ("GET", "issue/{key}", routes_issue.read),
    ("PUT", "issue/{key}", routes_issue.update),
    ("GET", "issue/{key}/editmeta", routes_issue.edit_meta),
    ("PUT", "issue/{key}/assignee", routes_issue.assign),
    ("GET", "issue/{key}/transitions", routes_issue.transitions),
    ("POST", "issue/{key}/transitions", routes_issue.move),
    ("GET", "issue/{key}/watchers", routes_issue.watchers),
    ("POST", "issue/{key}/watchers", routes_issue.watch),
    ("GET", "issue/{key}/properties", routes_issue.property_keys),
    ("GET", "issue/{key}/properties/{property}", routes_issue.read_property),
    ("PUT", "issue/{key}/properties/{property}", routes_issue.write_property),
    ("GET", "issue/{key}/comment", comments.read_page),
    ("POST", "issue/{key}/comment", comments.write),
    ("GET", "issue/{key}/comment/{id}", comments.read),
    ("PUT", "issue/{key}/comment/{id}", comments.change),
    ("DELETE", "issue/{key}/comment/{id}", comments.remove),
    ("GET", "issue/{key}/remotelink", routes_links.remote_links),
    ("POST", "issue/{key}/remotelink", routes_links.write_remote_link),
    ("POST", "issue/{key}/attachments", routes_links.attach),
    ("GET", "attachment/meta", routes_meta.attachment_settings),
    ("POST", "issueLink", routes_links.link_issues),
    ("GET", "issueLinkType", routes_meta.link_types),
    ("GET", "search/jql", routes_search.by_query),
    ("POST", "search/jql", routes_search.by_body),
    ("POST", "search/approximate-count", routes_search.count),
    ("GET", "search", routes_search.removed),
    ("POST", "search", routes_search.removed),
    ("GET", "field", routes_meta.fields),
    ("GET", "priority", routes_meta.priorities),
    ("GET", "priority/search", routes_meta.priority_page),
    ("GET", "status", routes_meta.statuses),
    ("GET", "resolution", routes_meta.resolutions),
    ("GET", "user", routes_people.user),
    ("GET", "user/search", routes_people.search),
    ("GET", "user/assignable/search", routes_people.assignable),
    ("GET", "user/viewissue/search", routes_people.viewers),
)
