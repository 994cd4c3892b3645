"""What is known of Jira's projects, create screens and people without asking it; `web` reads here, workers fill it."""

from __future__ import annotations

from workers.records import FieldOption, FieldSpec
from workers.state.cache import PROJECTS_NAME, Cache


def types_name(project: str) -> str:
    return f"jira:types:{project}"


def screen_name(project: str, type_id: str) -> str:
    return f"jira:screen:{project}:{type_id}"


def options_name(project: str, type_id: str, field_id: str) -> str:
    return f"jira:options:{project}:{type_id}:{field_id}"


def labels_name(project: str) -> str:
    return f"jira:labels:{project}"


def people_name(project: str, typed: str) -> str:
    return f"jira:people:{project}:{' '.join(typed.casefold().split())[:60]}"


def unanswered_name(look_up: str) -> str:
    return f"jira:unanswered:{look_up}"


UNANSWERED_SECONDS = 30


class JiraCache:
    """Answers from Redis, or None for what nobody has read yet."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def projects(self) -> tuple[str, ...]:
        """Return the keys of the open projects, none if they are not known yet."""
        return tuple(self._cache.get(PROJECTS_NAME) or ())

    def types(self, project: str) -> dict[str, str]:
        """Return the issue types of a project, ids by name; none if they are not known."""
        return {str(row["name"]): str(row["id"]) for row in self._cache.get(types_name(project)) or ()}

    def screen(self, project: str, issue_type: str) -> tuple[FieldSpec, ...]:
        """Return the create screen of a type given by name; none if it is not known."""
        type_id = self.types(project).get(issue_type, "")
        return tuple(FieldSpec.model_validate(row) for row in self._cache.get(screen_name(project, type_id)) or ())

    def options(self, project: str, issue_type: str, field_id: str) -> list[FieldOption] | None:
        """Return all values of a field that has more than a form can list."""
        rows = self._cache.get(options_name(project, self.types(project).get(issue_type, ""), field_id))
        return None if rows is None else [FieldOption(id=name, name=name) for name in rows]

    def is_unanswered(self, look_up: str) -> bool:
        """Return whether a worker has asked Jira for what a form looks up, and got no answer."""
        return self._cache.get(unanswered_name(look_up)) is not None

    def people(self, project: str, typed: str) -> list[FieldOption] | None:
        """Return the people whose names begin so: an e-mail address and a name each."""
        rows = self._cache.get(people_name(project, typed))
        return None if rows is None else [FieldOption(id=email, name=name) for email, name in rows]
