"""How the one who asks stands here: who they are, what they get, and what the channel's settings say of it."""

from __future__ import annotations

from dataclasses import dataclass

from workers import policy
from workers.jira.reader import Reader
from workers.person import Person
from workers.policy import Access, ChannelSettings
from workers.records import TurnRequest
from workers.settings import WorkerSettings
from workers.slack.api import SlackClients
from workers.slack.channels import channel_info
from workers.slack.people import People
from workers.state.channel_settings import Channels


@dataclass(frozen=True)
class Standing:
    """Decided anew for every attempt; never from what the model says."""

    person: Person
    access: Access
    channel: ChannelSettings
    reader: Reader
    """For whom Jira is read, and what may be shown in this conversation."""
    projects: tuple[str, ...]
    """Those in which an issue may be filed from here."""

    @property
    def default_project(self) -> str:
        """Return the project that is meant when none is named; empty if none is open here."""
        return self.channel.project if self.channel.project in self.projects else next(iter(self.projects), "")

    def write_policy(self, usual: str) -> str:
        """Return whether a person must press a button; who may not file always leaves that to one who may."""
        person = self.person
        may_file = policy.may_file(
            self.channel, user_id=person.id, is_member=person.is_full_member, is_guest=person.is_own_guest
        )
        return (self.channel.write_policy or usual) if may_file else "confirm"


def standing_of(
    request: TurnRequest, people: People, channels: Channels, settings: WorkerSettings, slack: SlackClients
) -> Standing:
    """Return how the asker of a turn stands; raises SlackUnavailable rather than guess."""
    where = request.conversation
    person = people.surely(where.team_id, request.user_id)
    access = policy.access_of(is_member=person.is_full_member, is_allowed_bot=request.is_bot, guests=settings.guests)
    channel = ChannelSettings() if where.is_direct else channels.get(where.team_id, where.channel_id)
    return Standing(
        person=person,
        access=access,
        channel=channel,
        reader=reader_of(
            person,
            where.team_id,
            channel,
            settings,
            is_open=access == "full",
            is_direct=where.is_direct,
            is_shared=_is_shared(request, slack),
        ),
        projects=policy.fileable(channel, projects=settings.jira_projects),
    )


def _is_shared(request: TurnRequest, slack: SlackClients) -> bool:
    where = request.conversation
    if request.is_shared is not None or where.is_direct:
        return bool(request.is_shared)
    return channel_info(slack, where.team_id, where.channel_id).is_shared


def reader_of(
    person: Person,
    team_id: str,
    channel: ChannelSettings,
    settings: WorkerSettings,
    *,
    is_open: bool,
    is_direct: bool,
    is_shared: bool,
) -> Reader:
    """Return for whom Jira is read where somebody asks or acts; to guests and strangers nothing in it is open."""
    projects = policy.readable(
        channel,
        projects=settings.jira_projects,
        usual_in_channels=settings.jira_channel_projects,
        is_direct=is_direct,
        is_shared=is_shared,
    )
    return Reader(
        team_id=team_id,
        user_id=person.id,
        email=person.email,
        projects=projects if is_open else (),
        is_alone=is_direct,
        is_shared=is_shared,
        sees_internal=is_direct or (channel.shows_internal and not is_shared),
    )
