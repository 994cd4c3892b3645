"""One child process: its output in a file, its end waited for, never alive after its starter."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

STOP_SECONDS = 12.0

# Runs in the child and then becomes the command: asks Linux to kill it when its parent dies, in whatever way.
# Not a preexec_fn, which may hang in a parent with threads. Other systems than Linux have no such request.
_DIE_WITH_PARENT = """
import ctypes, os, sys
parent, command = int(sys.argv[1]), sys.argv[2:]
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, 9)
    if os.getppid() != parent:
        sys.exit(1)
os.execvpe(command[0], command, os.environ)
"""


class Process:
    """A command that runs until it ends or is ended; start it from a thread that outlives it.

    Linux takes the end of the starting thread for the end of the parent.
    """

    def __init__(self, name: str, command: Sequence[str], *, log: Path, env: Mapping[str, str], cwd: Path) -> None:
        self.name, self.log = name, log
        self._command, self._env, self._cwd = list(command), dict(env), cwd
        self._child: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Run the command (again); its output is added to the log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        shim = [sys.executable, "-I", "-S", "-c", _DIE_WITH_PARENT, str(os.getpid())]
        with self.log.open("ab") as output:
            # A session of its own: Ctrl-C in the terminal reaches only the parent, which stops all in order.
            self._child = subprocess.Popen(
                [*shim, *self._command],
                env=self._env,
                cwd=self._cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def child(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._child

    @property
    def pid(self) -> int:
        return self.child.pid

    @property
    def exit_status(self) -> int | None:
        """Its exit status, or None while it runs."""
        return self.child.poll()

    @property
    def is_running(self) -> bool:
        return self.exit_status is None

    def log_text(self) -> str:
        """All that it has written to stdout and stderr so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def kill(self) -> None:
        """End it at once, as a crash does, and wait until it is gone."""
        self._send(signal.SIGKILL)
        self.child.wait()

    def terminate(self) -> None:
        """Ask it to stop; return at once."""
        self._send(signal.SIGTERM)

    def wait(self, timeout: float = STOP_SECONDS) -> int:
        """Wait for its end and return its exit status; raises subprocess.TimeoutExpired."""
        return self.child.wait(timeout)

    def stop(self, timeout: float = STOP_SECONDS) -> int:
        """Ask it to stop, kill it if it does not within the time, and return its exit status."""
        self.resume()
        self.terminate()
        try:
            return self.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            return self.wait()

    def pause(self) -> None:
        """Freeze it: connections stay open and nothing answers."""
        self._send(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after `pause`; nothing happens when it was not paused."""
        self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        if self.is_running:
            self.child.send_signal(number)
