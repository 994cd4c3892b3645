from __future__ import annotations

import http.client
from urllib.error import URLError

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.faults import Fault
from sandbox.slack import SlackStandIn

SUPPORT = "C0SUPPORT"
LOST = (http.client.HTTPException, URLError, ConnectionError, TimeoutError)


@pytest.fixture(autouse=True)
def _no_limits(slack: SlackStandIn) -> None:
    slack.limits.enabled = False


def test_a_post_whose_answer_is_lost_stands_in_the_channel(client: WebClient, slack: SlackStandIn) -> None:
    slack.faults.add(Fault(operation="chat.postMessage", kind="drop_after"))

    with pytest.raises(LOST):
        client.chat_postMessage(channel=SUPPORT, text="hi")

    assert [m.text for m in slack.messages(SUPPORT)] == ["hi"]
    assert slack.calls[0].outcome == "fault:drop_after"


@pytest.mark.parametrize("kind", ["drop_before", "hang"])
def test_a_post_that_never_arrives_does_not(client: WebClient, slack: SlackStandIn, kind: str) -> None:
    slack.faults.add(Fault.model_validate({"operation": "chat.postMessage", "kind": kind, "seconds": 0.05}))

    with pytest.raises(LOST):
        client.chat_postMessage(channel=SUPPORT, text="hi")
    assert slack.messages(SUPPORT) == []
    client.chat_postMessage(channel=SUPPORT, text="again")


def test_an_error_and_a_status_are_played_as_told(client: WebClient, slack: SlackStandIn) -> None:
    slack.faults.add(Fault(operation="chat.startStream", kind="error", error="unknown_method", times=-1))
    slack.faults.add(
        Fault(
            operation="*",
            kind="status",
            status=429,
            headers={"Retry-After": "7"},
            body={"ok": False, "error": "ratelimited"},
        )
    )

    with pytest.raises(SlackApiError) as caught:
        client.auth_test()
    assert caught.value.response.headers["Retry-After"] == "7"
    with pytest.raises(SlackApiError) as caught:
        client.chat_startStream(channel=SUPPORT, thread_ts="1.0")
    assert caught.value.response["error"] == "unknown_method"


def test_a_delayed_call_does_its_work(client: WebClient, slack: SlackStandIn) -> None:
    slack.faults.add(Fault(operation="auth.test", kind="delay", seconds=0.01))

    assert client.auth_test()["ok"]
    assert slack.calls[0].outcome == "ok"
