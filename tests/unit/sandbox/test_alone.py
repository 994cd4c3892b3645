"""Two that fill `.venv/` at one moment do so one after the other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sandbox import alone

WORK = """
import pathlib, sys
mine, other = map(pathlib.Path, sys.argv[1:])
mine.touch()
print("begun", flush=True)
sys.stdin.read()
mine.unlink()
print("met" if other.exists() else "alone")
"""


def begin(folder: Path, mine: str, other: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(Path(alone.__file__)), sys.executable, "-c", WORK, mine, other]
    return subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_the_second_waits_for_the_first_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "requirements.lock").touch()
    with begin(tmp_path, "a", "b") as first:
        assert said(first) == "begun"
        with begin(tmp_path, "b", "a") as second:
            assert said(second).startswith("Waiting")
            assert not (tmp_path / "b").exists()
            assert first.communicate("")[0].strip() == "alone"
            assert said(second) == "begun"
            assert second.communicate("")[0].strip() == "alone"


def test_who_is_killed_leaves_no_lock(tmp_path: Path) -> None:
    (tmp_path / "requirements.lock").touch()
    with begin(tmp_path, "a", "b") as first:
        assert said(first) == "begun"
        first.kill()
    with begin(tmp_path, "b", "a") as second:
        assert said(second) == "begun"
        second.communicate("")
    assert second.returncode == 0
