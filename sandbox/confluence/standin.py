"""Confluence's read side: Basic login, `/wiki/api/v2`, cursors that must come back as they were given.

Who may read what is asked of its first version, `/wiki/rest/api`, which is still there for it (`restrictions.py`).

Beside it stand the pages that a person's browser opens; those know no login.
"""

from __future__ import annotations

import base64
import binascii
import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import quote_plus

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.confluence.pages import Page
from sandbox.confluence.restrictions import BY_OPERATION, SEARCH, found_row, is_seen, restriction, space_of
from sandbox.confluence.seeds import PAGES, SPACE
from sandbox.confluence.space_permissions import (
    GROUP,
    PERMISSIONS,
    ROLES,
    USUAL,
    Permit,
    group_shape,
    permission_rows,
    role_rows,
)
from sandbox.reading_page import reading_page

MOST_ROWS = 250
KNOWN = {
    "/wiki/api/v2/spaces": {"keys", "limit", "cursor"},
    "/wiki/api/v2/spaces/{id}/pages": {"status", "limit", "cursor", "body-format", "sort"},
    "/wiki/api/v2/pages": {"id", "status", "limit", "cursor", "body-format", "sort"},
    "/wiki/api/v2/pages/{id}": {"body-format", "get-draft", "status", "version"},
    "/wiki/api/v2/folders/{id}": set[str](),
    PERMISSIONS: {"limit", "cursor"},
    ROLES: {"limit", "cursor", "role-id", "role-type", "principal-id", "principal-type"},
    GROUP: {"id", "expand"},
    SEARCH: {"cql", "cqlcontext", "expand", "cursor", "limit"},
    BY_OPERATION: {"expand", "start", "limit"},
}


