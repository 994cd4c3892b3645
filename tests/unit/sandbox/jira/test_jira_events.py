"""Webhooks, the feed of changes, the control routes and the pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from aiohttp import web
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from sandbox.jira.standin import JiraStandIn
from sandbox.jira.webhooks import signature
from sandbox.server import Running

eventually = retry(
    retry=retry_if_exception_type(AssertionError), stop=stop_after_delay(10), wait=wait_fixed(0.02), reraise=True
)


class Receiver:
    """A web server that takes webhooks and answers the next of `statuses`, then 200."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []

    def make_app(self) -> web.Application:
        async def take(request: web.Request) -> web.Response:
            self.got.append((dict(request.headers), await request.read()))
            return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

        app = web.Application()
        app.router.add_post("/jira/webhook", take)
        return app


@pytest.fixture
def receiver(jira: JiraStandIn, url: str) -> Iterator[Receiver]:
    receiver = Receiver()
    running = Running(receiver.make_app)
    jira.webhooks.url, jira.webhooks.secret = f"{running.url}/jira/webhook", "shared secret"
    jira.webhooks.retry_seconds = 0.01
    assert url
    yield receiver
    running.stop()


@eventually
def count(receiver: Receiver, expected: int) -> None:
    assert len(receiver.got) == expected


def test_a_new_issue_is_told_with_a_signature(api: Any, receiver: Receiver) -> None:
    key = api.create(labels=["sb-1"]).json()["key"]

    count(receiver, 1)
    headers, body = receiver.got[0]
    payload = json.loads(body)
    assert headers["X-Hub-Signature"] == signature("shared secret", body)
    assert (payload["webhookEvent"], payload["issue"]["key"]) == ("jira:issue_created", key)
    assert payload["issue"]["fields"]["labels"] == ["sb-1"]
    assert payload["user"]["displayName"] == "Support Bot"


def test_a_move_by_a_person_is_told_with_its_changelog(jira: JiraStandIn, receiver: Receiver) -> None:
    jira.move("OPS-16", "In Progress", by="linus@example.com")

    count(receiver, 1)
    payload = json.loads(receiver.got[0][1])
    assert payload["webhookEvent"] == "jira:issue_updated"
    (item,) = payload["changelog"]["items"]
    assert (item["field"], item["fromString"], item["toString"]) == ("status", "To Do", "In Progress")


@pytest.mark.parametrize("as_adf", [False, True])
def test_a_comment_is_told_as_text_or_document(jira: JiraStandIn, receiver: Receiver, as_adf: bool) -> None:
    jira.webhooks.bodies_as_adf = as_adf
    jira.comment("OPS-16", "Try again now", by="linus@example.com")

    count(receiver, 1)
    payload = json.loads(receiver.got[0][1])
    assert payload["webhookEvent"] == "comment_created"
    assert payload["comment"]["author"]["displayName"] == "Linus Berg"
    assert isinstance(payload["comment"]["body"], dict) == as_adf


def test_a_failed_delivery_comes_again_under_the_same_identifier(jira: JiraStandIn, receiver: Receiver) -> None:
    receiver.statuses = [503, 409]
    jira.comment("OPS-16", "hello", by="ada@example.com")

    count(receiver, 3)
    assert len({headers["X-Atlassian-Webhook-Identifier"] for headers, _ in receiver.got}) == 1
    assert [headers.get("X-Atlassian-Webhook-Retry") for headers, _ in receiver.got] == [None, "1", "2"]
    assert jira.webhooks.deliveries[0].event == "comment_created"


def test_a_refused_delivery_does_not_come_again(jira: JiraStandIn, receiver: Receiver) -> None:
    receiver.statuses = [401]
    jira.comment("OPS-16", "hello", by="ada@example.com")
    jira.comment("OPS-15", "hello", by="ada@example.com")
    count(receiver, 2)
    assert len({headers["X-Atlassian-Webhook-Identifier"] for headers, _ in receiver.got}) == 2


def test_changes_are_streamed_as_they_happen(api: Any, url: str) -> None:
    with requests.get(f"{url}/_control/changes", stream=True, timeout=10) as stream:
        lines = stream.iter_lines(decode_unicode=True)
        assert next(lines) == ": connected"
        key = api.create().json()["key"]
        changes = (json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: "))
        created = next(changes)
        call = next(changes)
    assert (created["kind"], created["issue"]["key"]) == ("jira:issue_created", key)
    assert (call["kind"], call["route"], call["status"]) == ("call", "POST issue", 201)


def test_a_stream_resumes_after_the_last_change_seen(api: Any, url: str) -> None:
    api.create()
    with requests.get(f"{url}/_control/changes?after=0", stream=True, timeout=10) as stream:
        lines = stream.iter_lines(decode_unicode=True)
        first = next(line for line in lines if line.startswith("data: "))
    assert json.loads(first.removeprefix("data: "))["number"] == 1


def test_the_state_lists_issues_newest_first(api: Any, url: str) -> None:
    key = api.create().json()["key"]
    state = requests.get(f"{url}/_control/state", timeout=10).json()
    assert state["issues"][0]["key"] == key
    assert state["issues"][0]["path"] == f"/browse/{key}"
    assert state["calls"][-1]["route"] == "POST issue"


def test_faults_can_be_set_and_cleared_over_http(api: Any, url: str) -> None:
    fault = {"operation": "GET myself", "kind": "status", "status": 500, "times": -1}
    assert requests.post(f"{url}/_control/faults", json=fault, timeout=10).status_code == 200
    assert api.get("myself").status_code == 500
    requests.post(f"{url}/_control/clear_faults", timeout=10)
    assert api.get("myself").status_code == 200
    assert requests.post(f"{url}/_control/faults", json={"kind": "odd"}, timeout=10).status_code == 400


def test_a_person_acts_over_http(jira: JiraStandIn, url: str) -> None:
    act = {"email": "ada@example.com", "key": "OPS-16", "comment": "On it", "status": "In Progress"}
    assert requests.post(f"{url}/_control/act", json=act, timeout=10).status_code == 200
    assert jira.issue("OPS-16").fields["status"]["name"] == "In Progress"
    assert jira.issue("OPS-16").comments[-1]["author"]["displayName"] == "Ada Park"
    assert requests.post(f"{url}/_control/act", json={**act, "key": "NO-1"}, timeout=10).status_code == 400


def test_the_page_of_an_issue_shows_it_escaped(api: Any, url: str, text: Any) -> None:
    key = api.create(summary="<script>alert(1)</script>", description=text("a < b")).json()["key"]
    api.post(f"issue/{key}/remotelink", {"object": {"url": "javascript:alert(1)", "title": "Slack & thread"}})
    page = requests.get(f"{url}/browse/{key}", timeout=10)
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "a &lt; b" in page.text
    assert "Slack &amp; thread" in page.text
    assert "javascript:" not in page.text


def test_a_page_of_no_issue_says_so(url: str) -> None:
    assert requests.get(f"{url}/browse/OPS-9999", timeout=10).status_code == 404
    assert "OPS-1" in requests.get(url, timeout=10).text
