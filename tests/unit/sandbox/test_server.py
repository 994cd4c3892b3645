"""How stand-ins are served: an end of the server is an end of all that it had open."""

from __future__ import annotations

import threading
import urllib.request

from sandbox.server import Running
from sandbox.slack.standin import SlackStandIn


def test_a_stream_that_somebody_follows_does_not_keep_a_server_alive() -> None:
    before = set(threading.enumerate())
    running = Running(SlackStandIn().make_app)
    with urllib.request.urlopen(f"{running.url}/_control/changes?after=0") as stream:  # noqa: S310  our own address
        assert stream.readline() == b": watching\n"
        running.stop()
        # What other tests' stand-ins still had to bring comes by timers.
        left = [each for each in threading.enumerate() if each not in before and not isinstance(each, threading.Timer)]
        assert left == []
