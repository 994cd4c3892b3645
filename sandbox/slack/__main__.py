"""`python -m sandbox.slack --port N`: the workspace alone, until Ctrl-C."""

from __future__ import annotations

import argparse
import threading

from sandbox.server import Running
from sandbox.slack.service import APP_TOKEN, BOT_TOKEN
from sandbox.slack.standin import SlackStandIn


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox.slack", description="A strict stand-in for Slack.")
    parser.add_argument("--port", type=int, default=0, help="0 lets the system choose")
    parser.add_argument("--no-limits", action="store_true", help="never answer 429")
    options = parser.parse_args()
    stand_in = SlackStandIn()
    stand_in.limits.enabled = not options.no_limits
    running = Running(stand_in.make_app, port=options.port)
    print(f"Slack stand-in: {running.url}", flush=True)
    print(f"SLACK_API_URL={running.url}/api/ SLACK_BOT_TOKEN={BOT_TOKEN} SLACK_APP_TOKEN={APP_TOKEN}", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        running.stop()


if __name__ == "__main__":
    main()
