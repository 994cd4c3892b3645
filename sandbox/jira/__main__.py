"""`python -m sandbox.jira --port N`: the stand-in alone, until Ctrl-C."""

from __future__ import annotations

import argparse
import threading

from sandbox.jira.standin import JiraStandIn
from sandbox.server import Running


def main() -> None:
    """Serve a fresh site and say where, and with which token."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.jira", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--index-delay", type=float, default=0.0, help="seconds that search lags behind writes")
    parser.add_argument("--webhook-url", default="", help="where changes are told, for example …/jira/webhook")
    parser.add_argument("--webhook-secret", default="")
    options = parser.parse_args()
    stand_in = JiraStandIn()
    stand_in.index_delay_seconds = options.index_delay
    stand_in.webhooks.url, stand_in.webhooks.secret = options.webhook_url, options.webhook_secret
    running = Running(stand_in.make_app, options.host, options.port)
    print(
        f"Jira stand-in: {running.url}  (JIRA_EMAIL={stand_in.email} JIRA_API_TOKEN={stand_in.api_token})", flush=True
    )
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        running.stop()


if __name__ == "__main__":
    main()
