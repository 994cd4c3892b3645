"""Words of support that mean the same, that exclude each other, that tell nothing: read from `lexicon.txt`."""

from __future__ import annotations

from pathlib import Path

Rows = tuple[tuple[str, ...], ...]


def _parts(text: str) -> dict[str, list[str]]:
    """Return the lines of each part."""
    parts: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("["):
            lines = parts.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            lines.append(line)
    return parts


def _rows(lines: list[str]) -> Rows:
    return tuple(tuple(name.strip() for name in line.split(",")) for line in lines)


_PARTS = _parts(Path(__file__).with_name("lexicon.txt").read_text(encoding="utf-8"))

SAME: Rows = _rows(_PARTS["same"])
"""The first word of a row stands for all of them."""
CONTRARY: Rows = _rows(_PARTS["contrary"])
"""Whoever says only one of a row hardly means the same as whoever says only another."""
COMMON: tuple[str, ...] = tuple(" ".join(_PARTS["common"]).split())
STOP: frozenset[str] = frozenset(" ".join(_PARTS["stop"]).split())
