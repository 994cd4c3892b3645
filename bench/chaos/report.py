"""What the run tells: faults and recovery by kind, the counts, and for each finding all that helps to explain it."""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.chaos import looking
from bench.chaos.blows import Strike
from bench.chaos.counts import KINDS, Finding
from bench.chaos.people import Asked
from bench.chaos.plan import LONE_KILL
from sandbox.stack import Stack

BEFORE_SECONDS = 3.0
"""A fault that ended so long before a question was asked may still have to do with it."""
KILL_SECONDS = 15.0
"""What recovery from kill -9 may take (p95)."""


def recovery(strikes: Iterable[Strike], asked: dict[str, Asked]) -> list[float]:
    """Return for each fault and question that it touched the seconds from the fault's end to the whole answer."""
    answers = [
        (answered_at, strike)
        for strike in strikes
        for token in strike.tokens
        if (answered_at := asked[token].answered_at) is not None
    ]
    return sorted(max(answered_at - strike.ends_at, 0.0) for answered_at, strike in answers)


def table(strikes: Sequence[Strike], asked: dict[str, Asked]) -> str:
    """Return a line for each kind of fault: how often, how many questions in flight, how long until their answers."""
    kinds: dict[str, list[Strike]] = defaultdict(list)
    for strike in strikes:
        kinds[strike.kind].append(strike)
    lines = [f"{'fault':28}{'made':>6}{'mentions':>10}   recovery: median     p95     max"]
    lines += [_row(kind, kinds[kind], asked) for kind in sorted(kinds)]
    lines.append(_row("all", strikes, asked))
    return "\n".join(lines)


def kill_line(strikes: Sequence[Strike], asked: dict[str, Asked]) -> str:
    """Say how fast a killed worker's questions were answered, when nothing else was wrong."""
    times = recovery([strike for strike in strikes if strike.kind == LONE_KILL], asked)
    if not times:
        return "recovery from kill -9, alone: no question was in the killed worker's hands"
    verdict = "within" if _p95(times) <= KILL_SECONDS else "NOT within"
    return f"recovery from kill -9, alone: {_figures(times)}: p95 {verdict} {KILL_SECONDS:g} s ({len(times)} answers)"


def counts_line(found: Sequence[Finding]) -> str:
    return " · ".join(f"{kind} {sum(one.wrong == kind for one in found)}" for kind in KINDS)


def explain(found: Sequence[Finding], strikes: Sequence[Strike], begun: float) -> str:
    """Return a paragraph for each finding: where, which question, which faults around it."""
    return "\n\n".join(_paragraph(one, strikes, begun) for one in found)


def write(folder: Path, stack: Stack, found: Sequence[Finding], strikes: Sequence[Strike], begun: float) -> Path:
    """Keep what explains the findings beside the processes' logs."""
    rows = [
        {
            "wrong": one.wrong,
            "what": one.what,
            "token": one.asked.mention.token,
            "channel": one.asked.channel,
            "thread_ts": one.asked.root_ts,
            "ts": one.asked.ts,
            "presses": one.asked.presses,
            "retries": one.asked.retries,
            "thread": _thread(stack, one.asked, begun),
        }
        for one in found
    ]
    faults = [
        {
            "kind": one.kind,
            "what": one.what,
            "at": one.at - begun,
            "ends_at": one.ends_at - begun,
            "tokens": sorted(one.tokens),
        }
        for one in strikes
    ]
    path = folder / "findings.json"
    path.write_text(json.dumps({"findings": rows, "faults": faults}, indent=1, ensure_ascii=False))
    return path


def _row(kind: str, strikes: Sequence[Strike], asked: dict[str, Asked]) -> str:
    times = recovery(strikes, asked)
    touched = sum(len(strike.tokens) for strike in strikes)
    return f"{kind:28}{len(strikes):>6}{touched:>10}   {'':9}{_columns(times)}".rstrip()


def _columns(times: Sequence[float]) -> str:
    if not times:
        return ""
    return f"{statistics.median(times):6.1f} s{_p95(times):6.1f} s{times[-1]:6.1f} s"


def _figures(times: Sequence[float]) -> str:
    return f"median {statistics.median(times):.1f} s, p95 {_p95(times):.1f} s, max {times[-1]:.1f} s"


def _p95(times: Sequence[float]) -> float:
    return times[min(int(len(times) * 0.95), len(times) - 1)]


def _paragraph(one: Finding, strikes: Sequence[Strike], begun: float) -> str:
    asked = one.asked
    end = asked.answered_at or float("inf")
    around = [
        f"{each.at - begun:.1f} s {each.kind} {each.what}".rstrip() for each in strikes if _is_around(each, asked, end)
    ]
    return "\n".join(
        [
            f"{one.wrong}: {asked.mention.token} ({asked.mention.kind}), asked at {asked.at - begun:.1f} s",
            f"  conversation {asked.channel} {asked.root_ts}, message {asked.ts}",
            f"  {one.what}",
            f"  faults around it: {'; '.join(around) or 'none'}",
        ]
    )


def _is_around(strike: Strike, asked: Asked, end: float) -> bool:
    return strike.ends_at + BEFORE_SECONDS >= asked.at and strike.at <= end


def _thread(stack: Stack, asked: Asked, begun: float) -> list[dict[str, object]]:
    return [
        {
            "ts": message.ts,
            "user": message.user,
            "turn": looking.turn_of(message),
            "versions": [[round(one.at - begun, 2), one.kind, one.text[:300]] for one in message.versions],
            "buttons": message.action_ids,
        }
        for message in stack.slack.messages(asked.channel, asked.root_ts)
    ]
