"""Routes about people and what they may do."""

from __future__ import annotations

from sandbox.jira.site import Project, User, user_shape
from sandbox.jira.wire import API, BAD_PAYLOAD, Call, JiraError, Reply, page

READ = ("BROWSE_PROJECTS",)
WRITE = (
    "CREATE_ISSUES", "EDIT_ISSUES", "ADD_COMMENTS", "EDIT_OWN_COMMENTS", "TRANSITION_ISSUES", "ASSIGN_ISSUES",
    "ASSIGNABLE_USER", "LINK_ISSUES", "CREATE_ATTACHMENTS", "MODIFY_REPORTER", "MANAGE_WATCHERS", "RESOLVE_ISSUES",
    "CLOSE_ISSUES", "SCHEDULE_ISSUES",
)  # fmt: skip
ADMIN = ("ADMINISTER_PROJECTS", "DELETE_ISSUES", "EDIT_ALL_COMMENTS", "DELETE_ALL_COMMENTS")
GLOBAL = ("ADMINISTER", "SYSTEM_ADMIN", "USER_PICKER", "BULK_CHANGE", "CREATE_SHARED_OBJECTS")
PROJECT_PERMISSIONS = READ + WRITE + ADMIN


def myself(call: Call) -> Reply:
    return Reply(user_shape(call.user, full=True))


def may(user: User, permission: str, project: Project | None) -> bool:
    """Return whether a person has a permission; without a project, whether in principle."""
    if permission in GLOBAL:
        if permission == "USER_PICKER":
            return user.browses_users
        return user.is_admin or permission in ("BULK_CHANGE", "CREATE_SHARED_OBJECTS")
    if permission in ADMIN and not user.is_admin:
        return permission == "ADMINISTER_PROJECTS" and project is not None and project.key in user.administers
    if project is None:
        return True
    return project.seen_by(user) if permission in READ else project.written_by(user)


def _permission(place: int, key: str) -> dict[str, object]:
    kind = "GLOBAL" if key in GLOBAL else "PROJECT"
    return {"id": str(place), "key": key, "name": key.replace("_", " ").title(), "type": kind, "description": ""}


def permissions(_call: Call) -> Reply:
    every = PROJECT_PERMISSIONS + GLOBAL
    rows = {key: _permission(place, key) for place, key in enumerate(every)}
    return Reply({"permissions": {key: {**row, "id": ""} for key, row in rows.items()}})


def my_permissions(call: Call) -> Reply:
    every = PROJECT_PERMISSIONS + GLOBAL
    wanted = call.items("permissions") if call.site.is_cloud else list(every)
    if not wanted:
        raise JiraError(400, "The 'permissions' query parameter is required.")
    unknown = [key for key in wanted if key not in every]
    if unknown:
        raise JiraError(400, errors=dict.fromkeys(unknown, "Unrecognized permission"))
    project = _project_in_question(call)
    rows = {
        key: {**_permission(every.index(key), key), "havePermission": may(call.user, key, project)} for key in wanted
    }
    return Reply({"permissions": rows})


def _project_in_question(call: Call) -> Project | None:
    issue = call.text("issueKey") or call.text("issueId")
    if issue:
        return call.site.issue(issue, call.user).project
    wanted = call.text("projectKey") or call.text("projectId")
    if not wanted:
        return None
    project = call.site.project(wanted, call.user)
    if project is None:
        raise JiraError(404, f"No project could be found with key '{wanted}'.")
    return project


def check_permissions(call: Call) -> Reply:
    body = call.object("accountId", "globalPermissions", "projectPermissions")
    account = body.get("accountId", call.user.account_id)
    if account != call.user.account_id and not call.user.is_admin:
        raise JiraError(403, "Only Jira administrators can perform this operation.")
    user = call.site.users.get(account)
    if user is None:
        raise JiraError(400, errors={"accountId": "The user does not exist."})
    wanted_global = body.get("globalPermissions") or []
    asked = body.get("projectPermissions") or []
    unknown = [key for key in wanted_global if key not in GLOBAL]
    unknown += [key for each in asked for key in each.get("permissions", []) if key not in PROJECT_PERMISSIONS]
    if unknown:
        raise JiraError(400, errors=dict.fromkeys(unknown, "Unrecognized permission"))
    grants = [_grant(call, user, key, each) for each in asked for key in each.get("permissions", [])]
    held = [key for key in wanted_global if may(user, key, None)]
    return Reply({"globalPermissions": held, "projectPermissions": grants})


