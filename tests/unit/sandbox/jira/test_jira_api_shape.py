"""The stand-in holds every request to the published description of Jira Cloud's API."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.jira.api_shape import KNOWN_ERRORS, derive, misfits, shapes
from sandbox.jira.routing import ROUTES
from sandbox.jira.standin import JiraStandIn


def test_every_served_route_of_cloud_is_described() -> None:
    served = {f"{method} {path}" for method, path, _ in ROUTES}

    assert served == set(shapes())
    assert set(KNOWN_ERRORS) <= served


@pytest.mark.parametrize(
    ("route", "query", "body", "found"),
    [
        ("GET user/search", {"query": ["ada"], "maxResults": ["5"]}, None, []),
        ("GET user/search", {"querry": ["ada"]}, None, ["query: no parameter querry"]),
        ("GET user/search", {"maxResults": ["many"]}, None, ["query: maxResults is a whole number"]),
        ("POST search/jql", {}, {"jql": "x", "fields": ["summary"], "maxResults": 5}, []),
        ("POST search/jql", {}, {"jql": "x", "startAt": 0}, ["body has no member startAt"]),
        ("POST search/jql", {}, {"jql": "x", "fields": "summary"}, ["body.fields is of type array"]),
        ("POST search/jql", {}, {"jql": "x", "maxResults": True}, ["body.maxResults is of type integer"]),
        ("POST search/jql", {}, None, ["it needs a body"]),
        ("GET myself", {}, {"a": 1}, ["it takes no body"]),
        ("POST issue", {}, {"fields": {}, "properties": [{"key": "k", "values": 1}]},
         ["body.properties[0] has no member values"]),
        ("PUT issue/{key}/assignee", {}, {"accountId": None}, []),
        ("GET agile/board", {"anything": ["x"]}, None, []),
    ],
)  # fmt: skip
def test_what_the_document_does_not_know_is_named(
    route: str, query: dict[str, list[str]], body: Any, found: list[str]
) -> None:
    assert misfits(route, query, body) == found


def test_a_request_that_does_not_fit_is_refused_and_the_log_says_why(api: Any, jira: JiraStandIn) -> None:
    assert api.get("user/search?querry=ada").status_code == 400
    assert jira.calls[-1]["reason"] == "query: no parameter querry"


def test_shapes_are_derived_without_words() -> None:
    document = {
        "paths": {
            "/rest/api/3/thing/{id}": {
                "put": {
                    "parameters": [
                        {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                        {"name": "notify", "in": "query", "schema": {"type": "boolean"}, "description": "words"},
                    ],
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
                    },
                }
            }
        },
        "components": {
            "schemas": {
                "Thing": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {"name": {"type": "string"}, "self": {"type": "string", "readOnly": True}},
                }
            }
        },
    }

    assert derive(document, [("PUT", "thing/{key}"), ("GET", "thing/{key}")]) == {
        "PUT thing/{key}": {
            "query": {"notify": {"type": "boolean"}},
            "body": {"type": "object", "members": {"name": {"type": "string"}}, "required": ["name"]},
            "needs_body": True,
        }
    }
