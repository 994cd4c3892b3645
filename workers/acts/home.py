"""The App Home of one person: their drafts, their issues with the present status, their usage; settings for admins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workers.acts.filed import mine
from workers.acts.known import known_lines
from workers.acts.services import ActServices
from workers.person import Person
from workers.records import Action
from workers.settings import WorkerSettings
from workers.state.accounts import Figures, person_account, utc_now
from workers.views.home import Own, home_view, standing_of
from workers.views.money import dollars


def open_home(action: Action, services: ActServices) -> None:
    """Publish a person's home; who is no full member sees nothing of Jira there."""
    person = services.person(action)
    today = person_account(person.id, utc_now())
    last = _last(services.accounts.last_costs(action.team_id, person.id))
    usage = "\n".join(filter(None, (_words(services.accounts.figures(action.team_id, today)[0]), last)))
    if person.is_full_member:
        drafts, issues = mine(services.reader(action, is_alone=True), services)
        is_admin = _is_admin(person, services.settings)
        settings = tuple(_settings(action, services.settings)) if is_admin else None
        changes = services.changes.open_of(action.team_id, person.id)
        known = known_lines(services) if is_admin else None
        own = Own(drafts, issues, usage, settings, changes=changes, documents=known)
    else:
        own = Own(usage=usage)
    standing = standing_of(person, is_declined=services.settings.guests == "deny")
    view = home_view(str(action.values["bot_user_id"]), standing, own, emoji=str(action.values.get("emoji") or ""))
    services.slack.of(action.team_id).call("views.publish", user_id=person.id, view=view)


def _words(used: Figures) -> str:
    answers = "1 answer" if used.turns == 1 else f"{used.turns} answers"
    cached = f" ({used.cached_share:.0%} of what was read came from the cache)" if used.cached_share else ""
    return f"{answers} · {used.tokens:,} tokens{cached} · {dollars(used.usd)}"


def _last(costs: Sequence[float]) -> str:
    """Return what each of the last answers cost, the newest first."""
    return f"Last answers: {', '.join(map(dollars, costs))}" if costs else ""


def _settings(action: Action, settings: WorkerSettings) -> Iterator[str]:
    yield f"Projects: {', '.join(settings.jira_projects)}; the first is the default"
    button = "a person presses Create" if settings.write_policy == "confirm" else "filed at once"
    yield f"Before an issue is filed: {button}"
    guests = "answered without anything from Jira" if settings.guests == "ask" else "declined"
    yield f"Guests and people of other organisations: {guests}"
    yield f"Emoji that makes a draft of a message: {action.values.get('emoji') or 'none'}"
    yield f"Models: {settings.anthropic_model}, and {settings.anthropic_fast_model} for forms"
    yield f"Quiet conversations are kept for {settings.history_ttl_days} days"
    yield f"Further people who may change settings: {len(settings.admin_users) or 'none'}"


def _is_admin(person: Person, settings: WorkerSettings) -> bool:
    return person.is_admin or person.id in settings.admin_users
