"""How the one who asks stands here: who they are, what they get, and what the channel's settings say of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from workers import policy
from workers.policy import Access, ChannelSettings
from workers.records import TurnRequest
from workers.slack.people import People, Person
from workers.state.channel_settings import Channels


@dataclass(frozen=True)
class Standing:
    """Decided anew for every attempt; never from what the model says."""

    person: Person
    access: Access
    channel: ChannelSettings

    def default_project(self, projects: Sequence[str]) -> str:
        """Return the project that is meant when none is named."""
        return self.channel.project if self.channel.project in projects else projects[0]

    def write_policy(self, usual: str) -> str:
        """Return whether a person must press a button; who may not file always leaves that to one who may."""
        person = self.person
        may_file = policy.may_file(
            self.channel, user_id=person.id, is_member=person.is_full_member, is_guest=person.is_own_guest
        )
        return (self.channel.write_policy or usual) if may_file else "confirm"


def standing_of(
    request: TurnRequest, people: People, channels: Channels, *, guests: Literal["ask", "deny"]
) -> Standing:
    """Return how the asker of a turn stands; raises SlackUnavailable rather than guess."""
    where = request.conversation
    person = people.surely(where.team_id, request.user_id)
    access = policy.access_of(is_member=person.is_full_member, is_allowed_bot=request.is_bot, guests=guests)
    channel = ChannelSettings() if where.is_direct else channels.get(where.team_id, where.channel_id)
    return Standing(person, access, channel)
