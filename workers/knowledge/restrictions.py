"""Which pages of a Confluence space may be read by all who may read the space: no page above them is kept for some.

Confluence passes a restriction on to what lies below, and tells it only of the page on which it was set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from workers.knowledge.values import SourceAway

SEARCH = "rest/api/content/search"
EXPANDED = "restrictions.read.restrictions.user,restrictions.read.restrictions.group"
LIST_SIZE = 200
PARENTS = {each: f"api/v2/{each}s" for each in ("page", "folder", "whiteboard", "database", "embed")}
"""What a page may lie in, and where it is asked for."""
DEEPEST = 200


class Hidden(SourceAway):
    """The account may not see what was asked for, or it is gone."""


class Asked(Protocol):
    """Confluence, as far as it is asked here."""

    @property
    def url(self) -> str: ...
    def rows(self, path: str, params: Mapping[str, Any]) -> Any: ...
    def one(self, path: str) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Place:
    """Where something lies."""

    parent: str
    kind: str
    """What the parent is."""


@dataclass
class Restrictions:
    """Of one space, for one reading; raises SourceAway where Confluence is silent, and opens nothing by a guess."""

    site: Asked
    space: str
    places: dict[str, Place]
    """Of the pages that were listed."""
    _own: dict[str, bool] = field(default_factory=dict)
    """What has a restriction of its own, by id."""
    _known: dict[str, bool] = field(default_factory=dict)

    def learn(self) -> None:
        """Take over what Confluence's search tells of many pages at once; what it lacks is asked for one by one."""
        params = {"cql": f'space = "{self.space}" and type = page', "expand": EXPANDED, "limit": LIST_SIZE}
        for row in self.site.rows(SEARCH, params):
            held = (row.get("restrictions") or {}).get("read")
            if isinstance(held, dict):
                self._own[str(row.get("id"))] = _is_restriction(held)

    def is_open(self, page_id: str) -> bool:
        """Return whether neither the page nor anything above it is kept for some."""
        above: list[str] = []
        content_id, kind, found = page_id, "page", True
        while content_id and found:
            if content_id in self._known:
                found = self._known[content_id]
                break
            if content_id in above or len(above) > DEEPEST or kind not in PARENTS:
                found = False
                break
            above.append(content_id)
            try:
                place = self._place(content_id, kind)
                found = not self._is_restricted(content_id)
            except Hidden:
                found = False
                break
            content_id, kind = place.parent, place.kind
        # What is open has only open ones above it; of a closed one only itself is known.
        self._known |= dict.fromkeys(above if found else above[:1], found)
        return found

    def _place(self, content_id: str, kind: str) -> Place:
        if content_id not in self.places:
            self.places[content_id] = place_of(self.site.one(f"{PARENTS[kind]}/{content_id}"))
        return self.places[content_id]

    def _is_restricted(self, content_id: str) -> bool:
        if content_id not in self._own:
            answer = self.site.one(f"rest/api/content/{content_id}/restriction/byOperation/read")
            self._own[content_id] = _is_restriction(answer)
        return self._own[content_id]


def place_of(row: Mapping[str, Any]) -> Place:
    """Return where a page, or what holds pages, lies by Confluence's word."""
    return Place(str(row.get("parentId") or ""), str(row.get("parentType") or "page"))


def _is_restriction(held: Mapping[str, Any]) -> bool:
    """Return whether people or groups are named who alone may read; what cannot be read counts as if they were."""
    named = held.get("restrictions")
    if not isinstance(named, dict):
        return True
    lists = [named.get(kind) for kind in ("user", "group")]
    return not all(isinstance(each, dict) and each.get("results") == [] and not each.get("size") for each in lists)
