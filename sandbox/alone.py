"""`python sandbox/alone.py COMMAND…`: runs a command while nobody else in this checkout runs one so.

The lock is the kernel's, on a file that is there anyway and is not changed: who is killed leaves none behind.
It runs before anything is installed.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys


def main() -> None:
    """Wait for whoever holds the lock, then become the command, which holds it to its end."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    lock = os.open("requirements.lock", os.O_RDWR)
    os.set_inheritable(lock, True)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.stdout.write("Waiting for another make that fills .venv/\n")
        sys.stdout.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606  it is the command that was asked for


if __name__ == "__main__":
    main()
