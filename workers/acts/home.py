"""The App Home of one person: their drafts, their issues with the present status, their usage; settings for admins."""

from __future__ import annotations

from collections.abc import Iterator

from workers.acts.filed import mine
from workers.acts.services import ActServices
from workers.records import Action
from workers.settings import WorkerSettings
from workers.slack.people import Person
from workers.state.usage import UsageToday
from workers.views.home import Own, home_view


def open_home(action: Action, services: ActServices) -> None:
    """Publish a person's home; who is no full member sees nothing of Jira there."""
    person = services.person(action)
    usage = _words(services.usages.today(action.team_id, person.id))
    if person.is_full_member:
        drafts, issues = mine(action.team_id, person.id, services)
        settings = tuple(_settings(action, services.settings)) if _is_admin(person, services.settings) else None
        own = Own(drafts, issues, usage, settings)
    else:
        own = Own(usage=usage, is_closed=True)
    view = home_view(str(action.values["bot_user_id"]), own)
    services.slack.of(action.team_id).call("views.publish", user_id=person.id, view=view)


def _words(usage: UsageToday) -> str:
    answers = "1 answer" if usage.turns == 1 else f"{usage.turns} answers"
    return f"{answers} · {usage.tokens:,} tokens · ${usage.usd:.4f}"


def _settings(action: Action, settings: WorkerSettings) -> Iterator[str]:
    yield f"Projects: {', '.join(settings.jira_projects)}; the first is the usual one"
    button = "a person presses Create" if settings.write_policy == "confirm" else "filed at once"
    yield f"Before an issue is filed: {button}"
    guests = "answered without anything from Jira" if settings.guests == "ask" else "declined"
    yield f"Guests and people of other organisations: {guests}"
    yield f"Emoji that makes a draft of a message: {action.values.get('emoji') or 'none'}"
    yield f"Models: {settings.anthropic_model}, and {settings.anthropic_fast_model} for forms"
    yield f"Quiet conversations are kept for {settings.history_ttl_days} days"
    yield f"Further admins of mine: {len(settings.admin_users) or 'none'}"


def _is_admin(person: Person, settings: WorkerSettings) -> bool:
    return person.is_admin or person.id in settings.admin_users
