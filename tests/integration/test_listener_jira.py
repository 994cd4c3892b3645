"""The route of Jira's webhook: signed, stored once, never lost, and not there without its secret."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.jira.webhooks import signature
from sandbox.redis_server import RedisServer
from sandbox.slack import SlackStandIn
from tests.integration.listener_harness import RunningListener, settings_for, wait_for
from workers.records import Action
from workers.state.mailbox import Mailboxes

pytestmark = pytest.mark.integration

SECRET = "a webhook's secret"
MARKER = "sb-0123456789ab"


@pytest.fixture
def web(slack: SlackStandIn, own_redis: RedisServer) -> Iterator[RunningListener]:
    settings = settings_for(slack.workspace.base_url, own_redis.url, mode="http", jira_webhook_secret=SECRET)
    running = RunningListener(settings)
    wait_for(running.is_ready)
    yield running
    running.stop()


def created(label: str = MARKER) -> bytes:
    issue = {"id": "10012", "key": "OPS-12", "fields": {"labels": [label]}}
    return json.dumps({"webhookEvent": "jira:issue_created", "issue": issue}).encode()


def post(web: RunningListener, body: bytes, **headers: str | None) -> int:
    """POST as Jira does and return the status; a header given as None is left out."""
    given: dict[str, Any] = {"X-Hub-Signature": signature(SECRET, body), "X-Atlassian-Webhook-Identifier": "w-1"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {name: value for name, value in given.items() if value is not None}
    return requests.post(f"{web.url}/jira/webhook", data=body, headers=sent, timeout=10).status_code


def stored(boxes: Mailboxes, slack: SlackStandIn) -> list[Action]:
    found = []
    while claim := boxes.claim(f"act:{slack.workspace.team_id}:marker:{MARKER}"):
        found.append(Action.model_validate(claim.body))
        boxes.commit(claim)
    return found


def test_an_issue_of_ours_is_stored_once_however_often_jira_tells_of_it(
    web: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    statuses = [post(web, created(), X_Atlassian_Webhook_Retry=str(number)) for number in range(3)]
    assert statuses == [200, 200, 200]
    (action,) = stored(boxes, slack)
    assert (action.kind, action.values["key"]) == ("filing_confirmed", "OPS-12")


def test_what_concerns_nobody_is_taken_and_leaves_nothing(web: RunningListener, boxes: Mailboxes) -> None:
    assert post(web, created("vpn")) == 200
    assert post(web, b'{"webhookEvent": "comment_created"}') == 200
    assert post(web, b"{}") == 200
    assert boxes.waiting() == 0


@pytest.mark.parametrize("given", [None, "", "sha256=00", "sha256=\xff"])
def test_what_jira_did_not_sign_is_refused(web: RunningListener, given: str | None) -> None:
    assert post(web, created(), X_Hub_Signature=given) == 401


def test_a_signature_of_another_body_is_refused(web: RunningListener, boxes: Mailboxes) -> None:
    assert post(web, created(), X_Hub_Signature=signature(SECRET, b"{}")) == 401
    assert boxes.waiting() == 0


@pytest.mark.parametrize("body", [b"", b"x", b"[]", b"{", b"\xff\xfe"])
def test_a_signed_body_that_is_not_jiras_is_refused(web: RunningListener, body: bytes) -> None:
    assert post(web, body) == 400


def test_a_body_beyond_all_measure_is_refused(web: RunningListener) -> None:
    assert post(web, b"x" * (2 * 1024 * 1024)) == 413


def test_jira_is_asked_to_come_again_while_nothing_can_be_stored(
    web: RunningListener, slack: SlackStandIn, boxes: Mailboxes, own_redis: RedisServer
) -> None:
    own_redis.kill()
    assert post(web, created()) == 503
    own_redis.restart()
    wait_for(lambda: post(web, created()) == 200)
    assert len(stored(boxes, slack)) == 1
