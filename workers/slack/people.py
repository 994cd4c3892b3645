"""Who is who in a workspace: names, e-mail addresses, guests; asked of Slack once an hour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workers.errors import SlackRefused, SupportBotError
from workers.logs import get_logger
from workers.records import Record
from workers.slack.api import SlackClients
from workers.state.cache import Cache

CACHE_SECONDS = 3_600
# A turn would rather call someone by their id than wait for a name.
MAX_WAIT_SECONDS = 3.0

log = get_logger(__name__)


class Person(Record):
    """What Slack knows of one person; without an answer from Slack only the id."""

    id: str
    name: str = ""
    email: str | None = None
    is_known: bool = False
    is_guest: bool = False
    is_stranger: bool = False
    """From another organisation."""
    is_bot: bool = False
    is_deactivated: bool = False
    is_admin: bool = False
    """An admin or an owner of the workspace."""
    tz: str = ""

    @property
    def is_full_member(self) -> bool:
        """Return whether this is certainly a full member of the workspace."""
        return self.is_known and not (self.is_guest or self.is_stranger or self.is_bot or self.is_deactivated)

    @property
    def is_own_guest(self) -> bool:
        """Return whether this is certainly a guest of this workspace, and not of another organisation."""
        return self.is_known and self.is_guest and not (self.is_stranger or self.is_bot or self.is_deactivated)


class People:
    """Looks people up, through a cache shared by all workers."""

    def __init__(self, slack: SlackClients, cache: Cache) -> None:
        self._slack, self._cache = slack, cache

    def person(self, team_id: str, user_id: str) -> Person:
        """Return a person; never raises because of Slack."""
        try:
            return self.surely(team_id, user_id)
        except SupportBotError as error:
            log.warning("person_unknown", cause=type(error).__name__)
            return Person(id=user_id, name=user_id)

    def surely(self, team_id: str, user_id: str, *, is_fresh: bool = False) -> Person:
        """Return a person, or raise SlackUnavailable: for decisions that must not rest on a guess.

        With `is_fresh` not on what was true an hour ago either.
        """
        name = f"{team_id}:person:{user_id}"
        cached = None if is_fresh else self._cache.get(name)
        if cached:
            return Person.model_validate(cached)
        try:
            answer = self._slack.of(team_id).call("users.info", user=user_id, max_wait_seconds=MAX_WAIT_SECONDS)
        except SlackRefused as error:
            if error.code not in ("user_not_found", "user_not_visible"):
                raise
            return Person(id=user_id, name=user_id, is_stranger=True)
        person = _person(team_id, user_id, answer.get("user") or {})
        self._cache.put(name, person.model_dump(mode="json"), CACHE_SECONDS)
        return person


def _person(team_id: str, user_id: str, user: Mapping[str, Any]) -> Person:
    profile = user.get("profile") or {}
    # The full name first: Jira's readers and other channels do not know who "ada" is.
    names = (profile.get("real_name"), user.get("real_name"), profile.get("display_name"), user.get("name"), user_id)
    return Person(
        id=user_id,
        name=next(str(name) for name in names if name),
        email=profile.get("email") or None,
        is_known=True,
        is_guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        is_stranger=bool(user.get("is_stranger")) or not _is_of_team(team_id, user),
        is_bot=bool(user.get("is_bot")),
        is_deactivated=bool(user.get("deleted")),
        is_admin=bool(user.get("is_admin") or user.get("is_owner")),
        tz=user.get("tz") or "",
    )


def _is_of_team(team_id: str, user: Mapping[str, Any]) -> bool:
    """Return whether the person belongs to the workspace, or to its organisation: Slack Connect people do not."""
    teams = (user.get("enterprise_user") or {}).get("teams") or ()
    return user.get("team_id", team_id) == team_id or team_id in teams
