"""What tests of crashes share: processes that die or stand still at a place, and leases that run out at once."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from sandbox.claude.scripts import Body, Reply
from sandbox.process import Process
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e.support import within
from workers.failpoints import NAME
from workers.state.filings import UNCERTAIN
from workers.state.mailbox import READY
from workers.state.proposals import LOST


def dies(process: Process) -> None:
    """Wait until a process has met its failpoint."""
    within(lambda: not process.is_running, "the process dies at its failpoint")
    assert process.exit_status == -signal.SIGKILL


@contextmanager
def only_a_doomed_worker(stack: Stack, place: str, **settings: str) -> Iterator[Process]:
    """While inside, one worker works, and it dies at `place`; then the others go on, as if its leases had run out."""
    doomed = stack.start_worker({NAME: place, **settings})
    stack.wait_until_ready()
    stack.workers.remove(doomed)
    for worker in stack.workers:
        worker.pause()
    try:
        yield doomed
        dies(doomed)
        let_leases_run_out(stack)
    finally:
        doomed.kill()
        for worker in stack.workers:
            worker.resume()


@contextmanager
def frozen_meanwhile(stack: Stack, place: str, act: Callable[[], None], **settings: str) -> Iterator[None]:
    """Let a worker stand still at `place` while the others do its work inside; at the end it goes on."""
    frozen = stack.start_worker({NAME: f"{place}:1:stop", **settings})
    stack.wait_until_ready()
    stack.workers.remove(frozen)
    for worker in stack.workers:
        worker.pause()
    try:
        act()
        within(lambda: "State:\tT" in Path(f"/proc/{frozen.pid}/status").read_text(), "the worker stands still")
        for worker in stack.workers:
            worker.resume()
        yield
        frozen.resume()
        within(lambda: "fenced" in frozen.log_text(), "the worker that stood still gives up")
    finally:
        frozen.stop()


@contextmanager
def only_a_doomed_web(stack: Stack, place: str) -> Iterator[None]:
    """While inside, one listener hears, and it dies at `place`; then another takes its place."""
    doomed = stack.start_web({NAME: place})
    stack.wait_until_ready()
    stack.web.remove(doomed)
    while stack.web:
        stack.web.pop().stop()
    try:
        yield
        dies(doomed)
    finally:
        doomed.kill()
        stack.start_web()
        stack.wait_until_ready()


def let_leases_run_out(stack: Stack) -> None:
    """Do now what time does within seconds: the dead hold nothing any more."""
    client = connect(stack.redis_url)
    for key in client.scan_iter("sb:*:lease"):
        client.delete(key)
    for box in cast("list[bytes]", client.zrange(READY, 0, -1)):
        client.zadd(READY, {box: 0})
    for member in cast("list[bytes]", client.zrange(UNCERTAIN, 0, -1)):
        key = f"sb:draft:{member.decode()}"
        if client.hget(key, "state") == b"sending":
            client.hset(key, "lease_until", 0)
            client.zadd(UNCERTAIN, {member: 0})
    for member in cast("list[bytes]", client.zrange(LOST, 0, -1)):
        client.hset(f"sb:action:{member.decode()}", "lease_until", 0)
        client.zadd(LOST, {member: 0})
    client.close()


def first_then(first: Reply, then: Reply) -> Callable[[Body], Reply]:
    """Return a model that answers `first` to a question and `then` to the results of its tools, however often asked."""
    return lambda body: then if "tool_result" in json.dumps(body["messages"][-1]) else first
