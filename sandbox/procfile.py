"""The commands of the Procfile, run by the Python that runs this."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


def commands(procfile: Path = CHECKOUT / "Procfile") -> dict[str, list[str]]:
    """Return each line's name with its command; `python` and `celery` are those of this interpreter."""
    found = {}
    for line in procfile.read_text().splitlines():
        name, colon, command = line.partition(":")
        if colon and not line.startswith("#"):
            found[name.strip()] = _with_this_python(shlex.split(command))
    return found


def _with_this_python(words: list[str]) -> list[str]:
    if words and words[0] == "python":
        return [sys.executable, *words[1:]]
    if words and words[0] == "celery":
        return [sys.executable, "-m", "celery", *words[1:]]
    return words
