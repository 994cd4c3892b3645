"""For whom Jira is read, and where: no read that reaches a person or the model goes without one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workers.errors import ToolError
from workers.jira.logins import Actor

KEY = re.compile(r"([A-Z][A-Z0-9_]*)-[1-9][0-9]*")


@dataclass(frozen=True)
class Reader:
    """The person for whom something is read, and what may be shown in the place where they will see it."""

    team_id: str
    user_id: str
    email: str | None
    projects: tuple[str, ...]
    """Keys of the projects that are open to them there; none for somebody to whom Jira is closed."""
    is_alone: bool = False
    """Nobody else reads along: a direct message, the App Home. Only there an issue with a security level is shown."""
    is_shared: bool = False
    """People of another organisation read along."""
    sees_internal: bool = False
    """Internal comments of service desks may be shown there."""

    @property
    def actor(self) -> Actor:
        """The person themselves, with whose login Jira is read."""
        return Actor(self.team_id, self.user_id)

    def open_project(self, project: str) -> str:
        """Return the project's key if it is open here; raises ToolError that names those that are."""
        return checked_project(project, self.projects)

    def open_key(self, key: str) -> str:
        """Return an issue's key if its project is open here; raises ToolError."""
        return checked_key(key, self.projects)


def checked_project(project: str, projects: tuple[str, ...]) -> str:
    """Return a project's key as Jira writes it; raises ToolError if it is not among these."""
    key = project.strip().upper()
    if key not in projects:
        offered = ", ".join(projects) or "none"
        raise ToolError(f"Project {key[:40]!r} is not open to me. Open projects: {offered}.", kind="project")
    return key


def checked_key(key: str, projects: tuple[str, ...]) -> str:
    """Return an issue's key as Jira writes it; raises ToolError if it is none, or of a project not among these."""
    key = key.strip().upper()
    match = KEY.fullmatch(key)
    if match is None:
        raise ToolError(f"{key[:40]!r} is no issue key; a key looks like {(*projects, 'OPS')[0]}-123.")
    checked_project(match[1], projects)
    return key
