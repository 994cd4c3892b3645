"""Long answers, for those who test how they are split: prose, lists, tables and code."""

from __future__ import annotations

import re

_ASIDE = (
    "- check the logs of the last hour\n- compare with a machine that works\n- note the exact time",
    "```python\nfor host in hosts:\n    state = probe(host)\n    print(host, state.error or 'ok')\n```",
    "1. Gather the facts.\n2. Change one thing.\n3. Measure again.",
    "```\n2026-11-22T09:14:03Z gateway-2 WARN handshake timed out after 30000 ms\n```",
    "> Two causes at once look like none: take them apart.",
)
_MOST_PARAGRAPHS = 400


def long_answer(question: str, paragraphs: int) -> str:
    """Return a report of as many paragraphs as the question names, or else of the given number."""
    named = re.search(r"(\d+)\s+paragraphs?", question)
    count = min(int(named[1]) if named else paragraphs, _MOST_PARAGRAPHS)
    parts = ["# Report"]
    for number in range(1, count + 1):
        if number % 4 == 1:
            parts.append(f"## Part {number // 4 + 1}")
        parts.append(
            f"Paragraph {number} of {count}. The service answered late in this window, first for a few people and "
            "then for most of an office. The gateway accepted connections but finished the handshake only after a "
            "retry, which points to an exhausted pool rather than to the network itself; **nothing was lost**, and "
            "every client recovered by itself once the pool had been drained."
        )
        if number % 2 == 0:
            parts.append(_ASIDE[(number // 2 - 1) % len(_ASIDE)])
    return "\n\n".join([*parts, "That is all that is known so far."])
