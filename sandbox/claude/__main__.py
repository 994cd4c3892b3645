"""`python -m sandbox.claude --port N`: serves the stand-in alone and prints its address."""

from __future__ import annotations

import argparse
import signal
import threading

from sandbox.claude.standin import DEFAULT_KEY, READABLE, ClaudeStandIn
from sandbox.server import Running


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.claude", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8003)
    parser.add_argument("--api-key", default=DEFAULT_KEY)
    options = parser.parse_args()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    server = Running(ClaudeStandIn(options.api_key, READABLE).make_app, options.host, options.port)
    print(f"Claude stand-in (rules, no model) at {server.url}", flush=True)
    stopped.wait()
    server.stop()


if __name__ == "__main__":
    main()
