"""`/jira usage`: what the model cost, for oneself; for admins the whole workspace, too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from workers.acts.known import known_line
from workers.acts.services import ActServices
from workers.records import Action
from workers.slack.channels import public_name
from workers.state.accounts import Figures, person_account, summed, utc_now
from workers.state.spending import last_days, spending
from workers.views.usage import NO_CHANNEL, NOBODY, PRIVATE, Budget, Page, Row, usage_blocks, usage_text

OWN_DAYS, WORKSPACE_DAYS = 7, 14


def usage(action: Action, services: ActServices) -> None:
    """Show a person's own usage to them alone; to an admin also everyone's."""
    pages, note = [_own(action, services)], ""
    if services.is_admin(action):
        pages.insert(0, _workspace(action, services))
        note = known_line(services)
    services.tell.tell(action, usage_text(pages), usage_blocks(pages, note))


def _own(action: Action, services: ActServices) -> Page:
    now = utc_now()
    days = last_days(now, OWN_DAYS)
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
    team_id = action.team_id
    spent = spending(services.accounts, team_id, utc_now(), WORKSPACE_DAYS)
    people = [
        (services.people.person(team_id, user_id).name if user_id else NOBODY, used)
        for user_id, used in spent.people.items()
    ]
    return Page(
        "Usage of this workspace",
        (Budget("This month", spent.month.usd, services.settings.budget_workspace_month_usd),),
        [_row(f"{day:%a %d %b}", each) for day, each in spent.days],
        channels=_rows(_by_name(spent.channels, team_id, services).items()),
        people=_rows(people),
        models=_rows(spent.models.items()),
        cached_share=spent.total.cached_share,
    )


def _by_name(channels: Mapping[str, Figures], team_id: str, services: ActServices) -> dict[str, Figures]:
    """Return what channels used by the names that everybody may know; private ones are one row."""
    found: dict[str, list[Figures]] = {}
    for channel_id, used in channels.items():
        name = public_name(services.slack, services.cache, team_id, channel_id) or PRIVATE if channel_id else NO_CHANNEL
        found.setdefault(name, []).append(used)
    return {name: summed(parts) for name, parts in found.items()}


def _rows(used: Iterable[tuple[str, Figures]]) -> list[Row]:
    return sorted((_row(name, each) for name, each in used), key=lambda row: -row.usd)


def _row(name: str, used: Figures) -> Row:
    return Row(name, used.usd, used.tokens, used.cached_share, used.turns)
