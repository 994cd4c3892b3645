"""The usage page: what the model cost, by day, channel, person and model, as bars of text beside what may be spent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from workers.views.money import dollars

# A line fits into a thread's pane, where Slack would break a longer one.
BAR, NAME_SHOWN = 8, 17
MOST_ROWS = 12
NO_CHANNEL, PRIVATE, NOBODY = "outside channels", "private channels", "nobody asked"


@dataclass(frozen=True)
class Row:
    """One bar: a day, a channel, a person or a model."""

    name: str
    usd: float
    tokens: int = 0
    cached_share: float = 0.0
    turns: int = 0


@dataclass(frozen=True)
class Budget:
    """One budget and what is spent of it; zero is none."""

    name: str
    spent_usd: float
    limit_usd: float


@dataclass(frozen=True)
class Page:
    """All that one usage page shows."""

    title: str
    budgets: Sequence[Budget]
    days: Sequence[Row]
    channels: Sequence[Row] = ()
    people: Sequence[Row] = ()
    models: Sequence[Row] = ()
    cached_share: float = 0.0


def usage_blocks(pages: Sequence[Page], note: str = "") -> list[dict[str, Any]]:
    """Return the blocks of a usage page; `note` is mrkdwn that stands below it."""
    below = [_context(note)] if note else []
    return [*(block for page in pages for block in _page(page)), *below]


def usage_text(pages: Sequence[Page]) -> str:
    """Return what stands for the blocks where they are not shown: the sums."""
    return "\n".join(f"{page.title}: {dollars(sum(day.usd for day in page.days))}" for page in pages)


def _page(page: Page) -> Iterator[dict[str, Any]]:
    yield _section(f"*{page.title}*\n" + "\n".join(map(_budget_line, page.budgets)))
    used = [day for day in page.days if day.tokens or day.turns]
    if not used:
        yield _section(f"Nothing was used in the last {len(page.days)} days.")
        return
    yield _chart(f"By day, the last {len(page.days)}", page.days, len(page.days))
    for title, rows in (("By channel", page.channels), ("By person", page.people), ("By model", page.models)):
        if rows:
            yield _chart(title, rows)
    tokens = sum(day.tokens for day in used)
    cached = f"{page.cached_share:.0%} of what was read came from the cache, at about a tenth of the price"
    yield _context(f"{tokens:,} tokens · {cached} · days are in UTC")


def _budget_line(budget: Budget) -> str:
    if not budget.limit_usd:
        return f"{budget.name}: {dollars(budget.spent_usd)}, no budget is set"
    share = budget.spent_usd / budget.limit_usd
    return f"{budget.name}: {dollars(budget.spent_usd)} of {dollars(budget.limit_usd)} ({share:.0%})"


def _chart(title: str, rows: Sequence[Row], most_rows: int = MOST_ROWS) -> dict[str, Any]:
    """Return bars in a block of code, where each sign has the same width; long lists are cut and summed up."""
    shown, rest = list(rows[:most_rows]), rows[most_rows:]
    if rest:
        shown.append(Row(f"{len(rest)} more", sum(row.usd for row in rest), sum(row.tokens for row in rest)))
    most = max(row.usd for row in shown) or 1.0
    width = max(len(_name(row)) for row in shown)
    head = f"{'':<{width}} {'':<{BAR}} {'':>8} {'answers':>7} {'cached':>6}"
    lines = [
        f"{_name(row):<{width}} {_bar(row.usd / most)} {dollars(row.usd):>8} {row.turns or '':>7} {_cached(row):>6}"
        for row in shown
    ]
    return _section(f"{title}\n```\n" + "\n".join(line.rstrip() for line in [head, *lines]) + "\n```")


def _cached(row: Row) -> str:
    return f"{row.cached_share:.0%}" if row.cached_share else ""


def _bar(share: float) -> str:
    full = round(min(share, 1.0) * BAR)
    return ("█" * max(full, 1 if share > 0 else 0)).ljust(BAR, "░")


def _name(row: Row) -> str:
    """A name that a person gave themselves must not end the block of code."""
    name = " ".join(row.name.replace("`", "'").split())
    name = name.replace("&", "+").replace("<", "(").replace(">", ")")
    return name if len(name) <= NAME_SHOWN else name[: NAME_SHOWN - 1] + "…"


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _context(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}
