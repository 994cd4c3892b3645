"""A person as Slack's `users.info` tells of them: one reading of it for the listener and for the workers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workers.records import Record

SOMEBODY = "someone"
"""Who is known by an id only."""


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
    def shown_name(self) -> str:
        """The name as people and the model read it: never an id."""
        return SOMEBODY if self.name in ("", self.id) else self.name

    @property
    def is_full_member(self) -> bool:
        """Return whether this is certainly a full member of the workspace."""
        return self.is_known and not (self.is_guest or self.is_stranger or self.is_bot or self.is_deactivated)

    @property
    def is_own_guest(self) -> bool:
        """Return whether this is certainly a guest of this workspace, and not of another organisation."""
        return self.is_known and self.is_guest and not (self.is_stranger or self.is_bot or self.is_deactivated)


def person_of(team_id: str, user_id: str, user: Mapping[str, Any]) -> Person:
    """Return the person whom Slack describes so, as the workspace with this id sees them."""
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
