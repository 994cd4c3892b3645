"""Whether a form may be shown to somebody: what a worker decides, too, from the same facts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.people import person
from bot.services import Services
from workers import policy
from workers.jobs import Door, StateUnavailable
from workers.person import Person
from workers.policy import ChannelSettings
from workers.views import failures


@dataclass(frozen=True, slots=True)
class Permit:
    """What somebody may do with forms of one channel; nothing where Slack or Redis does not say who they are."""

    is_known: bool = False
    may_file: bool = False
    may_draft: bool = False
    """May see what Jira offers, for a draft that somebody else files."""
    refusal: str = ""
    """What to tell who may not file."""
    projects: tuple[str, ...] = ()
    """Those that the channel's settings name; none for all."""

    def may_draft_in(self, project: str) -> bool:
        """Return whether they may see what Jira offers in a project, as the channel's settings are now."""
        return self.may_draft and (not self.projects or project in self.projects)


async def permit(services: Services, user_id: str, channel_id: str, draft_id: str = "") -> Permit:
    """Return what somebody may do with a form of this channel, or of a draft's: asked of Slack if nobody knows yet."""
    team_id = services.identity.team_id
    try:
        known, settings = await services.handover.run(lambda door: _facts(door, team_id, user_id, channel_id, draft_id))
        who = known or await person(services, user_id)
        if who is None:
            return Permit()
        if not known:
            await services.handover.run(lambda door: door.keep_person(team_id, who))
    except StateUnavailable:
        return Permit()
    # The operator's word on guests stands above a channel's.
    is_guest = who.is_own_guest and not services.declines_guests
    may_file = policy.may_file(settings, user_id=user_id, is_member=who.is_full_member, is_guest=is_guest)
    refusal = "" if may_file else failures.may_not_file(settings.filers)
    may_draft = may_file or who.is_full_member
    return Permit(is_known=True, may_file=may_file, may_draft=may_draft, refusal=refusal, projects=settings.projects)


async def permit_soon(
    services: Services, user_id: str, channel_id: str, draft_id: str = "", *, within: float
) -> Permit:
    """Return the same, or that nothing is known if it takes longer."""
    try:
        async with asyncio.timeout(within):
            return await permit(services, user_id, channel_id, draft_id)
    except TimeoutError:
        return Permit()


def _facts(
    door: Door, team_id: str, user_id: str, channel_id: str, draft_id: str
) -> tuple[Person | None, ChannelSettings]:
    draft = door.draft(team_id, draft_id) if draft_id else None
    place = draft[0].conversation.channel_id if draft else channel_id
    # A direct message has the usual settings.
    settings = door.channels.get(team_id, place) if place and not place.startswith("D") else ChannelSettings()
    return door.person(team_id, user_id), settings
