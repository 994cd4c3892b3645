"""`make smoke` from the outside: the exit status and what it says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest

from sandbox.claude.scripts import reply
from sandbox.procfile import CHECKOUT
from sandbox.smoke import Smoke, Unmet
from sandbox.stack import LIFELIKE, Stack
from sandbox.transcript import Transcript

pytestmark = pytest.mark.e2e


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
        Smoke(stack, Transcript()).run()


def test_an_expectation_that_does_not_hold_is_told_with_what_was_seen(tmp_path: Path) -> None:
    with Stack(folder=tmp_path) as stack:
        stack.claude.script(reply("I have nothing to say about that."), forever=True)
        with pytest.raises(Unmet, match="at least 3 visible steps\nseen: 1"):
            Smoke(stack, Transcript()).run()
