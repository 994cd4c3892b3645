"""Code within a line of Markdown, whatever the code holds."""

from __future__ import annotations

import re

RUN = re.compile(r"`+")


def code_span(code: str) -> str:
    """Return code as Markdown takes it within a line: between more backticks than any that stand in it."""
    fence = "`" * (longest_run(code) + 1)
    # Of a space at both ends Markdown takes one away; a backtick beside the fence would belong to it.
    is_apart = code.startswith("`") or code.endswith("`") or (code[:1] == code[-1:] == " " and bool(code.strip()))
    return f"{fence} {code} {fence}" if is_apart else f"{fence}{code}{fence}"


def longest_run(code: str) -> int:
    """Return the number of backticks that follow each other without a break."""
    runs = (len(run) for run in RUN.findall(code))
    return max(runs, default=0) if "`" in code else 0
