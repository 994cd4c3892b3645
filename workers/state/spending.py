"""What a workspace spent lately: by day, channel, person and model, as it was booked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from workers.state.accounts import (
    Accounts,
    Figures,
    channel_account,
    day_account,
    model_account,
    person_account,
    summed,
    workspace_account,
)

MOST_RANKED = 30


@dataclass(frozen=True)
class Spending:
    """Of the last days, the oldest first; the rest has the dearest first."""

    month: Figures
    days: Sequence[tuple[datetime, Figures]]
    channels: Mapping[str, Figures]
    """By id; what belongs to no channel, such as direct messages, under an empty one."""
    people: Mapping[str, Figures]
    """By id; what nobody asked for under an empty one."""
    models: Mapping[str, Figures]

    @property
    def total(self) -> Figures:
        return summed(figures for _, figures in self.days)


def spending(accounts: Accounts, team_id: str, now: datetime, count: int) -> Spending:
    """Return what was spent in so many days, today the last of them; raises StateUnavailable."""
    days = last_days(now, count)
    by_model = [_by_model(accounts, team_id, day) for day in days]
    names = dict.fromkeys(name for models in by_model for name in models)
    turns = accounts.figures(team_id, *map(day_account, days))
    totals = [
        summed([*models.values(), Figures(turns=of_day.turns)]) for models, of_day in zip(by_model, turns, strict=True)
    ]
    channels = {
        channel_id: summed(accounts.figures(team_id, *(channel_account(channel_id, day) for day in days)))
        for channel_id in _ranked(accounts, team_id, "channels", days)
    }
    people = {
        user_id: summed(accounts.figures(team_id, *(person_account(user_id, day) for day in days)))
        for user_id in _ranked(accounts, team_id, "people", days)
    }
    return Spending(
        accounts.figures(team_id, workspace_account(now))[0],
        list(zip(days, totals, strict=True)),
        _dearest_first({**channels, "": summed(totals).less(summed(channels.values()))}),
        _dearest_first(people),
        _dearest_first({name: summed(models[name] for models in by_model if name in models) for name in names}),
    )


def last_days(now: datetime, count: int) -> list[datetime]:
    """Return the last days, the oldest first and today at the end."""
    return [now - timedelta(days=back) for back in reversed(range(count))]


def _by_model(accounts: Accounts, team_id: str, day: datetime) -> dict[str, Figures]:
    names = list(accounts.ranked(team_id, f"models:{day:%Y-%m-%d}"))
    figures = accounts.figures(team_id, *(model_account(name, day) for name in names))
    return dict(zip(names, figures, strict=True))


def _ranked(accounts: Accounts, team_id: str, index: str, days: Sequence[datetime]) -> list[str]:
    """Return who used most on these days together."""
    amounts: Counter[str] = Counter()
    for day in days:
        amounts.update(accounts.ranked(team_id, f"{index}:{day:%Y-%m-%d}"))
    return [name for name, _ in amounts.most_common(MOST_RANKED)]


def _dearest_first(figures: Mapping[str, Figures]) -> dict[str, Figures]:
    used = {name: each for name, each in figures.items() if each.tokens or each.turns}
    return dict(sorted(used.items(), key=lambda item: -item[1].usd))
