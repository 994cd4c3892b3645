"""Ports on loopback: a free one, or a wanted one when nobody holds it."""

from __future__ import annotations

import random
import socket

LOOPBACK = "127.0.0.1"
# Below what systems give to outgoing connections: a server that is away for a while finds its port free again.
LISTENING = range(15_000, 32_000)
TRIES = 50


def free_port() -> int:
    """Return a port that nobody holds right now; whoever binds it must be ready to lose the race."""
    for port in random.sample(LISTENING, TRIES):
        if _is_free(port):
            return port
    raise OSError(f"none of {TRIES} ports is free on {LOOPBACK}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do, so that a port in TIME_WAIT after the last run counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def port_or_free(wanted: int) -> int:
    """Return the wanted port, or another free one when it is taken."""
    return wanted if _is_free(wanted) else free_port()
