"""`make demo`: the whole stack with its web page, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Mapping

from sandbox import environment
from sandbox.confluence.seeds import SPACE
from sandbox.page.documents import DOCUMENTS
from sandbox.page.server import Page
from sandbox.ports import LOOPBACK, port_or_free
from sandbox.procfile import CHECKOUT
from sandbox.server import Running
from sandbox.slack.demo_workspace import let_partner_in
from sandbox.stack import LIFELIKE, NotStarted, Stack

PAGE_PORT = 8765
LAST_LINES = 12
LOOK_EVERY_SECONDS = 1.0
# After Ctrl-C a person does not wait longer. What is cut off then, the next worker takes over as after a crash.
PATIENCE_SECONDS = 2.5


def run() -> int:
    """Serve until told to stop, or until a process of the stack has ended; return the exit status."""
    stopping, is_open = threading.Event(), threading.Event()

    def stop(*_: object) -> None:
        stopping.set()
        if not is_open.is_set():
            raise KeyboardInterrupt  # What has been started is stopped on the way out.

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    port = port_or_free(PAGE_PORT)
    address = f"http://{LOOPBACK}:{port}"
    settings = settings_of(address, os.environ)
    print("Starting Redis, the stand-ins, web, worker and beat…", flush=True)
    try:
        folder = CHECKOUT / ".sandbox" / f"demo-{port}"
        stack = Stack(pace=LIFELIKE, settings=settings, folder=folder, outer=os.environ)
        stack.tell = _say
        with stack:
            is_open.set()
            let_partner_in(stack.slack.workspace)
            page = Running(Page(stack).make_app, port=port)
            _greet(address, stack)
            status = _watch(stack, stopping)
            print("\nStopping…", flush=True)
            page.stop()
            stack.stop(PATIENCE_SECONDS)
    except NotStarted as failure:
        print(f"The sandbox does not start: {failure}", flush=True)
        return 1
    except KeyboardInterrupt:
        print("\nStopped before it was open.", flush=True)
        return 0
    return status


def settings_of(address: str, outer: Mapping[str, str]) -> dict[str, str]:
    """Return what the demo's processes are told beside the stack's own: links lead to the page, which shows them."""
    settings = {"KNOWLEDGE_DIRS": f"{DOCUMENTS}={address}/documents"}
    if not environment.is_jira_real(outer):
        settings["JIRA_SITE_URL"] = address
    if not environment.is_confluence_real(outer):
        settings["CONFLUENCE_SPACES"] = SPACE
    return settings


def _say(words: str) -> None:
    print(f"  {words}", flush=True)


def _greet(address: str, stack: Stack) -> None:
    real = [
        name
        for name, is_real in (
            ("Claude", environment.is_claude_real(stack.outer)),
            ("Jira", environment.is_jira_real(stack.outer)),
            ("Confluence", environment.is_confluence_real(stack.outer)),
        )
        if is_real
    ]
    stand_ins = [name for name in ("Slack", "Jira", "Confluence", "Claude") if name not in real]
    print(f"\n  The sandbox is open:  {address}\n", flush=True)
    print(f"  Stand-ins on this machine: {', '.join(stand_ins)}. Real: {', '.join(real) or 'none'}.")
    print(f"  Logs: {stack.folder / 'log'}")
    print("  Ctrl-C stops all of it.", flush=True)


def _watch(stack: Stack, stopping: threading.Event) -> int:
    """Wait for the end; a killed process is started again, as a supervisor does.

    One that ends by itself ends the demo, too, and its last words are shown.
    """
    while not stopping.wait(LOOK_EVERY_SECONDS):
        for process in [*stack.web, *stack.workers, *([stack.beat] if stack.beat else [])]:
            if process.is_running:
                continue
            if (process.exit_status or 0) >= 0:
                said = "\n".join(process.log_text().splitlines()[-LAST_LINES:])
                print(f"\n{process.name} has ended:\n{said}", flush=True)
                return 1
            _say(f"{process.name} was killed and is started again")
            process.start()
    return 0
