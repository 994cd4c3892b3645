"""`python -m bench.texts`: a megabyte of hard text through each converter; exit 1 if any takes two seconds or more."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.figures import Figure
from workers.jira.adf import adf_of
from workers.jira.adf_markdown import markdown_of
from workers.jira.wiki import wiki_of
from workers.jira.wiki_markdown import markdown_of_wiki

PART, SIZE, MOST_SECONDS = "a megabyte of hard text", 1_000_000, 2.0
PIECES = (
    "word ", "[a|", "[", "{code}", "{quote}", "!a.b", "*a ", "-a ", "|", "||a", "{panel:title=", "{{", "[~", "\\",
    "{*}a", "**", "> ", "- a\n", "`", "| a | b |\n", "[x](http://e.com) ", "OPS-12 ",
)  # fmt: skip
CONVERTERS: dict[str, Callable[[str], object]] = {
    "Markdown to ADF": adf_of,
    "Markdown to wiki": wiki_of,
    "wiki to Markdown": markdown_of_wiki,
}


def main() -> int:
    """Print the slowest text of each converter."""
    worst = _worst()
    for name, (seconds, piece) in worst.items():
        print(f"{name:<18} {seconds:6.2f} s at most, of {piece!r}")
    return int(any(seconds >= MOST_SECONDS for seconds, _ in worst.values()))


def measure_texts(_folder: Path) -> list[Figure]:
    """Convert a megabyte of each hard text each way, and tell of the slowest."""
    return [
        Figure(PART, name, "s", (seconds,), MOST_SECONDS, f"of {piece!r}, processor time")
        for name, (seconds, piece) in _worst().items()
    ]


def _worst() -> dict[str, tuple[float, str]]:
    """Return for each converter how long its slowest text took, and of what that is."""
    worst: dict[str, tuple[float, str]] = {}
    for piece in PIECES:
        text = (piece * (SIZE // len(piece) + 1))[:SIZE]
        for name, convert in CONVERTERS.items():
            worst[name] = max(worst.get(name, (0.0, "")), (_seconds(lambda: convert(text)), piece))  # noqa: B023
        document = adf_of(text)
        name = "ADF to Markdown"
        worst[name] = max(worst.get(name, (0.0, "")), (_seconds(lambda: markdown_of(document)), piece))  # noqa: B023
    return worst


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(main())
