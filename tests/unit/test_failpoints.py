"""Failpoints do what they say, cost nothing when nobody asks for them, and are all described."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from workers.failpoints import NAME, failpoint

CHECKOUT = Path(__file__).resolve().parents[2]
PASSES = "from workers.failpoints import failpoint\nfor name in ('here', 'there', 'here'): failpoint(name); print(name)"


def run(armed: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PASSES],
        env={**os.environ, NAME: armed},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_place_that_is_not_armed_is_passed() -> None:
    failpoint("claimed")

    assert run("elsewhere").returncode == 0


def test_an_armed_place_ends_the_process_at_once() -> None:
    assert run("there").returncode == -signal.SIGKILL


def test_a_count_lets_the_first_passes_through() -> None:
    assert run("here:2").returncode == -signal.SIGKILL
    assert run("here:3").returncode == 0


def test_every_place_in_the_code_is_described() -> None:
    told = set(re.findall(r"`(\w+)`", (CHECKOUT / "docs/crashes.md").read_text()))

    assert places()
    assert not places() - told


def test_every_place_in_the_code_is_one_at_which_a_test_has_a_process_die() -> None:
    tests = "".join(path.read_text() for path in (CHECKOUT / "tests/e2e").glob("test_*.py"))
    tried = set(re.findall(r'"(\w+)(?::\d+)?(?::stop)?"', tests))

    assert not places() - tried


def places() -> set[str]:
    """Return the names of all failpoints in the code."""
    code = [path for part in ("bot", "workers") for path in (CHECKOUT / part).rglob("*.py")]
    return {name for path in code for name in re.findall(r'\bfailpoint\("(\w+)"\)', path.read_text())}
