"""A Redis whose answers take their time: a way to the server on which each answer waits before it goes on."""

from __future__ import annotations

import socket
import socketserver
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

from sandbox.ports import LOOPBACK
from sandbox.redis_server import RedisServer

CHUNK = 65_536


class SlowRedis:
    """Use it at `url` on `with`; `seconds` may be changed at any time."""

    def __init__(self, server: RedisServer) -> None:
        self.seconds = 0.0
        self._server_port = server.port
        self._closing = threading.Event()
        self._sockets: list[socket.socket] = []

    @property
    def url(self) -> str:
        return f"redis://{LOOPBACK}:{self._listener.server_address[1]}/0"

    def __enter__(self) -> Self:
        way = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                way.serve(self.request)

        self._listener = socketserver.ThreadingTCPServer((LOOPBACK, 0), Handler)
        self._listener.daemon_threads = True
        threading.Thread(target=self._listener.serve_forever, args=(0.05,), name="slow-redis", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._listener.shutdown()
        for each in self._sockets:
            _end(each)
        self._listener.server_close()

    def serve(self, client: socket.socket) -> None:
        """Pass on what one client asks, and the answers, until either side is gone."""
        with socket.create_connection((LOOPBACK, self._server_port)) as server:
            self._sockets += [client, server]
            answers = threading.Thread(target=self._pass_on, args=(server, client), kwargs={"is_slow": True})
            answers.start()
            self._pass_on(client, server)
            answers.join()

    def _pass_on(self, source: socket.socket, target: socket.socket, *, is_slow: bool = False) -> None:
        with suppress(OSError):
            while chunk := source.recv(CHUNK):
                if is_slow and self.seconds:
                    self._closing.wait(self.seconds)
                target.sendall(chunk)
        _end(source)
        _end(target)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
