"""A fresh stand-in for each test, and two ways in: plain requests and the `jira` library."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from jira import JIRA

from sandbox.jira.standin import JiraStandIn
from sandbox.server import Running


class Api:
    """Plain requests to the API's root, as the service account."""

    def __init__(self, url: str, auth: tuple[str, str]) -> None:
        self.site, self.root = url, f"{url}/rest/api/3/"
        self.session = requests.Session()
        self.session.auth = auth

    def __call__(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.session.request(method, self.root + path, timeout=10, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self("GET", path, **options)

    def post(self, path: str, body: Any, **options: Any) -> requests.Response:
        return self("POST", path, json=body, **options)

    def put(self, path: str, body: Any) -> requests.Response:
        return self("PUT", path, json=body)

    def create(self, project: str = "OPS", kind: str = "Task", **fields: Any) -> requests.Response:
        """Ask for an issue with a summary, and whatever else is given."""
        needed = {"project": {"key": project}, "issuetype": {"name": kind}, "summary": "Something broke"}
        return self.post("issue", {"fields": {**needed, **fields}})

    def keys(self, jql: str, **more: Any) -> list[str]:
        """Return the keys that a query finds, in order."""
        reply = self.post("search/jql", {"jql": jql, "fields": ["key"], "maxResults": 100, **more})
        assert reply.status_code == 200, reply.text
        return [issue["key"] for issue in reply.json()["issues"]]

    def jql_error(self, jql: str) -> str:
        """Return the one message with which a query is refused."""
        reply = self.post("search/jql", {"jql": jql})
        assert reply.status_code == 400, reply.text
        (message,) = reply.json()["errorMessages"]
        return str(message)


@pytest.fixture
def jira() -> JiraStandIn:
    return JiraStandIn()


@pytest.fixture
def url(jira: JiraStandIn) -> Iterator[str]:
    running = Running(jira.make_app)
    yield running.url
    running.stop()


@pytest.fixture
def api(jira: JiraStandIn, url: str) -> Iterator[Api]:
    api = Api(url, (jira.email, jira.api_token))
    yield api
    api.session.close()


@pytest.fixture
def client(jira: JiraStandIn, url: str) -> Iterator[JIRA]:
    client = JIRA(
        url,
        options={"rest_api_version": "3"},
        basic_auth=(jira.email, jira.api_token),
        get_server_info=False,
        max_retries=0,
        timeout=(3.05, 30),
    )
    client.deploymentType = "Cloud"
    client._version = (1001, 0, 0)
    yield client
    client.close()  # type: ignore[no-untyped-call]


@pytest.fixture
def text() -> Any:
    """Return a maker of one-paragraph documents."""
    return _text


def _text(words: str) -> dict[str, Any]:
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": words}]}
    return {"type": "doc", "version": 1, "content": [paragraph]}
