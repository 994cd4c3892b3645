"""What the bot itself booked, as the page's usage tab shows it: to admins everyone's, to others their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sandbox.slack.workspace import Workspace
from workers.settings import WorkerSettings
from workers.state.accounts import Accounts, Figures, person_account, summed
from workers.state.spending import last_days, spending
from workers.views.usage import NO_CHANNEL, NOBODY, PRIVATE

Json = dict[str, Any]
DAYS = 14


def usage_json(books: Accounts, slack: Workspace, me: str, told: Mapping[str, str], now: datetime) -> Json:
    """Return what a person may see of it; `told` are the settings of the bot's processes."""
    admins = told.get("ADMIN_USERS", "").split(",")
    if not (slack.people[me].is_admin or me in admins):
        return _own(books, slack, me, told, now)
    spent = spending(books, slack.team_id, now, DAYS)
    people = (
        (slack.people[user].real_name if user in slack.people else NOBODY, used) for user, used in spent.people.items()
    )
    return {
        "title": "This workspace",
        "budget": _budget("This month", spent.month, told, "budget_workspace_month_usd"),
        "days": [_row(f"{day:%d %b}", used) for day, used in spent.days],
        "charts": [
            _chart("By channel", _by_name(spent.channels, slack).items()),
            _chart("By person", people),
            _chart("By model", spent.models.items()),
        ],
        "total": _row("", spent.total),
    }


def _own(books: Accounts, slack: Workspace, me: str, told: Mapping[str, str], now: datetime) -> Json:
    days = last_days(now, DAYS)
    figures = books.figures(slack.team_id, *(person_account(me, day) for day in days))
    return {
        "title": "Your own usage; admins see the whole workspace",
        "budget": _budget("Today", figures[-1], told, "budget_person_day_usd"),
        "days": [_row(f"{day:%d %b}", used) for day, used in zip(days, figures, strict=True)],
        "charts": [],
        "total": _row("", summed(figures)),
    }


def _budget(name: str, spent: Figures, told: Mapping[str, str], setting: str) -> Json:
    limit = told.get(setting.upper()) or WorkerSettings.model_fields[setting].default
    return {"name": name, "spent": spent.usd, "limit": float(limit)}


def _by_name(channels: Mapping[str, Figures], slack: Workspace) -> dict[str, Figures]:
    """Return what channels used by their names, private ones as one, as the bot's own page does."""
    found: dict[str, list[Figures]] = {}
    for channel_id, used in channels.items():
        channel = slack.channels.get(channel_id)
        name = NO_CHANNEL if channel is None else f"#{channel.name}" if channel.kind == "channel" else PRIVATE
        found.setdefault(name, []).append(used)
    return {name: summed(parts) for name, parts in found.items()}


def _chart(title: str, rows: Iterable[tuple[str, Figures]]) -> Json:
    return {"title": title, "rows": sorted((_row(*each) for each in rows), key=lambda row: -row["usd"])}


def _row(name: str, used: Figures) -> Json:
    return {"name": name, "usd": used.usd, "tokens": used.tokens, "turns": used.turns, "cached": used.cached_share}
