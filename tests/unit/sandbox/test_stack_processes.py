"""Child processes: their output, their end, and that none outlives its starter."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.environment import base
from sandbox.process import Process
from sandbox.waiting import NotInTime, wait_for

SLEEPS = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPS}"


def python(tmp_path: Path, code: str) -> Process:
    log = tmp_path / f"{len(list(tmp_path.iterdir()))}.log"
    process = Process("child", [sys.executable, "-c", code], log=log, env=base(), cwd=tmp_path)
    wait_for(lambda: "up" in process.log_text() or not process.is_running, "the child is up", seconds=10)
    return process


def test_its_output_is_kept_and_its_exit_status_told(tmp_path: Path) -> None:
    process = python(tmp_path, "import sys; print('words'); sys.stderr.write('more words'); sys.exit(3)")
    assert process.wait() == 3
    assert "words" in process.log_text()
    assert "more words" in process.log_text()


def test_it_is_stopped_by_sigterm_and_by_sigkill_when_it_does_not_listen(tmp_path: Path) -> None:
    assert python(tmp_path, SLEEPS).stop() == -signal.SIGTERM
    assert python(tmp_path, STUBBORN).stop(timeout=0.2) == -signal.SIGKILL


def test_a_paused_process_can_be_stopped(tmp_path: Path) -> None:
    process = python(tmp_path, SLEEPS)
    process.pause()
    assert process.stop() == -signal.SIGTERM


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_it_dies_with_its_starter_even_when_that_is_killed(tmp_path: Path) -> None:
    starter = f"""
import sys, time
from pathlib import Path
from sandbox.environment import base
from sandbox.process import Process
child = Process("child", [sys.executable, "-c", {SLEEPS!r}], log=Path("log"), env=base(), cwd=Path("."))
print(child.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen(
        [sys.executable, "-c", starter], env=base(), cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    wait_for(lambda: not is_alive(child), "the child is gone", seconds=5)


def is_alive(pid: int) -> bool:
    """Return whether a process runs; one that nobody has waited for yet does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def test_what_does_not_come_about_is_named() -> None:
    with pytest.raises(NotInTime, match=r"the sun rises \(waited 0.05 s\)"):
        wait_for(lambda: None, "the sun rises", seconds=0.05)
