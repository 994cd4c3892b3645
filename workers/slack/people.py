"""Who is who in a workspace: names, e-mail addresses, guests; asked of Slack once an hour."""

from __future__ import annotations

from workers.errors import SlackRefused, SupportBotError
from workers.logs import get_logger
from workers.person import Person, person_of
from workers.slack.api import SlackClients
from workers.state.cache import PERSON_SECONDS, Cache, person_name

# A turn would rather call someone by their id than wait for a name.
MAX_WAIT_SECONDS = 3.0

log = get_logger(__name__)


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
        name = person_name(team_id, user_id)
        cached = None if is_fresh else self._cache.get(name)
        if cached:
            return Person.model_validate(cached)
        try:
            answer = self._slack.of(team_id).call("users.info", user=user_id, max_wait_seconds=MAX_WAIT_SECONDS)
        except SlackRefused as error:
            if error.code not in ("user_not_found", "user_not_visible"):
                raise
            return Person(id=user_id, name=user_id, is_stranger=True)
        person = person_of(team_id, user_id, answer.get("user") or {})
        self._cache.put(name, person.model_dump(mode="json"), PERSON_SECONDS)
        return person
