from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_sdk import WebClient

from sandbox.server import Running
from sandbox.slack import APP_TOKEN, FormIncomplete, NotAcknowledged, SlackStandIn
from tests.unit.sandbox.slack.bolt_app import Bot, wait_for

CARD: list[dict[str, Any]] = [
    {"type": "section", "block_id": "s", "text": {"type": "mrkdwn", "text": "File this?"}},
    {
        "type": "actions",
        "block_id": "a",
        "elements": [
            {
                "type": "button",
                "action_id": "draft_create",
                "value": "d1",
                "text": {"type": "plain_text", "text": "Create"},
            }
        ],
    },
]
MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "issue_draft",
    "private_metadata": "d1",
    "title": {"type": "plain_text", "text": "Issue"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [
        {
            "type": "input",
            "block_id": "summary",
            "label": {"type": "plain_text", "text": "Summary"},
            "element": {"type": "plain_text_input", "action_id": "text", "max_length": 20},
        }
    ],
}


def test_a_mention_arrives_as_app_mention_and_as_message_with_the_same_ts(slack: SlackStandIn, bot: Bot) -> None:
    heard: list[dict[str, Any]] = []

    @bot.app.event("app_mention")
    async def mention(body: dict[str, Any]) -> None:
        heard.append(body)

    @bot.app.event("message")
    async def message(body: dict[str, Any]) -> None:
        heard.append(body)

    bot.connect()
    ts = slack.say("#support", "ada", f"{slack.mention} the VPN is down")

    wait_for(lambda: len(heard) == 2)
    assert {body["event"]["ts"] for body in heard} == {ts}
    assert {body["event"]["type"] for body in heard} == {"app_mention", "message"}
    assert len({body["event_id"] for body in heard}) == 2
    wait_for(lambda: slack.events_under_way == 0)
    assert [delivery.attempts for delivery in slack.deliveries] == [1, 1]


def test_an_event_that_no_listener_takes_comes_again_with_its_retry_number(slack: SlackStandIn, bot: Bot) -> None:
    slack.slack.deliveries.redelivery_seconds = (0, 0, 0)
    slack.slack.deliveries.ack_seconds = 0.05
    bot.connect()

    slack.say("@ada", "ada", "hello")

    wait_for(lambda: slack.events_under_way == 0)
    assert [(d.attempts, d.is_acked) for d in slack.deliveries] == [(4, False)]


def test_a_listener_that_fails_gets_the_event_again_and_can_take_it(slack: SlackStandIn, bot: Bot) -> None:
    slack.slack.deliveries.ack_seconds = 0.2
    seen: list[tuple[str, str | None]] = []

    @bot.app.event("message")
    async def message(body: dict[str, Any], request: Any) -> None:
        seen.append((body["event_id"], request.headers.get("x-slack-retry-num", [None])[0]))
        if len(seen) == 1:
            raise RuntimeError("the store is away")

    bot.connect()
    slack.say("@ada", "ada", "hello")

    wait_for(lambda: slack.deliveries and slack.deliveries[0].is_acked)
    assert seen[0][0] == seen[1][0]
    assert seen[1][1] == "1"


def test_an_event_waits_for_the_app_to_connect(slack: SlackStandIn, bot: Bot) -> None:
    heard: list[str] = []

    @bot.app.event("message")
    async def message(event: dict[str, Any]) -> None:
        heard.append(event["text"])

    slack.say("@ada", "ada", "early")
    bot.connect()

    wait_for(lambda: heard == ["early"])


def test_the_app_comes_again_when_it_is_told_to(slack: SlackStandIn, bot: Bot) -> None:
    heard: list[str] = []

    @bot.app.event("message")
    async def message(event: dict[str, Any]) -> None:
        heard.append(event["text"])

    bot.connect()
    wait_for(lambda: slack.connections == 1)
    slack.disconnect()
    slack.say("@ada", "ada", "one")
    wait_for(lambda: heard == ["one"])
    assert slack.connections == 1


def test_an_open_connection_that_is_cut_is_gone_at_once(slack: SlackStandIn, bot: Bot) -> None:
    bot.connect()
    wait_for(lambda: slack.connections == 1)

    slack.cut_connections()

    assert slack.connections == 0