def _grant(call: Call, user: User, key: str, asked: dict[str, object]) -> dict[str, object]:
    issue_ids, project_ids = asked.get("issues", []), asked.get("projects", [])
    if not isinstance(issue_ids, list) or not isinstance(project_ids, list):
        raise JiraError(400, BAD_PAYLOAD)
    if max(len(issue_ids), len(project_ids)) > 1000:
        raise JiraError(400, "No more than 1000 ids may be given.")
    issues = {int(each.id): each for each in call.site.issues.values()}
    projects = {int(each.id): each for each in call.site.projects.values()}
    return {
        "permission": key,
        "issues": [
            number
            for number in issue_ids
            if number in issues and call.site.may_see(issues[number], user) and may(user, key, issues[number].project)
        ],
        "projects": [number for number in project_ids if number in projects and may(user, key, projects[number])],
    }


def permission_scheme(call: Call) -> Reply:
    """Tell who may do what in a project, to its administrators only."""
    project = call.site.project(call.params["project"], call.user)
    if project is None:
        raise JiraError(404, f"No project could be found with key '{call.params['project']}'.")
    if not call.user.is_admin and project.key not in call.user.administers:
        raise JiraError(403, "You do not have permission to view the configuration of this project.")
    scheme: dict[str, object] = {
        "expand": "permissions,user,group,projectRole,field,all",
        "self": f"{API}/permissionscheme/{project.id}",
        "id": int(project.id),
        "name": f"{project.name} scheme",
        "description": "",
    }
    if "permissions" in call.items("expand"):
        scheme["permissions"] = [_granted(project, place, key) for place, key in enumerate(READ + WRITE, 1)]
    return Reply(scheme)


def _granted(project: Project, place: int, key: str) -> dict[str, object]:
    role = {"type": "projectRole", "parameter": "10002", "value": "10002"}
    holder = {"type": "applicationRole"} if project.members is None and key in READ else role
    return {"id": place, "self": f"{API}/permissionscheme/{project.id}/permission/{place}", "holder": holder,
            "permission": key}  # fmt: skip


def _matching(call: Call) -> list[User]:
    if not call.site.is_cloud:
        return _named(call)
    has_query, account = "query" in call.query, call.text("accountId")
    if not has_query and not account:
        raise JiraError(400, "The query parameters 'query', 'accountId' and 'property' are all missing or empty.")
    if has_query and account:
        raise JiraError(400, "Only one of 'query' and 'accountId' may be given.")
    if account:
        return [user for user in call.site.users.values() if user.account_id == account and user.active]
    return call.site.users_matching(call.text("query"))


def _named(call: Call) -> list[User]:
    """Return users by the first letters of name, address or display name, as Data Center finds them."""
    if "username" not in call.query:
        raise JiraError(400, "The username query parameter was not provided")
    wanted = call.text("username")
    found = call.site.users_matching(wanted)
    more = (user for user in call.site.users.values() if user.active and user.name.startswith(wanted.lower()))
    return [*found, *(user for user in more if user not in found)]


def _users(call: Call, users: list[User]) -> Reply:
    """Return a page of people: nobody to a caller who may not browse users."""
    users = users if call.user.browses_users else []
    return Reply([user_shape(user) for user in page(users, call, most=1000)[0]])


def search(call: Call) -> Reply:
    return _users(call, _matching(call))


def user(call: Call) -> Reply:
    named = call.text("username") or call.text("key")
    found = call.site.users.get(call.text("accountId")) if call.site.is_cloud else call.site.user_named(named)
    if found is None:
        raise JiraError(404, "Specified user does not exist or you do not have required permissions")
    return Reply(user_shape(found, full=True))


def assignable(call: Call) -> Reply:
    names = [call.text(name) for name in ("issueKey", "issueId", "project")]
    if not any(names):
        raise JiraError(400, "One of 'issueKey', 'issueId' or 'project' must be given.")
    if names[0] or names[1]:
        project = call.site.issue(names[0] or names[1], call.user).project
    else:
        found = call.site.project(names[2], call.user)
        if found is None:
            raise JiraError(404, f"No project could be found with key '{names[2]}'.")
        project = found
    everyone = not {"query", "username"} & set(call.query) and not call.text("accountId")
    users = call.site.users_matching("") if everyone else _matching(call)
    return _users(call, [each for each in users if project.written_by(each)])


def viewers(call: Call) -> Reply:
    key, project_key = call.text("issueKey"), call.text("projectKey")
    if not key and not project_key:
        raise JiraError(400, "Either 'issueKey' or 'projectKey' must be given.")
    users = _matching(call)
    if key:
        issue = call.site.issue(key, call.user)
        return _users(call, [each for each in users if call.site.may_see(issue, each)])
    project = call.site.project(project_key, call.user)
    if project is None:
        raise JiraError(404, f"No project could be found with key '{project_key}'.")
    return _users(call, [each for each in users if project.seen_by(each)])
