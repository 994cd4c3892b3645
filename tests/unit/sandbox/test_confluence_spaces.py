"""The stand-in for Confluence tells who may read a space as the original does, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sandbox.confluence.space_permissions import Permit
from sandbox.confluence.standin import ConfluenceStandIn
from sandbox.server import Running

SPACE = "api/v2/spaces/1000"


@pytest.fixture
def site() -> ConfluenceStandIn:
    made = ConfluenceStandIn(rows_at_once=2)
    made.put("IT", "Printers", "<p>Here.</p>")
    return made


@pytest.fixture
def url(site: ConfluenceStandIn) -> Iterator[str]:
    running = Running(site.make_app)
    yield f"{running.url}/wiki"
    running.stop()


def get(url: str, path: str, *, token: str = ConfluenceStandIn.api_token, **params: str) -> requests.Response:
    return requests.get(f"{url}/{path}", params=params, auth=("bot@example.com", token), timeout=10)


def rows(url: str, path: str) -> list[dict[str, Any]]:
    """Return all rows of a list, part after part."""
    page = get(url, path).json()
    found = list(page["results"])
    while following := page["_links"].get("next"):
        (cursor,) = parse_qs(urlsplit(following).query)["cursor"]
        page = get(url, path, cursor=cursor).json()
        found += page["results"]
    return found


def test_permissions_come_in_parts_and_name_groups_by_ids_alone(url: str) -> None:
    found = rows(url, f"{SPACE}/permissions")
    (group,) = {row["principal"]["id"] for row in found if row["principal"]["type"] == "group"}

    assert len(found) == 5
    assert {"key": "read", "targetType": "space"} in [row["operation"] for row in found]
    assert "name" not in str(found)
    assert get(url, "rest/api/group/by-id", id=group).json()["name"] == "confluence-users"


def test_roles_are_there_once_the_site_has_some(site: ConfluenceStandIn, url: str) -> None:
    assert get(url, f"{SPACE}/role-assignments").status_code == 404

    site.roles["IT"] = ("all-licensed-users",)
    assert [row["principal"]["principalType"] for row in rows(url, f"{SPACE}/role-assignments")] == [
        "USER",
        "ACCESS_CLASS",
    ]


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("api/v2/spaces/999/permissions", {}, 404),
        (f"{SPACE}/permissions", {"operation": "read"}, 400),
        (f"{SPACE}/permissions", {"limit": "251"}, 400),
        (f"{SPACE}/permissions", {"cursor": "2"}, 400),
        (f"{SPACE}/permissions", {"token": "wrong"}, 401),
        ("rest/api/group/by-id", {"id": "id-of-nobody"}, 404),
        ("rest/api/group/by-id", {"name": "confluence-users"}, 400),
    ],
)
def test_what_is_asked_wrongly_is_refused(url: str, path: str, params: dict[str, str], status: int) -> None:
    assert get(url, path, **params).status_code == status


def test_who_may_not_ask_is_told_nothing(site: ConfluenceStandIn, url: str) -> None:
    site.permits["IT"] = (Permit("group", "board"),)
    site.secret = 403
    refused = get(url, f"{SPACE}/permissions")
    assert refused.status_code == 403
    assert "board" not in refused.text
