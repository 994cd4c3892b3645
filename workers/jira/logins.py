"""With whose login Jira is asked: the one place that would give a person's own token to what is done for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from workers.jira.deployment import Deployment
from workers.settings import WorkerSettings


@dataclass(frozen=True)
class Actor:
    """A person of Slack on whose behalf Jira is read or written."""

    team_id: str
    user_id: str


class Logins(Protocol):
    """Who logs in how."""

    def of(self, acting_as: Actor | None) -> dict[str, Any]:
        """Return what the client's constructor needs to log in for a person, or for the program itself."""
        ...


@dataclass(frozen=True)
class ServiceAccount:
    """One account does it all: what a person may see and do is checked beside it (`workers.jira.sight`)."""

    settings: WorkerSettings
    deployment: Deployment

    def of(self, acting_as: Actor | None) -> dict[str, Any]:  # noqa: ARG002  nobody has a token of their own yet
        return self.deployment.login(self.settings)
