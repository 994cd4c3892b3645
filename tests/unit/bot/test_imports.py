"""The listener stays light: what only the workers need is never loaded."""

from __future__ import annotations

import subprocess
import sys


def test_the_listener_loads_neither_claudes_nor_jiras_client() -> None:
    code = "import sys, bot.app; print(sorted({'anthropic', 'jira'} & sys.modules.keys()))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
