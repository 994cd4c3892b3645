"""Who may read a page, by Confluence's first API: what is set on a page itself, never what it inherits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.confluence.pages import Page

SEARCH = "/wiki/rest/api/content/search"
BY_OPERATION = "/wiki/rest/api/content/{id}/restriction/byOperation/{operation}"
CQL = re.compile(r"""space\s*=\s*"([^"]+)"\s+and\s+type\s*=\s*page""")
EXPANDABLE = frozenset(f"restrictions.read.restrictions.{who}" for who in ("user", "group"))


def is_seen(page: Page) -> bool:
    """Return whether the account that asks may see a page: nothing above it is kept from it."""
    above: Page | None = page
    while above is not None:
        if above.is_restricted:
            return False
        above = above.parent
    return True


def space_of(query: Mapping[str, str]) -> str:
    """Return the space that a search asks for; raises ValueError for what this stand-in does not know."""
    asked = CQL.fullmatch(query.get("cql", ""))
    if asked is None:
        raise ValueError("Could not parse cql")
    if set(query.get("expand", "").split(",")) != EXPANDABLE:
        raise ValueError("expand")
    return asked[1]


def found_row(page: Page) -> dict[str, Any]:
    """Return a page as the search tells of it, with its restrictions expanded."""
    return {
        "id": page.id,
        "type": page.kind,
        "status": page.status,
        "title": page.title,
        "restrictions": {"read": restriction(page, "read"), "_expandable": {"update": ""}},
    }


def restriction(page: Page, operation: str) -> dict[str, Any]:
    """Return who may do this to a page by its own restriction; nobody is named where it has none."""
    is_read = operation == "read"
    users = [{"type": "known", "accountId": each, "accountType": "atlassian"} for each in page.readers if is_read]
    groups = [{"type": "group", "name": each, "id": f"id-of-{each}"} for each in page.reading_groups if is_read]
    named = {"user": _list(users), "group": _list(groups)}
    return {"operation": operation, "restrictions": named, "_expandable": {"content": f"/rest/api/content/{page.id}"}}


def _list(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"results": rows, "start": 0, "limit": 200, "size": len(rows)}
