"""`/jira usage`: what the model cost, for oneself; for admins the whole workspace, too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from workers.acts.known import known_line
from workers.acts.services import ActServices
from workers.records import Action
from workers.state.accounts import Figures, person_account, summed, utc_now, workspace_account
from workers.views.usage import Budget, Page, Row, usage_blocks, usage_text

OWN_DAYS, WORKSPACE_DAYS = 7, 14
MOST_PEOPLE = 30
NOBODY = "nobody asked"


def usage(action: Action, services: ActServices) -> None:
    """Show a person's own usage to them alone; to an admin also everyone's."""
    pages, note = [_own(action, services)], ""
    if services.is_admin(action):
        pages.insert(0, _workspace(action, services))
        note = known_line(services)
    services.tell.tell(action, usage_text(pages), usage_blocks(pages, note))


def _own(action: Action, services: ActServices) -> Page:
    now = utc_now()
    days = _days(now, OWN_DAYS)
    names = [person_account(action.user_id, day) for day in days]
    figures = services.accounts.figures(action.team_id, *names)
    budget = Budget("Today", figures[-1].usd, services.settings.budget_person_day_usd)
    return Page(
        "Your usage",
        (budget,),
        [_row(f"{day:%a %d %b}", each) for day, each in zip(days, figures, strict=True)],
        cached_share=summed(figures).cached_share,
    )


def _workspace(action: Action, services: ActServices) -> Page:
    now, settings, team_id = utc_now(), services.settings, action.team_id
    days = _days(now, WORKSPACE_DAYS)
    by_day = [dict(_models(team_id, day, services)) for day in days]
    month = services.accounts.figures(team_id, workspace_account(now))[0]
    totals = [summed(each.values()) for each in by_day]
    models = {name: summed(day[name] for day in by_day if name in day) for day in by_day for name in day}
    return Page(
        "Usage of this workspace",
        (Budget("This month", month.usd, settings.budget_workspace_month_usd),),
        [_row(f"{day:%a %d %b}", each) for day, each in zip(days, totals, strict=True)],
        _dearest(_people(team_id, days, services)),
        _dearest(_row(name, used) for name, used in models.items()),
        summed(totals).cached_share,
    )


def _models(team_id: str, day: datetime, services: ActServices) -> Iterator[tuple[str, Figures]]:
    names = services.accounts.ranked(team_id, f"models:{day:%Y-%m-%d}")
    figures = services.accounts.figures(team_id, *(f"day:{day:%Y-%m-%d}:{name}" for name in names))
    yield from zip(names, figures, strict=True)


def _people(team_id: str, days: Sequence[datetime], services: ActServices) -> Iterator[Row]:
    """Yield what each person used in these days: of those who used most on any of them."""
    seen = {user: None for day in days for user in services.accounts.ranked(team_id, f"people:{day:%Y-%m-%d}")}
    for user_id in list(seen)[:MOST_PEOPLE]:
        figures = services.accounts.figures(team_id, *(person_account(user_id, day) for day in days))
        name = services.people.person(team_id, user_id).name if user_id else NOBODY
        yield _row(name, summed(figures))


def _days(now: datetime, count: int) -> list[datetime]:
    return [now - timedelta(days=back) for back in reversed(range(count))]


def _row(name: str, used: Figures) -> Row:
    return Row(name, used.usd, used.tokens, used.cached_share, used.turns)


def _dearest(rows: Iterator[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: -row.usd)
