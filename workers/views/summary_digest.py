"""The summary of many issues: what they are about together, then each in a line or two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workers.bulk_jobs import Job
from workers.views.bulk_words import cost_line, plural, problem_lines
from workers.views.defuse import defuse
from workers.views.limits import SECTION_TEXT, cut_escaped, escape

Shown = tuple[list[dict[str, Any]], str]
MOST_THEMES, MOST_KEYS = 15, 8
ROOM = SECTION_TEXT - 200


@dataclass(frozen=True)
class Summed:
    """One issue, and what the model said of it."""

    key: str
    url: str
    status: str
    summary: str
    theme: str
    next_step: str


def nothing_found(job: Job) -> Shown:
    """Say that there is nothing to summarise."""
    text = f"I found no issues for “{_words(job.asked['words'], 100)}”, so there is nothing to summarise."
    return [_section(text)], text


def head(job: Job, summed: Sequence[Summed], problems: Mapping[str, int]) -> Shown:
    """Return the head of a summary: the themes with their issues, and what it cost."""
    title = f"{plural(len(summed), 'issue')} for “{_words(job.asked['words'], 100)}”"
    themes: dict[str, list[Summed]] = defaultdict(list)
    for each in summed:
        themes[_theme(each)].append(each)
    ranked = sorted(themes.values(), key=lambda group: -len(group))
    lines = [_theme_line(group) for group in ranked[:MOST_THEMES]]
    if len(ranked) > MOST_THEMES:
        lines.append(f"• and {plural(len(ranked) - MOST_THEMES, 'smaller theme')}")
    after = problem_lines(problems, "issue")
    if job.left_out:
        after.append("There are more issues than I read in one go; these are the ones that changed last.")
    after += ["Each issue stands in the thread below." if summed else "", cost_line(job.usd)]
    blocks = [_section(f"*{title}*")]
    if lines:
        blocks.append(_section("\n".join(_fitting(lines))))
    return [*blocks, _section("\n".join(filter(None, after)))], title


def page(part: Sequence[Summed]) -> Shown:
    """Return some issues, each with its summary and its next step."""
    blocks = [_section(_entry(each)) for each in part]
    return blocks, "Summaries: " + ", ".join(each.key for each in part)


def _theme(each: Summed) -> str:
    return " ".join(each.theme.casefold().split())


def _theme_line(group: Sequence[Summed]) -> str:
    keys = ", ".join(f"<{each.url}|{escape(each.key)}>" for each in group[:MOST_KEYS])
    more = f" and {len(group) - MOST_KEYS} more" if len(group) > MOST_KEYS else ""
    return f"• *{_words(group[0].theme, 80)}* ({len(group)}): {keys}{more}"


def _entry(each: Summed) -> str:
    step = f"\n→ {_words(each.next_step, 200)}" if each.next_step else ""
    return f"<{each.url}|{escape(each.key)}> · _{_words(each.status, 40)}_ · {_words(each.summary, 500)}{step}"


def _fitting(lines: Sequence[str]) -> list[str]:
    """Return as many lines as one section takes."""
    kept: list[str] = []
    for line in lines:
        if sum(map(len, kept)) + len(kept) + len(line) > ROOM:
            break
        kept.append(line)
    return kept


def _words(text: str, limit: int) -> str:
    return cut_escaped(defuse(" ".join(text.split())), limit) or "-"


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}
