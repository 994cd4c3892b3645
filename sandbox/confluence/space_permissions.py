"""Who may do what in a whole space: permissions one by one, roles, and the groups behind their ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

PERMISSIONS = "/wiki/api/v2/spaces/{id}/permissions"
ROLES = "/wiki/api/v2/spaces/{id}/role-assignments"
GROUP = "/wiki/rest/api/group/by-id"
OWNER = "557058:0a0a0a0a-0000-4000-8000-00000000ad31"
VIEWER = "6d9b3c11-0000-4000-8000-0000000000f1"


@dataclass(frozen=True)
class Permit:
    """That somebody may do something in a space; a group is meant by its name here, and told by its id."""

    kind: str
    name: str
    operation: str = "read"
    target: str = "space"


USUAL = (
    Permit("user", OWNER),
    Permit("user", OWNER, "administer"),
    Permit("group", "confluence-users", "create", "page"),
    Permit("group", "confluence-users"),
    Permit("group", "confluence-users", "create", "comment"),
)
"""What a new space has: all who use Confluence may read it."""


def permission_rows(permits: tuple[Permit, ...]) -> list[dict[str, Any]]:
    return [
        {
            "id": str(7_000 + number),
            "principal": {"type": each.kind, "id": group_id(each.name) if each.kind == "group" else each.name},
            "operation": {"key": each.operation, "targetType": each.target},
        }
        for number, each in enumerate(permits)
    ]


def role_rows(classes: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the roles of a space, those of classes of people such as `all-licensed-users`, and its owner's."""
    people = [("USER", OWNER), *(("ACCESS_CLASS", each) for each in classes)]
    return [{"roleId": VIEWER, "principal": {"principalType": kind, "principalId": name}} for kind, name in people]


def group_id(name: str) -> str:
    return f"id-of-{name}"


def group_shape(found: str) -> dict[str, Any]:
    return {"type": "group", "name": found.removeprefix("id-of-"), "id": found, "_links": {}}
