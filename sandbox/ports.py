"""Ports on loopback: a free one, or a wanted one when nobody holds it."""

from __future__ import annotations

import socket

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """Return a port that nobody holds right now; whoever binds it must be ready to lose the race."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def port_or_free(wanted: int) -> int:
    """Return the wanted port, or another free one when it is taken."""
    with socket.socket() as probe:
        # As servers do, so that a port in TIME_WAIT after the last run counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, wanted))
        except OSError:
            return free_port()
        return wanted
