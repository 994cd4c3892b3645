"""The site's fields, their schemas and the values they allow; values are checked in `values`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.jira import catalogue as default
from sandbox.jira.site import Project
from sandbox.jira.wire import API

CUSTOM = "com.atlassian.jira.plugin.system.customfieldtypes:"
GREENHOPPER = "com.pyxis.greenhopper.jira:"


@dataclass(frozen=True)
class Field:
    """One field; `family` decides how values are checked."""

    id: str
    name: str
    family: str
    options: tuple[tuple[str, str], ...] = ()
    """(id, value) pairs of a select."""
    children: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    """Of a cascading select: the (id, value) pairs below the option of an id."""
    default: Any = None
    is_editable: bool = True
    orderable: bool = True

    @property
    def is_custom(self) -> bool:
        return self.id.startswith("customfield_")

    @property
    def schema(self) -> dict[str, Any]:
        kind = SCHEMAS[self.family]
        if self.is_custom:
            custom = (GREENHOPPER if self.family.startswith("gh-") else CUSTOM) + self.family
            return {**kind, "custom": custom, "customId": int(self.id.removeprefix("customfield_"))}
        return {**kind, "system": self.id}

    @property
    def is_list(self) -> bool:
        return bool(SCHEMAS[self.family]["type"] == "array")

    @property
    def operations(self) -> list[str]:
        if self.is_list:
            return ["add", "set", "remove"]
        return ["set"]


SCHEMAS: dict[str, dict[str, Any]] = {
    "summary": {"type": "string"},
    "textfield": {"type": "string"},
    "textarea": {"type": "string"},
    "url": {"type": "string"},
    "float": {"type": "number"},
    "datepicker": {"type": "date"},
    "datetime": {"type": "datetime"},
    "select": {"type": "option"},
    "multiselect": {"type": "array", "items": "option"},
    "userpicker": {"type": "user"},
    "multiuserpicker": {"type": "array", "items": "user"},
    "cascadingselect": {"type": "option-with-child"},
    "multiversion": {"type": "array", "items": "version"},
    "gh-sprint": {"type": "array", "items": "json"},
    "gh-epic-link": {"type": "any"},
    "priority": {"type": "priority"},
    "labels": {"type": "array", "items": "string"},
    "components": {"type": "array", "items": "component"},
    "versions": {"type": "array", "items": "version"},
    "project": {"type": "project"},
    "issuetype": {"type": "issuetype"},
    "parent": {"type": "issuelink"},
    "attachment": {"type": "array", "items": "attachment"},
    "issuelinks": {"type": "array", "items": "issuelinks"},
    "status": {"type": "status"},
    "resolution": {"type": "resolution"},
    "comments-page": {"type": "comments-page"},
    "watches": {"type": "watches"},
}


def _options(first: int, *values: str) -> tuple[tuple[str, str], ...]:
    return tuple((str(first + place), value) for place, value in enumerate(values))


FIELDS: dict[str, Field] = {
    field.id: field
    for field in (
        Field("summary", "Summary", "summary"),
        Field("issuetype", "Issue Type", "issuetype"),
        Field("project", "Project", "project"),
        Field("description", "Description", "textarea"),
        Field("priority", "Priority", "priority", default="3"),
        Field("labels", "Labels", "labels"),
        Field("components", "Components", "components"),
        Field("assignee", "Assignee", "userpicker"),
        Field("reporter", "Reporter", "userpicker", default="caller"),
        Field("duedate", "Due date", "datepicker"),
        Field("fixVersions", "Fix versions", "versions"),
        Field("versions", "Affects versions", "versions"),
        Field("environment", "Environment", "textarea"),
        Field("attachment", "Attachment", "attachment", is_editable=False),
        Field("issuelinks", "Linked Issues", "issuelinks", is_editable=False),
        Field("parent", "Parent", "parent"),
        Field("status", "Status", "status", is_editable=False),
        Field("resolution", "Resolution", "resolution", is_editable=False),
        Field("creator", "Creator", "userpicker", is_editable=False, orderable=False),
        Field("created", "Created", "datetime", is_editable=False, orderable=False),
        Field("updated", "Updated", "datetime", is_editable=False, orderable=False),
        Field("resolutiondate", "Resolved", "datetime", is_editable=False, orderable=False),
        Field("comment", "Comment", "comments-page", is_editable=False),
        Field("watches", "Watchers", "watches", is_editable=False, orderable=False),
        Field("customfield_10050", "Team", "select", _options(10300, "Platform", "Identity", "Payments", "Workplace")),
        Field("customfield_10051", "Severity", "select",
              _options(10310, "SEV1 - Outage", "SEV2 - Major", "SEV3 - Minor", "SEV4 - Cosmetic")),
        Field("customfield_10052", "Steps to reproduce", "textarea"),
        Field("customfield_10053", "Affected users", "float"),
        Field("customfield_10054", "Affected services", "multiselect",
              _options(10320, "VPN", "Single sign-on", "Checkout", "E-mail", "Dashboard")),
        Field("customfield_10055", "Started at", "datetime"),
        Field("customfield_10056", "Customer contact", "userpicker"),
        Field("customfield_10057", "Runbook", "url"),
        Field("customfield_10058", "Impact", "select", _options(10330, "Internal", "Customers"), default="10330"),
        Field("customfield_10059", "Error code", "textfield"),
        Field("customfield_10060", "Approvers", "multiuserpicker"),
        Field("customfield_10061", "Equipment", "cascadingselect", _options(10340, "Hardware", "Software"),
              (("10340", _options(10342, "Laptop", "Phone")), ("10341", _options(10344, "Editor", "Browser")))),
        Field("customfield_10062", "Rolled out with", "multiversion"),
        Field("customfield_10020", "Sprint", "gh-sprint"),
        Field("customfield_10014", "Epic Link", "gh-epic-link"),
        Field("customfield_10063", "Tags", "labels"),
        Field("customfield_10064", "Site", "select", tuple((str(20000 + n), f"Site {n:03d}") for n in range(250))),
    )
}  # fmt: skip
BY_NAME = {field.name.lower(): field for field in FIELDS.values()}


def option_shape(number: str, value: str) -> dict[str, Any]:
    return {"self": f"{API}/customFieldOption/{number}", "value": value, "id": number}


def allowed_values(field: Field, project: Project) -> list[dict[str, Any]] | None:
    """Return the values a field may take in a project, or None for a field without a list."""
    if field.options:
        return [_with_children(field, option_shape(*option)) for option in field.options]
    lists: dict[str, Callable[[], list[dict[str, Any]]]] = {
        "priority": lambda: [default.priority_shape(*row) for row in default.PRIORITIES],
        "components": lambda: [default.component_shape(*row) for row in project.components],
        "versions": lambda: [default.version_shape(*row) for row in project.versions],
        "multiversion": lambda: [default.version_shape(*row) for row in project.versions],
        "project": lambda: [default.project_shape(project)],
    }
    return lists[field.family]() if field.family in lists else None


def _with_children(field: Field, shape: dict[str, Any]) -> dict[str, Any]:
    below = dict(field.children).get(shape["id"])
    return {**shape, "children": [option_shape(*each) for each in below]} if below else shape
