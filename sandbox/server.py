"""Run an aiohttp application in a thread of its own: how every stand-in is served, alone and in tests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from aiohttp import web

T = TypeVar("T")

# Open sockets and streams are cut nearly at once: a stand-in has nothing to drain. For aiohttp 0 means for ever.
DRAIN_SECONDS = 0.05


class Running:
    """One served application; `url` has no trailing slash."""

    def __init__(self, make_app: Callable[[], web.Application], host: str = "127.0.0.1", port: int = 0) -> None:
        self._make_app, self._host, self._port = make_app, host, port
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._serve, name="stand-in", daemon=True)
        self._thread.start()
        self._ready.wait(10)
        if self._error:
            raise self._error

    @property
    def url(self) -> str:
        """The address, with the port that the system chose when none was asked for."""
        return f"http://{self._host}:{self.port}"

    @property
    def port(self) -> int:
        return self._port

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def call(self, work: Coroutine[Any, Any, T], timeout: float = 10) -> T:
        """Run a coroutine on the server's own loop and return its result to the calling thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout)

    def stop(self) -> None:
        """Close all connections and the port; safe to call twice."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        runner = web.AppRunner(
            self._make_app(), shutdown_timeout=DRAIN_SECONDS, access_log=None, handler_cancellation=True
        )
        try:
            self._loop.run_until_complete(self._start(runner))
        except BaseException as error:  # noqa: BLE001  handed to the thread that waits for the port
            self._error = error
            self._ready.set()
            return
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._cancel_all()
        self._loop.close()

    async def _start(self, runner: web.AppRunner) -> None:
        await runner.setup()
        site = web.TCPSite(runner, self._host, self._port)
        await site.start()
        self._port = runner.addresses[0][1]

    def _cancel_all(self) -> None:
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        if tasks:
            self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
