"""Whether a whole Confluence space may be read by everybody, as its permissions and roles say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

from workers.knowledge.restrictions import Asked, Hidden

LIST_SIZE = 250
EVERYBODY = frozenset({"anonymous", "anonymous-users", "authenticated-users", "all-licensed-users"})
"""Principals who are neither a person nor a group: whoever may use Confluence is among them."""
USUAL_GROUP = "confluence-users"
"""The group that Confluence's licence makes; newer sites put their own name behind it."""
MOST_GROUPS = 50
OVERRULED = "If all full members of the workspace may read it, name it in CONFLUENCE_OPEN_SPACES"
ONLY_SOME = f"by its permissions only some people or groups may read the space. {OVERRULED}"
NOT_KNOWN = f"Confluence does not tell the account who may read the space. {OVERRULED}"


def why_closed(site: Asked, space_id: str) -> str:
    """Return why what a space holds cannot be told to everybody, empty if it can; raises SourceAway."""
    try:
        readers = list(_readers(site, space_id))
    except Hidden:
        return NOT_KNOWN
    if any(kind not in ("user", "group") and name in EVERYBODY for kind, name in readers):
        return ""
    groups = list(dict.fromkeys(name for kind, name in readers if kind == "group"))[:MOST_GROUPS]
    return "" if any(_is_usual(site, group) for group in groups) else ONLY_SOME


def _readers(site: Asked, space_id: str) -> Iterator[tuple[str, str]]:
    """Yield kind and id of each who may read a space, by its permissions and by its roles."""
    for row in site.rows(f"api/v2/spaces/{space_id}/permissions", {"limit": LIST_SIZE}):
        if row.get("operation") == {"key": "read", "targetType": "space"}:
            yield _named(row, "type", "id")
    try:
        # Each role holds the right to read; a site without roles has no such list.
        for row in site.rows(f"api/v2/spaces/{space_id}/role-assignments", {"limit": LIST_SIZE}):
            yield _named(row, "principalType", "principalId")
    except Hidden:
        return


def _named(row: dict[str, Any], kind: str, name: str) -> tuple[str, str]:
    principal = row.get("principal") or {}
    shown_kind, shown_name = str(principal.get(kind) or "").casefold(), str(principal.get(name) or "")
    return shown_kind, shown_name if shown_kind in ("user", "group") else shown_name.casefold().replace("_", "-")


def _is_usual(site: Asked, group_id: str) -> bool:
    """Return whether a group is the one of all who use Confluence; its name is not in what names it."""
    try:
        name = str(site.one(f"rest/api/group/by-id?id={quote(group_id, safe='')}").get("name") or "").casefold()
    except Hidden:
        return False
    own = (urlsplit(site.url).hostname or "").partition(".")[0]
    return name in (USUAL_GROUP, f"{USUAL_GROUP}-{own}")
