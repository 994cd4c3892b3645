"""`make smoke` from the outside: the exit status and what it says."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Literal

import pytest

from sandbox.claude.scripts import reply
from sandbox.procfile import CHECKOUT
from sandbox.smoke import Smoke, Unmet
from sandbox.stack import LIFELIKE, Stack
from sandbox.transcript import Transcript
from sandbox.waiting import wait_for

pytestmark = pytest.mark.e2e
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


def smoke(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sandbox", "smoke"],
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_the_smoke_run_succeeds_and_shows_its_transcript() -> None:
    done = smoke()
    assert done.returncode == 0, done.stdout + done.stderr
    for words in ("ada presses Create", "similar issues", "links the thread", "exactly one issue was filed"):
        assert words in done.stdout
    assert "<@" not in done.stdout, "people stand by name"
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert "[Create]  [Edit]  [Cancel]" in lines, "parts of a card stand in lines of their own"


def test_a_process_that_does_not_start_is_named_with_its_words_and_fails_the_run() -> None:
    done = smoke(REDIS_URL="nowhere")
    assert done.returncode == 1
    assert "has ended" in done.stdout
    assert "support-bot cannot start: REDIS_URL" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("mode", ["socket", "http"])
def test_the_conversation_holds_whichever_way_slack_reaches_the_bot(
    mode: Literal["socket", "http"], tmp_path: Path
) -> None:
    with Stack(mode=mode, folder=tmp_path, pace=LIFELIKE) as stack:
        known = set(stack.jira.issues)
        Smoke(stack, Transcript()).run()
        assert len(set(stack.jira.issues) - known) == 1


def test_an_expectation_that_does_not_hold_is_told_with_what_was_seen(tmp_path: Path) -> None:
    with Stack(folder=tmp_path) as stack:
        stack.claude.script(reply("I have nothing to say about that."), forever=True)
        with pytest.raises(Unmet, match=r"at least 3 visible steps\nseen: [12]"):
            Smoke(stack, Transcript()).run()


@LINUX
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_prints_its_address_and_leaves_nothing_behind(number: signal.Signals) -> None:
    with demo() as running:
        with urllib.request.urlopen(address_of(running), timeout=5) as answer:  # noqa: S310  loopback
            assert "Support Bot sandbox" in answer.read().decode()
        family = children_of(running.pid)
        assert len(family) == 4, "Redis, web, worker and beat"
        running.send_signal(number)
        assert running.wait(20) == 0
    wait_for(lambda: not any(map(is_alive, family)), "all processes are gone", seconds=5)


@LINUX
def test_a_killed_demo_leaves_nothing_behind() -> None:
    with demo() as running:
        address_of(running)
        family = children_of(running.pid)
        running.kill()
    wait_for(lambda: not any(map(is_alive, family)), "all processes are gone", seconds=5)


def test_the_demo_says_what_it_waits_for_while_it_starts() -> None:
    with demo() as running:
        assert running.stdout is not None
        said = [next(running.stdout) for _ in range(5)]
        running.terminate()
        assert running.wait(20) == 0
    for words in ("Redis is ready", "may take half a minute", "worker 1 is ready", "web 1 is ready"):
        assert words in "".join(said)


def demo() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "sandbox", "demo"],
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        text=True,
    )


def address_of(running: subprocess.Popen[str]) -> str:
    """Return the page's address as soon as it is printed."""
    assert running.stdout is not None
    for line in running.stdout:
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    pytest.fail(f"the demo ended with {running.wait()} and no address")


def children_of(pid: int) -> list[int]:
    """Return the ids of a process's running children."""
    everybody = [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]
    return [one for one in everybody if status_of(one).get("PPid") == str(pid) and is_alive(one)]


def is_alive(pid: int) -> bool:
    """Return whether a process runs; one that has ended and nobody has waited for yet does not."""
    return not status_of(pid).get("State", "Z").startswith("Z")


def status_of(pid: int) -> dict[str, str]:
    """Return what Linux says of a process; nothing when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return {}
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