@dataclass
class ConfluenceStandIn:
    """Start it with `Running(stand_in.make_app)`; `rows_at_once` makes lists of many parts of few pages."""

    email: str = "bot@example.com"
    api_token: str = "sandbox-jira-token"
    rows_at_once: int = MOST_ROWS
    pages: dict[str, Page] = field(default_factory=dict)
    spaces: dict[str, str] = field(default_factory=dict)
    """Ids by key."""
    permits: dict[str, tuple[Permit, ...]] = field(default_factory=dict)
    """Who may do what in a space, by key; what is not here has what is usual."""
    roles: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Classes of people with a role in a space, by key; while it is empty the site has no roles."""
    secret: int = 0
    """By which status it refuses to tell who may do what in a space; 0: it tells."""
    calls: list[str] = field(default_factory=list)
    """Path and query of every call that was let in."""
    not_indexed: set[str] = field(default_factory=set)
    """Ids that the search does not know yet."""
    is_down: bool = False
    refuses: int = 0
    """By which status it refuses everything to the account that is let in; 0: it does not."""

    @classmethod
    def with_seeds(cls) -> ConfluenceStandIn:
        """Return one that holds the pages of the demo."""
        made = cls()
        for title, body in PAGES.items():
            made.put(SPACE, title, body)
        return made

    def put(self, space: str, title: str, body: str, parent: Page | None = None, kind: str = "page") -> Page:
        """Write a page as a person would: a new one, or the next version of the one with that title."""
        space_id = self.spaces.setdefault(space, str(1_000 + len(self.spaces)))
        for page in self.pages.values():
            if (page.space_id, page.title, page.status) == (space_id, title, "current"):
                page.body, page.version = body, page.version + 1
                return page
        page = Page(str(50_000 + len(self.pages)), space_id, title, body, parent=parent, kind=kind)
        self.pages[page.id] = page
        return page

    def delete(self, page: Page) -> None:
        """Put a page into the bin, as a person would."""
        page.status = "trashed"

    def make_app(self) -> web.Application:
        """Return the application; all state lives in this object."""
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/wiki/api/v2/spaces", self._list_spaces)
        app.router.add_get("/wiki/api/v2/spaces/{id}/pages", self._list_pages)
        app.router.add_get("/wiki/api/v2/pages", self._find_pages)
        for kind in ("page", "folder"):
            app.router.add_get(f"/wiki/api/v2/{kind}s/{{id}}", functools.partial(self._show_one, kind))
        app.router.add_get(PERMISSIONS, self._permissions)
        app.router.add_get(ROLES, self._roles)
        app.router.add_get(GROUP, self._group)
        app.router.add_get(SEARCH, self._search)
        app.router.add_get(BY_OPERATION, self._restricted)
        app.router.add_get("/wiki/spaces/{key}/pages/{id}/{title}", self._show_page)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith(("/wiki/api/", "/wiki/rest/api/")):
            return await handler(request)
        wanted = base64.b64encode(f"{self.email}:{self.api_token}".encode()).decode()
        if self.is_down:
            return _refusal(503, "SERVICE_UNAVAILABLE")
        if request.headers.get("Authorization") != f"Basic {wanted}":
            return _refusal(401, "UNAUTHORIZED")
        if self.refuses:
            return _refusal(self.refuses, "REFUSED")
        resource = request.match_info.route.resource
        known = KNOWN.get(resource.canonical if resource else "", set())
        if unknown := set(request.query) - known:
            return _refusal(400, f"INVALID_REQUEST_PARAMETER: {', '.join(sorted(unknown))}")
        self.calls.append(request.path_qs)
        return await handler(request)

    async def _list_spaces(self, request: web.Request) -> web.Response:
        keys = set(filter(None, request.query.get("keys", "").split(",")))
        rows = [
            {"id": number, "key": key, "name": key, "type": "global", "status": "current"}
            for key, number in self.spaces.items()
            if not keys or key in keys
        ]
        return self._part(request, rows)

    async def _permissions(self, request: web.Request) -> web.Response:
        key = self._space(request)
        if key is None or self.secret:
            return _refusal(self.secret or 404, "NOT_FOUND")
        return self._part(request, permission_rows(self.permits.get(key, USUAL)))

    async def _roles(self, request: web.Request) -> web.Response:
        key = self._space(request)
        if key is None or self.secret or not self.roles:
            return _refusal(self.secret or 404, "NOT_FOUND")
        return self._part(request, role_rows(self.roles.get(key, ())))

    async def _group(self, request: web.Request) -> web.Response:
        """Tell a group's name, of the groups that there are."""
        groups = {each.name for permits in (USUAL, *self.permits.values()) for each in permits if each.kind == "group"}
        found = group_shape(request.query.get("id", ""))
        return web.json_response(found) if found["name"] in groups else _refusal(404, "NOT_FOUND")

    def _space(self, request: web.Request) -> str | None:
        return next((key for key, number in self.spaces.items() if number == request.match_info["id"]), None)

    async def _list_pages(self, request: web.Request) -> web.Response:
        space_id = request.match_info["id"]
        if space_id not in self.spaces.values():
            return _refusal(404, "NOT_FOUND")
        return self._part(request, self._rows(request, {"space_id": space_id}))

    async def _find_pages(self, request: web.Request) -> web.Response:
        ids = request.query.get("id", "").split(",")
        if len(ids) > MOST_ROWS or not all(each.isdigit() for each in ids):
            return _refusal(400, "INVALID_REQUEST_PARAMETER: id")
        return self._part(request, [row for row in self._rows(request, {}) if row["id"] in ids])

    async def _show_one(self, kind: str, request: web.Request) -> web.Response:
        found = self.pages.get(request.match_info["id"])
        if found is None or found.kind != kind or not is_seen(found):
            return _refusal(404, "NOT_FOUND")
        row = _row(found, self._key_of(found), with_body=False)
        return web.json_response(row | ({} if kind == "page" else {"type": kind}))

    async def _search(self, request: web.Request) -> web.Response:
        """Find the pages of a space, each with its own restrictions, as fresh as the index is."""
        try:
            space = space_of(request.query)
        except ValueError as error:
            return _refusal(400, str(error))
        rows = [
            found_row(page)
            for page in self.pages.values()
            if page.kind == "page" and page.status == "current" and self._key_of(page) == space
            if is_seen(page) and page.id not in self.not_indexed
        ]
        return self._part(request, rows)

    async def _restricted(self, request: web.Request) -> web.Response:
        """Tell what was set on this very content: what it inherits is told of what it inherits from."""
        found = self.pages.get(request.match_info["id"])
        operation = request.match_info["operation"]
        if found is None or not is_seen(found):
            return _refusal(404, "NOT_FOUND")
        if operation not in ("read", "update"):
            return _refusal(400, f"INVALID_REQUEST_PARAMETER: {operation}")
        return web.json_response(restriction(found, operation))

    async def _show_page(self, request: web.Request) -> web.Response:
        """Show a page to a browser."""
        page = self.pages.get(request.match_info["id"])
        if page is None or page.status != "current" or not is_seen(page):
            return reading_page("Confluence", "Not found", "<h1>You can't view this page</h1>", 404)
        return reading_page("Confluence", page.title, f"<h1>{escape(page.title)}</h1>{page.body}")

    def _rows(self, request: web.Request, like: Mapping[str, str]) -> list[dict[str, Any]]:
        statuses = request.query.get("status", "current,archived").split(",")
        with_body = request.query.get("body-format") == "storage"
        return [
            _row(page, self._key_of(page), with_body=with_body)
            for page in self.pages.values()
            if page.kind == "page"
            and page.status in statuses
            and is_seen(page)
            and all(getattr(page, name) == value for name, value in like.items())
        ]

    def _key_of(self, page: Page) -> str:
        return next(key for key, number in self.spaces.items() if number == page.space_id)

    def _part(self, request: web.Request, rows: list[dict[str, Any]]) -> web.Response:
        """Answer with the part of a list that the cursor names, and where the next one is."""
        limit = request.query.get("limit", "25")
        if not limit.isdigit() or not 1 <= int(limit) <= MOST_ROWS:
            return _refusal(400, "INVALID_REQUEST_PARAMETER: limit")
        try:
            start = _start(request.query.get("cursor"))
        except ValueError:
            return _refusal(400, "INVALID_REQUEST_PARAMETER: cursor")
        size = min(int(limit), self.rows_at_once)
        links = {"base": f"{request.scheme}://{request.host}/wiki"}
        if start + size < len(rows):
            links["next"] = str(request.rel_url.update_query(cursor=_cursor(start + size)))
        return web.json_response({"results": rows[start : start + size], "_links": links})


def _row(page: Page, space: str, *, with_body: bool) -> dict[str, Any]:
    body = {"storage": {"representation": "storage", "value": page.body}} if with_body else {}
    return {
        "id": page.id,
        "status": page.status,
        "title": page.title,
        "spaceId": page.space_id,
        "parentId": page.parent.id if page.parent else None,
        "parentType": page.parent.kind if page.parent else None,
        "version": {"number": page.version, "minorEdit": False},
        "body": body,
        "_links": {"webui": f"/spaces/{space}/pages/{page.id}/{quote_plus(page.title)}", "tinyui": f"/x/{page.id}"},
    }


def _cursor(start: int) -> str:
    return base64.urlsafe_b64encode(json.dumps({"start": start}).encode()).decode()


def _start(cursor: str | None) -> int:
    """Return where a part begins; raises ValueError for what was no cursor of ours."""
    if cursor is None:
        return 0
    try:
        return int(json.loads(base64.urlsafe_b64decode(cursor))["start"])
    except (binascii.Error, KeyError, TypeError) as error:
        raise ValueError from error


def _refusal(status: int, code: str) -> web.Response:
    return web.json_response(
        {"errors": [{"status": status, "code": code, "title": code, "detail": None}]}, status=status
    )
