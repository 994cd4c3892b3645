from __future__ import annotations

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.server import Running
from sandbox.slack import SlackStandIn
from sandbox.slack.demo_workspace import let_partner_in


def posted(server: Running, action: str, **body: Any) -> Any:
    request = Request(f"{server.url}/_control/{action}", data=json.dumps(body).encode())  # noqa: S310  loopback
    with urlopen(request) as answer:  # noqa: S310  loopback
        return json.load(answer).get("result")


def state(server: Running) -> dict[str, Any]:
    with urlopen(f"{server.url}/_control/state") as answer:  # noqa: S310  loopback
        return dict(json.load(answer))


def test_what_a_person_types_is_escaped_and_names_become_mentions(server: Running, slack: SlackStandIn) -> None:
    ts = posted(server, "say", channel="#support", user="ada", text="@support-bot a < b & @nobody", is_typed=True)["ts"]

    assert slack.message("#support", ts).text == "<@U0SUPPORT> a &lt; b &amp; @nobody"


def test_the_state_holds_what_a_page_draws(server: Running, client: WebClient, slack: SlackStandIn) -> None:
    root = slack.say("#support", "ada", "hi")
    client.chat_postEphemeral(channel="C0SUPPORT", user="U0ADA0001", text="only you")
    client.assistant_threads_setStatus(channel_id="C0SUPPORT", thread_ts=root, status="is thinking…")
    modal = {"type": "modal", "title": {"type": "plain_text", "text": "Draft"}, "blocks": []}
    client.views_open(trigger_id=slack.slack.triggers.issue("U0ADA0001"), view=modal)
    client.views_publish(user_id="U0ADA0001", view={"type": "home", "blocks": []})

    seen = state(server)

    support = next(c for c in seen["channels"] if c["name"] == "support")
    assert [m["text"] for m in support["messages"]] == ["hi"]
    assert [s["status"] for s in seen["statuses"]] == ["is thinking…"]
    assert [v["title"]["text"] for v in seen["views"]["U0ADA0001"]] == ["Draft"]
    assert [e["text"] for e in seen["ephemerals"]] == ["only you"]
    assert list(seen["homes"]) == ["U0ADA0001"]
    assert "Ada Park" in [p["real_name"] for p in seen["people"]]


def test_a_partner_of_another_organisation_can_be_tried(server: Running, slack: SlackStandIn) -> None:
    let_partner_in(slack.workspace)

    seen = state(server)

    assert [p["name"] for p in seen["people"] if p["is_stranger"]] == ["olive"]
    partners = next(c for c in seen["channels"] if c["name"] == "partners")
    assert "U0OLIVE01" in partners["members"]
    assert slack.workspace.bot_user_id in partners["members"]


def test_changes_are_streamed_from_the_number_a_watcher_knows(server: Running, slack: SlackStandIn) -> None:
    slack.say("#support", "ada", "before")
    number = state(server)["number"]
    slack.say("#support", "ada", "after")

    with urlopen(f"{server.url}/_control/changes?after={number}") as stream:  # noqa: S310  loopback
        lines = iter(stream.readline, b"")
        change = next(line for line in lines if line.startswith(b"data:"))

    assert json.loads(change[5:])["message"]["text"] == "after"


def test_faults_are_set_and_cleared(server: Running, client: WebClient) -> None:
    posted(server, "faults", operation="auth.test", kind="error", error="internal_error", times=-1)
    with pytest.raises(SlackApiError):
        client.auth_test()
    posted(server, "clear_faults")
    assert client.auth_test()["ok"]


@pytest.mark.parametrize(
    ("action", "body", "status"),
    [
        ("teleport", {}, 404),
        ("say", {"channel": "#nowhere", "user": "ada", "text": "x"}, 400),
        ("say", {"channel": "#support"}, 400),
        ("click", {"channel": "#support", "ts": "1.0", "user": "ada", "action_id": "x"}, 400),
    ],
)
def test_what_cannot_be_done_is_said_so(server: Running, action: str, body: dict[str, Any], status: int) -> None:
    with pytest.raises(HTTPError) as caught:
        posted(server, action, **body)

    assert caught.value.code == status
    caught.value.close()
