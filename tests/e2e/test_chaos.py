"""The short fault run, with a seed that stays: what it counts is zero."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.procfile import CHECKOUT

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

SEED = 7


def test_questions_and_drafts_survive_killed_processes_and_failing_services(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.chaos", "--short", "--seed", str(SEED), "--folder", str(tmp_path)]

    run = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=220, check=False)

    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"
    assert "all counts are zero" in run.stdout
