"""Runs one step of a bulk job in its mailbox, and puts it back for the next one: whoever is free does that."""

from __future__ import annotations

from datetime import UTC, datetime

from workers.bulk.kinds import Kind
from workers.bulk.services import BulkServices
from workers.bulk.steps import Next, settle, step
from workers.bulk.summary import SUMMARY
from workers.bulk.tell import tell_failure, tell_progress
from workers.bulk.threads import THREADS
from workers.bulk.triage import TRIAGE
from workers.bulk_jobs import Job, JobKind
from workers.errors import Interrupted, JiraRefused, SlackRefused, StateUnavailable, ToolError, Transient, TurnFailed
from workers.keeper import Keeper
from workers.logs import get_logger
from workers.state.mailbox import Claim
from workers.views import failures
from workers.views.bulk_words import GAVE_UP

STEP_SECONDS = 300.0
MOST_MISSES = 60
"""With pauses of up to five minutes this is some hours of an outage."""
LONGEST_PAUSE_SECONDS = 300.0
BROKEN_ATTEMPTS = 5
"""So often a job may meet a fault of ours, or be left by a worker that died."""
MOST_ATTEMPTS = 20
"""So many workers may die of a job before nobody takes it up any more."""

QUIET_PAUSE_SECONDS = 60.0

KINDS: dict[JobKind, Kind] = {"triage": TRIAGE, "threads": THREADS, "summary": SUMMARY}

log = get_logger(__name__)


def start_job(job: Job, services: BulkServices) -> bool:
    """Store a job and have it begun; False if it was stored before, whatever became of it then."""
    is_new = services.jobs.add(job)
    services.boxes.put(job.box, job.id, {"team": job.team_id, "job": job.id})
    services.kick(job.box)
    return is_new


def run_job(claim: Claim, services: BulkServices, keeper: Keeper) -> None:
    """Do steps of a job until it must wait or is over; raises StateUnavailable, then another worker goes on."""
    job = services.jobs.get(claim.body["team"], claim.body["job"])
    with keeper.holding(claim, timeout_seconds=STEP_SECONDS) as interrupt:
        pause = 0.0
        try:
            while job and not job.is_over and pause <= 0:
                interrupt.check()
                job, pause = _bounded_step(job, claim.attempts, services)
        except Interrupted as interrupted:
            log.info("bulk_interrupted", reason=interrupted.reason)
            services.boxes.release(claim, refund=True)
            return
        except StateUnavailable:
            raise
        except Exception as error:
            log.exception("bulk_broke", job=claim.body["job"], attempts=claim.attempts, exc_info=error)
            services.boxes.release(claim, delay_seconds=_pause(claim.attempts, services))
            return
        if job and not job.is_over:
            services.boxes.release(claim, delay_seconds=pause, refund=True)
            return
        services.boxes.commit(claim)


def _bounded_step(job: Job, attempts: int, services: BulkServices) -> Next:
    """Do a step; what nobody has foreseen is raised the first times, and in the end said."""
    if attempts > MOST_ATTEMPTS:
        return _fail(job, GAVE_UP, services)
    try:
        return _one_step(job, services)
    except (StateUnavailable, Interrupted):
        raise
    except Exception as error:
        if attempts < BROKEN_ATTEMPTS:
            raise
        log.exception("bulk_given_up", job=job.id, exc_info=error)
        return _fail(job, GAVE_UP, services)


def _one_step(job: Job, services: BulkServices) -> Next:
    kind = KINDS[job.kind]
    if job.state == "showing" and _must_be_quiet(job, services):
        return job, QUIET_PAUSE_SECONDS
    try:
        after, pause = step(job, kind, services)
        if after.state != job.state:
            after = tell_progress(after, kind, services)
    except StateUnavailable:
        raise
    except Transient as error:
        return _miss(job, error, services)
    except TurnFailed as error:
        return _fail(job, error.user_message, services)
    except ToolError as error:
        return _fail(job, str(error), services)
    except (JiraRefused, SlackRefused) as error:
        log.warning("bulk_refused", job=job.id, what=str(error))
        return _fail(job, failures.NOT_LOOKED_UP if isinstance(error, JiraRefused) else GAVE_UP, services)
    return after, pause


def _miss(job: Job, error: Transient, services: BulkServices) -> Next:
    """Try the same step again later; in the end it is given up and said."""
    job = services.jobs.get(job.team_id, job.id) or job
    log.warning("bulk_waits", job=job.id, state=job.state, cause=type(error).__name__, misses=job.misses + 1)
    if job.misses >= MOST_MISSES:
        return _fail(job, GAVE_UP, services)
    job = services.jobs.save(job, misses=job.misses + 1)
    return job, min(max(error.retry_after_seconds or _pause(job.misses, services), 0.1), LONGEST_PAUSE_SECONDS)


def _pause(times: int, services: BulkServices) -> float:
    """Return the wait after so many failures: it doubles, to some minutes."""
    return min(services.settings.batch_poll_seconds * 2.0 ** min(times, 10) / 2, LONGEST_PAUSE_SECONDS)


def _fail(job: Job, sentence: str, services: BulkServices) -> Next:
    job = services.jobs.get(job.team_id, job.id) or job
    if _must_be_quiet(job, services):
        return job, QUIET_PAUSE_SECONDS  # It may work by the time at which it could be said.
    settle(job, services)
    job = services.jobs.save(job, state="failed", held="", problem=sentence)
    tell_failure(job, services)
    return job, 0


def _must_be_quiet(job: Job, services: BulkServices) -> bool:
    """Return whether a channel is to hear nothing now: it has quiet hours, and nobody asked for this job."""
    return not job.user_id and services.channels.get(job.team_id, job.channel_id).is_quiet(datetime.now(UTC))
