"""What is no answer of Slack's, such as the page of a proxy, is one more failure and ends nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import installation, socket
from bot.installation import Installation
from bot.slack_client import UNREADABLE, error_code
from bot.socket import SocketMode
from sandbox.server import Running

AUTH_TEST = '{"ok": true, "team_id": "T1", "user_id": "U1", "bot_id": "B1"}'
PAGES = (
    ("text/html", "<html>Bad gateway</html>", 502),
    ("text/plain", "bad gateway", 502),
    ("application/json", "{not", 502),
    ("application/json", "", 503),
)


class Door:
    """A Slack behind a proxy that answers by itself at first."""

    def __init__(self) -> None:
        self.asked = 0

    def make_app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._answer)
        return app

    async def _answer(self, _: web.Request) -> web.Response:
        self.asked += 1
        kind, body, status = PAGES[self.asked - 1] if self.asked <= len(PAGES) else ("application/json", AUTH_TEST, 200)
        return web.Response(text=body, content_type=kind, status=status)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (installation, socket):
        monkeypatch.setattr(module, "FIRST_PAUSE_SECONDS", 0.01)
        monkeypatch.setattr(module, "LONGEST_PAUSE_SECONDS", 0.01)


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def address(door: Door) -> Iterator[str]:
    running = Running(door.make_app)
    yield f"{running.url}/api/"
    running.stop()


@asynccontextmanager
async def client_of(address: str) -> AsyncIterator[AsyncWebClient]:
    client = AsyncWebClient(token="xoxb-test", base_url=address, retry_handlers=[])
    async with aiohttp.ClientSession() as client.session:
        yield client


def test_every_page_of_a_proxy_has_a_code(address: str) -> None:
    async def ask() -> None:
        async with client_of(address) as client:
            for _ in PAGES:
                with pytest.raises(SlackApiError) as refused:
                    await client.auth_test()
                assert error_code(refused.value) == UNREADABLE

    asyncio.run(ask())


def test_who_the_bot_is_is_asked_again_after_the_pages_of_a_proxy(address: str) -> None:
    async def ask() -> str:
        async with client_of(address) as client:
            found = Installation(client)
            await found.find_out()
            return found.identity.team_id

    assert asyncio.run(ask()) == "T1"


def test_a_socket_is_asked_for_again_after_the_pages_of_a_proxy(address: str, door: Door) -> None:
    async def hear(_: AsyncBoltRequest) -> BoltResponse:
        return BoltResponse(status=200)

    async def connect() -> None:
        async with client_of(address) as client, asyncio.timeout(10):
            mode = SocketMode(client, "xapp-test", hear, lambda _: None)
            mode.start()
            while door.asked <= len(PAGES):  # noqa: ASYNC110  the door is served by another thread
                await asyncio.sleep(0.01)
            await mode.stop(0)

    asyncio.run(connect())
    assert door.asked > len(PAGES)
