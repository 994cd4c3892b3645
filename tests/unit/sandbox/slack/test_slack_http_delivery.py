from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook import WebhookClient

from sandbox.server import Running
from sandbox.slack import BOT_TOKEN, SlackStandIn
from sandbox.slack.http_delivery import UrlNotVerified
from tests.unit.sandbox.slack.bolt_app import wait_for

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


class Receiver:
    """Bolt behind a real HTTP server; the first `failing` events are refused."""

    def __init__(self, slack_url: str) -> None:
        self.slack_url, self.failing = slack_url, 0
        self.headers: list[dict[str, str]] = []
        self.heard: list[str] = []
        self.verifier = SignatureVerifier(SECRET)

    def make_app(self) -> web.Application:
        self.client = AsyncWebClient(BOT_TOKEN, base_url=f"{self.slack_url}/api/")
        bolt = AsyncApp(client=self.client, signing_secret=SECRET, process_before_response=True)

        @bolt.event("message")
        async def message(event: dict[str, Any]) -> None:
            self.heard.append(event["text"])

        @bolt.command("/jira")
        async def command(ack: Any, command: dict[str, Any]) -> None:
            await ack(f"you said {command['text']}")

        async def receive(request: web.Request) -> web.Response:
            body = await request.read()
            assert self.verifier.is_valid_request(body, dict(request.headers))
            self.headers.append(dict(request.headers))
            if self.failing:
                self.failing -= 1
                return web.Response(status=500)
            return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

        app = web.Application()
        app.router.add_post("/slack/events", receive)
        return app


@pytest.fixture
def receiver(server: Running) -> Iterator[tuple[Receiver, Running]]:
    made = Receiver(server.url)
    running = Running(made.make_app)
    yield made, running
    running.stop()


def test_events_and_commands_arrive_signed_after_the_handshake(
    slack: SlackStandIn, receiver: tuple[Receiver, Running]
) -> None:
    made, running = receiver
    slack.deliver_to(f"{running.url}/slack/events", SECRET)

    slack.say("@ada", "ada", "hello")
    answer = slack.command("#support", "ada", "/jira", "help")

    wait_for(lambda: made.heard == ["hello"])
    assert answer == "you said help"
    assert slack.ephemerals[0].text == "you said help"


def test_a_refused_event_comes_again_with_retry_headers(
    slack: SlackStandIn, receiver: tuple[Receiver, Running]
) -> None:
    made, running = receiver
    slack.deliver_to(f"{running.url}/slack/events", SECRET)
    slack.delivery.redelivery_seconds = (0, 0)
    made.failing = 2

    slack.say("@ada", "ada", "hello")

    wait_for(lambda: made.heard == ["hello"])
    told = [(h.get("X-Slack-Retry-Num"), h.get("X-Slack-Retry-Reason")) for h in made.headers[1:]]
    assert told == [(None, None), ("1", "http_error"), ("2", "http_error")]


def test_an_address_that_does_not_answer_the_challenge_is_not_taken(slack: SlackStandIn, server: Running) -> None:
    with pytest.raises(UrlNotVerified):
        slack.deliver_to(f"{server.url}/nowhere", SECRET)


def test_a_response_url_takes_five_answers(slack: SlackStandIn, server: Running) -> None:
    slack.workspace.base_url = server.url
    url = server.url + slack.slack.triggers.response_path("C0SUPPORT", "U0ADA0001")

    client = WebhookClient(url)

    assert [client.send(text=str(n)).status_code for n in range(6)] == [200] * 5 + [404]
    assert [e.text for e in slack.ephemerals] == ["0", "1", "2", "3", "4"]
