"""A real Bolt app that connects to the stand-in."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from sandbox.slack import APP_TOKEN, BOT_TOKEN


class Bot:
    """A real Bolt app over a real socket, in a thread of its own."""

    def __init__(self, url: str) -> None:
        self.client = AsyncWebClient(BOT_TOKEN, base_url=f"{url}/api/")
        self.app = AsyncApp(client=self.client, process_before_response=True, raise_error_for_unhandled_request=False)
        self.heard: list[dict[str, Any]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def call(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def connect(self) -> None:
        self.call(self._connect())

    def stop(self) -> None:
        self.call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _connect(self) -> None:
        self.handler = AsyncSocketModeHandler(self.app, APP_TOKEN)
        await self.handler.connect_async()  # type: ignore[no-untyped-call]

    async def _close(self) -> None:
        if hasattr(self, "handler"):
            await self.handler.close_async()  # type: ignore[no-untyped-call]
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def wait_for(condition: Callable[[], Any], seconds: float = 10) -> Any:
    """Return the first true value of a condition."""
    until = Retrying(stop=stop_after_delay(seconds), wait=wait_fixed(0.01), retry=retry_if_result(lambda v: not v))
    return until(condition)
