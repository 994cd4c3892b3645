"""The default site's furniture: people, projects, issue types, priorities, statuses and links between issues."""

from __future__ import annotations

from typing import Any

from sandbox.jira.site import IssueType, Project, Status, User
from sandbox.jira.wire import API, ORIGIN

BOT = User("557058:00000000-0000-4000-8000-000000000b07", "Support Bot", "bot@example.com", account_type="app")
ADA = User("5b10a2844c20165700ede2a1", "Ada Park", "ada@example.com", is_admin=True)
GRACE = User("5b10a2844c20165700ede2b2", "Grace Moreno", "grace@example.com")
LINUS = User("5b10a2844c20165700ede2c3", "Linus Berg", "linus@example.com")
MARGARET = User("5b10a2844c20165700ede2d4", "Margaret Hale", "margaret@example.com", email_hidden=True)
GONE = User("5b10a2844c20165700ede2e5", "Gareth Olsen", "gareth@example.com", active=False)
USERS = (BOT, ADA, GRACE, LINUS, MARGARET, GONE)

STATUSES = (
    Status("10000", "To Do", "new"),
    Status("3", "In Progress", "indeterminate"),
    Status("10001", "Done", "done"),
)
CATEGORIES = {
    "new": (2, "To Do", "blue-gray"),
    "indeterminate": (4, "In Progress", "yellow"),
    "done": (3, "Done", "green"),
}
PRIORITIES = (("1", "Highest"), ("2", "High"), ("3", "Medium"), ("4", "Low"), ("5", "Lowest"))
COLOURS = {"Highest": "#d04437", "High": "#f15c75", "Medium": "#f79232", "Low": "#707070", "Lowest": "#999999"}
RESOLUTIONS = (("10000", "Done"), ("10001", "Won't Do"), ("10002", "Duplicate"), ("10003", "Cannot Reproduce"))
LINK_TYPES = (
    ("10000", "Blocks", "is blocked by", "blocks"),
    ("10001", "Cloners", "is cloned by", "clones"),
    ("10002", "Duplicate", "is duplicated by", "duplicates"),
    ("10003", "Relates", "relates to", "relates to"),
)

COMMON = (
    "summary", "issuetype", "project", "description", "priority", "labels", "components", "assignee", "reporter",
    "duedate", "fixVersions", "versions", "environment", "attachment", "issuelinks", "parent",
)  # fmt: skip
BUG = IssueType(
    "10004", "Bug", "Something is broken.", (*COMMON, "customfield_10050", "customfield_10052", "customfield_10056"),
    frozenset({"customfield_10050"}),
)  # fmt: skip
TASK = IssueType("10003", "Task", "A piece of work.", COMMON)
INCIDENT = IssueType(
    "10007", "Incident", "A service is down or degraded.",
    (*COMMON, *(f"customfield_{number}" for number in (10051, 10053, 10054, 10055, 10057, 10058, 10059))),
    frozenset({"customfield_10051"}),
)  # fmt: skip
SUBTASK = IssueType("10005", "Sub-task", "A part of another issue.", COMMON, frozenset({"parent"}), is_subtask=True)
CHANGE = IssueType(
    "10008", "Change", "Something is to be changed, with fields of every kind.",
    (*COMMON, *(f"customfield_{number}" for number in (10014, 10020, *range(10050, 10065)))),
    frozenset({"customfield_10051", "customfield_10059", "customfield_10060", "customfield_10061"}),
)  # fmt: skip
"""No project has it at first: a test gives it to one."""
WEB_BUG = IssueType("10014", "Bug", "Something on the website is broken.", COMMON)
WEB_TASK = IssueType("10013", "Task", "A piece of work.", COMMON)
STORY = IssueType("10011", "Story", "What a visitor can do.", ("summary", "issuetype", "project", "description"))

PROJECTS = (
    Project(
        "10000", "OPS", "Operations", ADA.account_id, (BUG, TASK, INCIDENT, SUBTASK),
        (("10100", "Network"), ("10101", "Identity"), ("10102", "E-mail"), ("10103", "Workplace"),
         ("10104", "Reporting"), ("10105", "Billing")),
        (("10200", "2026.10"), ("10201", "2026.11")),
    ),
    Project(
        "10001", "WEB", "Website", GRACE.account_id, (WEB_BUG, WEB_TASK, STORY),
        (("10110", "Checkout"), ("10111", "Dashboard"), ("10112", "Export"), ("10113", "Search")),
        (("10210", "3.4"), ("10211", "3.5")),
    ),
    Project(
        "10002", "SECRET", "Board matters", GRACE.account_id, (TASK,),
        members=frozenset({BOT.account_id, GRACE.account_id}),
    ),
    Project("10003", "HR", "People", ADA.account_id, (TASK,), members=frozenset({ADA.account_id})),
    Project(
        "10004", "ARCH", "Archive", ADA.account_id, (TASK,), readers=frozenset({BOT.account_id, LINUS.account_id}),
    ),
    Project("10005", "DESK", "Help desk", GRACE.account_id, (TASK,), kind="service_desk"),
)  # fmt: skip


def status_shape(status: Status) -> dict[str, Any]:
    number, name, colour = CATEGORIES[status.category]
    return {
        "self": f"{API}/status/{status.id}",
        "description": "",
        "iconUrl": f"{ORIGIN}/images/icons/status.svg",
        "name": status.name,
        "id": status.id,
        "statusCategory": {
            "self": f"{API}/statuscategory/{number}",
            "id": number,
            "key": status.category,
            "colorName": colour,
            "name": name,
        },
    }


def priority_shape(number: str, name: str) -> dict[str, Any]:
    icon = f"{ORIGIN}/images/icons/priorities/{name.lower()}.svg"
    return {"self": f"{API}/priority/{number}", "iconUrl": icon, "name": name, "id": number}


def resolution_shape(number: str, name: str) -> dict[str, Any]:
    return {"self": f"{API}/resolution/{number}", "id": number, "description": "", "name": name}


def type_shape(kind: IssueType) -> dict[str, Any]:
    return {
        "self": f"{API}/issuetype/{kind.id}",
        "id": kind.id,
        "description": kind.description,
        "iconUrl": f"{ORIGIN}/images/icons/issuetypes/{kind.name.lower()}.svg",
        "name": kind.name,
        "subtask": kind.is_subtask,
        "hierarchyLevel": -1 if kind.is_subtask else 0,
    }


def project_shape(project: Project) -> dict[str, Any]:
    avatar = f"{ORIGIN}/secure/projectavatar?pid={project.id}"
    return {
        "self": f"{API}/project/{project.id}",
        "id": project.id,
        "key": project.key,
        "name": project.name,
        "projectTypeKey": project.kind,
        "simplified": False,
        "avatarUrls": {f"{size}x{size}": f"{avatar}&size={size}" for size in (16, 24, 32, 48)},
    }


def component_shape(number: str, name: str) -> dict[str, Any]:
    return {"self": f"{API}/component/{number}", "id": number, "name": name}


def version_shape(number: str, name: str) -> dict[str, Any]:
    return {
        "self": f"{API}/version/{number}",
        "id": number,
        "name": name,
        "archived": False,
        "released": False,
    }


def status_named(name: str) -> Status:
    """Return the status of that name; there must be one."""
    return next(status for status in STATUSES if status.name == name)


def link_type_shape(row: tuple[str, str, str, str]) -> dict[str, Any]:
    number, name, inward, outward = row
    return {
        "id": number,
        "name": name,
        "inward": inward,
        "outward": outward,
        "self": f"{API}/issueLinkType/{number}",
    }
