"""The weekly digest of a channel: questions that are still open, and problems that came more than once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workers.bulk_jobs import Job
from workers.views.bulk_words import cost_line, plural, problem_lines
from workers.views.defuse import defuse
from workers.views.limits import SECTION_TEXT, cut_escaped

Shown = tuple[list[dict[str, Any]], str]
MOST_OPEN, MOST_REPEATED, MOST_LINKS = 12, 8, 6
TITLE = "This week here"
ROOM = SECTION_TEXT - 200


@dataclass(frozen=True)
class Thread:
    """One thread, and what the model said of it."""

    link: str
    topic: str
    problem: str
    open_question: str


def nothing_said() -> Shown:
    text = "Nobody wrote anything here in the last seven days, so there is no digest."
    return [_section(text)], text


def head(
    job: Job,
    *,
    number: int,
    still_open: Sequence[Thread],
    repeated: Sequence[Sequence[Thread]],
    problems: Mapping[str, int],
) -> Shown:
    """Return the whole digest."""
    lead = f"{plural(number, 'thread')} in the last seven days, {len(still_open)} of them still open."
    blocks = [_section(f"*{TITLE}*\n{lead}")]
    if still_open:
        lines = [_open_line(each) for each in still_open[:MOST_OPEN]]
        blocks.append(_list("Still open", lines, len(still_open) - MOST_OPEN))
    if repeated:
        lines = [_repeated_line(group) for group in repeated[:MOST_REPEATED]]
        blocks.append(_list("More than once", lines, len(repeated) - MOST_REPEATED))
    if not still_open and not repeated:
        blocks.append(_section("Nothing stayed open, and no problem came twice."))
    more = ["There were more threads than I read in one go."] if job.left_out else []
    after = [*problem_lines(dict(problems), "thread"), *more, cost_line(job.usd)]
    blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": "\n".join(after)}]})
    return blocks, f"{TITLE}: {lead}"


def _open_line(thread: Thread) -> str:
    return f"• {_words(thread.open_question or thread.topic, 200)}{_link(thread, 'open')}"


def _repeated_line(group: Sequence[Thread]) -> str:
    links = " ".join(f"<{each.link}|{number}>" for number, each in enumerate(group[:MOST_LINKS], 1) if each.link)
    return f"• *{_words(group[0].problem, 80)}* ({len(group)} times) {links}".rstrip()


def _link(thread: Thread, words: str) -> str:
    return f" · <{thread.link}|{words}>" if thread.link else ""


def _list(title: str, lines: Sequence[str], more: int) -> dict[str, Any]:
    """Return a section of lines, as many as fit."""
    kept: list[str] = []
    for line in lines:
        if sum(map(len, kept)) + len(kept) + len(line) > ROOM:
            more += 1
        else:
            kept.append(line)
    return _section("\n".join([f"*{title}*", *kept, *([f"and {more} more"] if more > 0 else [])]))


def _words(text: str, limit: int) -> str:
    return cut_escaped(defuse(" ".join(text.split())), limit) or "-"


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}
