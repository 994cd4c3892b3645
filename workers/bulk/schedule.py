"""When a digest is due: pure for one channel, and the look at all that want one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from workers.bulk.run import start_job
from workers.bulk.services import BulkServices
from workers.bulk_jobs import Job, JobKind, job_id
from workers.logs import get_logger
from workers.policy import WEEKDAYS, ChannelSettings, zone_of

LATE = timedelta(hours=6)
"""So long after its time a digest is made up for, such as after an outage."""

log = get_logger(__name__)


def due(settings: ChannelSettings, now: datetime) -> Iterator[tuple[JobKind, datetime]]:
    """Yield what a channel wants now, with the time for which it wanted it."""
    if settings.triage_projects and settings.triage_at:
        yield from _last(settings, "triage", settings.triage_at, "", now)
    if settings.weekly_day and settings.weekly_at:
        yield from _last(settings, "threads", settings.weekly_at, settings.weekly_day, now)


def begin_due(services: BulkServices, now: datetime) -> None:
    """Begin each digest that is due; the same one again is no second job."""
    for team_id, channel_id in services.channels.with_digests():
        settings = services.channels.get(team_id, channel_id)
        for kind, moment in due(settings, now):
            job = digest_job(team_id, channel_id, kind, settings, moment)
            # While somebody has the same looked at it waits; it is made up for when that is over.
            if services.jobs.may_run(job) and start_job(job, services):
                log.info("digest_begun", kind=kind, channel=channel_id)


def digest_job(team_id: str, channel_id: str, kind: JobKind, settings: ChannelSettings, moment: datetime) -> Job:
    """Return the job of a digest that was wanted for a moment: always the same one."""
    wish = {"projects": list(settings.triage_projects), "by": settings.digests_by}
    asked = wish if kind == "triage" else {}
    name = job_id(team_id, channel_id, kind, moment.isoformat())
    return Job(id=name, kind=kind, team_id=team_id, channel_id=channel_id, asked=asked, created_at=moment.timestamp())


def _last(
    settings: ChannelSettings, kind: JobKind, clock: str, day: str, now: datetime
) -> Iterator[tuple[JobKind, datetime]]:
    """Yield the last moment for which it was wanted, unless that is too long ago or before the wish."""
    local = now.astimezone(zone_of(settings.time_zone))
    for back in (0, 1):
        date = local.date() - timedelta(days=back)
        moment = datetime.combine(date, time.fromisoformat(clock), local.tzinfo)
        is_its_day = not day or WEEKDAYS[date.weekday()] == day
        is_now = moment <= local < moment + LATE and moment.timestamp() >= settings.digests_since
        if is_its_day and is_now:
            yield kind, moment
            return