def test_a_click_brings_the_button_and_a_trigger_that_opens_one_modal(
    slack: SlackStandIn, bot: Bot, client: WebClient
) -> None:
    clicked: list[dict[str, Any]] = []

    @bot.app.action("draft_create")
    async def create(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        clicked.append(body)
        await bot.client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @bot.app.view("issue_draft")
    async def submit(ack: Any, view: dict[str, Any]) -> None:
        text = view["state"]["values"]["summary"]["text"]["value"]
        if text == "bad":
            await ack(response_action="errors", errors={"summary": "Too short"})
        else:
            await ack()

    bot.connect()
    wait_for(lambda: slack.connections == 1)
    posted = client.chat_postMessage(channel="C0SUPPORT", text="Draft", blocks=CARD)

    slack.click("#support", posted["ts"], "ada", "draft_create")

    wait_for(lambda: slack.views.get("U0ADA0001"))
    body = clicked[0]
    assert body["actions"][0]["value"] == "d1"
    assert body["message"]["ts"] == posted["ts"]
    assert body["container"]["channel_id"] == "C0SUPPORT"
    assert body["user"]["id"] == "U0ADA0001"

    with pytest.raises(FormIncomplete):
        slack.submit_view("ada", "top", {})
    with pytest.raises(FormIncomplete):
        slack.submit_view("ada", "top", {"summary": "x" * 21})
    answer = slack.submit_view("ada", "top", {"summary": "bad"})
    assert answer["response_action"] == "errors"
    assert slack.views["U0ADA0001"][0].errors == {"summary": "Too short"}
    assert slack.submit_view("ada", "top", {"text": "VPN is down"}) == {}
    assert slack.views["U0ADA0001"] == []


def test_a_click_nobody_acknowledges_is_an_error_to_the_person_and_comes_once(
    slack: SlackStandIn, bot: Bot, client: WebClient
) -> None:
    slack.slack.deliveries.ack_seconds = 0.1
    bot.connect()
    posted = client.chat_postMessage(channel="C0SUPPORT", text="Draft", blocks=CARD)

    with pytest.raises(NotAcknowledged):
        slack.click("#support", posted["ts"], "ada", "draft_create")
    assert [d.attempts for d in slack.deliveries if d.kind == "interactive"] == [1]


def test_commands_shortcuts_stops_and_homes_arrive(slack: SlackStandIn, bot: Bot) -> None:
    heard: list[str] = []

    @bot.app.command("/jira")
    async def command(ack: Any, command: dict[str, Any]) -> None:
        heard.append(command["text"])
        await ack("Try /jira help")

    @bot.app.shortcut({"type": "message_action", "callback_id": "file_issue"})
    async def shortcut(ack: Any, shortcut: dict[str, Any]) -> None:
        heard.append(shortcut["message"]["text"])
        await ack()

    @bot.app.event("agent_session_stopped")
    async def stopped(event: dict[str, Any]) -> None:
        heard.append(event["type"])

    @bot.app.event("app_home_opened")
    async def home(event: dict[str, Any]) -> None:
        heard.append(event["tab"])

    @bot.app.event("message")
    async def message() -> None:
        pass

    bot.connect()
    wait_for(lambda: slack.connections == 1)
    ts = slack.say("#support", "ada", "printer on fire")
    slack.command("#support", "ada", "/jira", "help")
    slack.shortcut("#support", ts, "grace", "file_issue")
    slack.stop("#support", ts, "ada")
    slack.open_home("ada", "messages")

    wait_for(lambda: len(heard) == 4)
    assert sorted(heard) == ["agent_session_stopped", "help", "messages", "printer on fire"]
    assert [(e.user, e.text) for e in slack.ephemerals] == [("U0ADA0001", "Try /jira help")]
    wait_for(lambda: slack.events_under_way == 0)


def test_each_event_goes_to_one_of_several_connections(slack: SlackStandIn, server: Running, bot: Bot) -> None:
    second = Bot(server.url)
    heard: list[tuple[str, str]] = []

    def listen(one: Bot, name: str) -> None:
        @one.app.event("message")
        async def message(event: dict[str, Any]) -> None:
            heard.append((name, event["text"]))

        one.connect()

    listen(bot, "first")
    listen(second, "second")
    wait_for(lambda: slack.connections == 2)
    for n in range(6):
        slack.say("@ada", "ada", str(n))

    wait_for(lambda: len(heard) == 6)
    second.stop()
    assert sorted(text for _, text in heard) == [str(n) for n in range(6)]
    assert {name for name, _ in heard} == {"first", "second"}


def test_the_eleventh_connection_is_turned_away(slack: SlackStandIn, client: WebClient) -> None:
    async def connect() -> tuple[list[str], str]:
        async with aiohttp.ClientSession() as session:
            urls = [client.apps_connections_open(app_token=APP_TOKEN)["url"] for _ in range(11)]
            sockets = [await session.ws_connect(url) for url in urls]
            first = [await socket.receive_json() for socket in sockets]
            for socket in sockets:
                await socket.close()
            return [message["type"] for message in first], first[-1].get("reason", "")

    assert slack.connections == 0
    types, reason = asyncio.run(connect())
    assert types == ["hello"] * 10 + ["disconnect"]
    assert reason == "too_many_websockets"


def test_a_ticket_opens_one_connection(server: Running, client: WebClient) -> None:
    url = client.apps_connections_open(app_token=APP_TOKEN)["url"]

    async def connect_twice() -> int:
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(url):
                pass
            async with session.get(url.replace("ws://", "http://")) as answer:
                return answer.status

    assert server.url in url.replace("ws://", "http://")
    assert asyncio.run(connect_twice()) == 401


def test_a_card_that_one_person_sees_is_clicked_by_that_person_and_answered_by_its_url(
    slack: SlackStandIn, bot: Bot, client: WebClient
) -> None:
    @bot.app.action("draft_create")
    async def create(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        assert body["container"]["is_ephemeral"]
        assert "message" not in body
        await respond("Done", replace_original=True)

    bot.connect()
    ts = client.chat_postEphemeral(channel="C0SUPPORT", user="U0ADA0001", text="Draft", blocks=CARD)["message_ts"]

    with pytest.raises(LookupError):
        slack.click("#support", ts, "grace", "draft_create")
    slack.click("#support", ts, "ada", "draft_create")

    wait_for(lambda: [e.text for e in slack.ephemerals] == ["Done"])


def test_a_guest_cannot_click_where_they_are_not(slack: SlackStandIn, client: WebClient) -> None:
    ts = client.chat_postMessage(channel="C0GENERAL", text="Draft", blocks=CARD)["ts"]

    with pytest.raises(ValueError, match="cannot see"):
        slack.click("#general", ts, "robin", "draft_create")
