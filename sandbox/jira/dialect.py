"""How the two kinds of Jira show the same things: Data Center knows no account ids, but names and keys."""

from __future__ import annotations

from typing import Any

from sandbox.jira.site import Site
from sandbox.jira.wire import API, ORIGIN

SERVER_API = f"{ORIGIN}/rest/api/2"
CLOUD_ONLY = frozenset({"accountId", "accountType", "jsdPublic", "hierarchyLevel", "simplified"})


def shown(body: Any, site: Site) -> Any:
    """Return an answer's body, written as Cloud writes it, as this site writes it."""
    return body if site.is_cloud else _server(body, site)


def _server(value: Any, site: Site) -> Any:
    if isinstance(value, list):
        return [_server(each, site) for each in value]
    if isinstance(value, dict):
        plain = {name: _server(each, site) for name, each in value.items() if name not in CLOUD_ONLY}
        return {**plain, **_person(str(value["accountId"]), site)} if "accountId" in value else plain
    if isinstance(value, str):
        user = site.users.get(value)
        return user.name if user else value.replace(API, SERVER_API)
    return value


def _person(account_id: str, site: Site) -> dict[str, str]:
    user = site.users[account_id]
    return {"self": f"{SERVER_API}/user?username={user.name}", "name": user.name, "key": user.key}
