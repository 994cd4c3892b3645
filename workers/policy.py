"""What a channel's settings allow, and to whom: plain values and pure decisions."""

from __future__ import annotations

from datetime import UTC, datetime, time, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workers.records import Record

Filers = Literal["members", "everybody", "listed"]
WritePolicy = Literal["confirm", "auto"]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Access = Literal["full", "closed", "denied"]
"""What a person gets here: everything, answers without Jira, or a sentence."""


class ChannelSettings(Record):
    """How the bot behaves in one channel; what is empty follows the settings of the whole deployment."""

    project: str = ""
    projects: tuple[str, ...] = ()
    """Keys of the projects that are open here; none for what is usual."""
    shows_internal: bool = False
    """Internal comments of service desks may be shown here: no customer reads along."""
    issue_type: str = ""
    write_policy: Literal["", "confirm", "auto"] = ""
    filers: Filers = "members"
    """Who may file: full members, guests of this workspace too, or those listed."""
    listed: tuple[str, ...] = ()
    needs_mention: bool = False
    """A follow-up in a thread is answered only if it mentions the bot."""
    quiet_from: str = ""
    quiet_until: str = ""
    """Between these the bot answers who mentions it and says nothing by itself; `HH:MM`, both or none."""
    time_zone: str = "UTC"
    """In which all times of the channel are meant."""
    language: str = ""
    triage_projects: tuple[str, ...] = ()
    """Projects whose untriaged issues this channel wants to see, with suggestions; none for no digest."""
    triage_at: str = ""
    """`HH:MM` of every day, in the channel's time zone."""
    weekly_day: str = ""
    """The day, such as `monday`, on which it wants a digest of its own threads; empty for none."""
    weekly_at: str = ""
    digests_since: float = 0
    """When the wish for digests was last changed, in Unix seconds: nothing before that is made up for."""
    digests_by: str = ""
    """Who changed it last: a digest tells of no issue that they may not see."""
    change: str = ""
    """The action that stored them."""
    announcement: str = ""
    """What the channel is still to be told of that change."""

    @property
    def wants_digests(self) -> bool:
        return bool(self.triage_projects or self.weekly_day)

    @property
    def has_times(self) -> bool:
        return bool(self.quiet_from) or self.wants_digests

    def is_quiet(self, now: datetime) -> bool:
        """Return whether the quiet hours are on; they may run over midnight."""
        if not self.quiet_from or not self.quiet_until:
            return False
        clock = now.astimezone(zone_of(self.time_zone)).time()
        begin, end = time.fromisoformat(self.quiet_from), time.fromisoformat(self.quiet_until)
        return begin <= clock < end if begin <= end else clock >= begin or clock < end

    def wants_mention(self, now: datetime) -> bool:
        """Return whether a follow-up without a mention is left alone now."""
        return self.needs_mention or self.is_quiet(now)


def zone_of(name: str) -> tzinfo:
    """Return a time zone by its name, UTC for one that is not known here."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def may_file(settings: ChannelSettings, *, user_id: str, is_member: bool, is_guest: bool) -> bool:
    """Return whether somebody may have an issue filed here; people of other organisations never."""
    if settings.filers == "listed":
        return is_member and user_id in settings.listed
    return is_member or (settings.filers == "everybody" and is_guest)


def fileable(channel: ChannelSettings, *, projects: tuple[str, ...]) -> tuple[str, ...]:
    """Return the projects in which an issue may be filed from this place."""
    return tuple(key for key in projects if key in channel.projects) if channel.projects else projects


def readable(
    channel: ChannelSettings,
    *,
    projects: tuple[str, ...],
    usual_in_channels: tuple[str, ...],
    is_direct: bool,
    is_shared: bool,
) -> tuple[str, ...]:
    """Return the projects of which this place may be told.

    A channel that another organisation reads, too, is told of nothing but what its settings name.
    """
    if is_direct or channel.projects:
        return fileable(channel, projects=projects)
    if is_shared:
        return ()
    return tuple(key for key in projects if key in usual_in_channels) if usual_in_channels else projects


def access_of(*, is_member: bool, is_allowed_bot: bool, guests: Literal["ask", "deny"]) -> Access:
    """Return what somebody gets: who is not certainly a full member is shown nothing from Jira."""
    if is_member or is_allowed_bot:
        return "full"
    return "denied" if guests == "deny" else "closed"
