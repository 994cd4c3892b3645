"""The Celery tasks: claim what waits and do it. A task is only woken by a kick; what to do lies in the mailbox."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import structlog

from workers.actions import give_up, run_action
from workers.bulk.run import run_job
from workers.bulk.schedule import begin_due
from workers.errors import Interrupted, StateUnavailable, SupportBotError, Transient
from workers.failpoints import failpoint
from workers.jira.gateway import JiraGateway
from workers.knowledge.indexing import Indexer
from workers.logs import get_logger
from workers.records import Action
from workers.services import Services
from workers.state.cache import PROJECTS_NAME, Cache
from workers.state.lock import KeptLock, Lock
from workers.state.mailbox import Claim
from workers.turn import run_turn

# A conversation that talks on gives its slot back after this long, so that others get their turn.
FAIR_SECONDS = 60.0
ACTION_TIMEOUT_SECONDS = 120.0
ACTION_ATTEMPTS = 5
KNOWLEDGE_LOCK_MS = 600_000
"""Renewed between some documents: longer than any of them takes."""
WARM_LOCK_MS = 600_000
DIGESTS_LOCK_MS = 20_000
PROJECTS_SECONDS = 7_200

log = get_logger(__name__)


def drain(box: str, services: Services) -> None:
    """Do what waits in a mailbox, in order; end at once if there is nothing or another worker is at it."""
    until = time.monotonic() + FAIR_SECONDS
    with structlog.contextvars.bound_contextvars(box=box):
        try:
            while time.monotonic() < until and not services.keeper.is_handing_over:
                claim = services.boxes.claim(box)
                if claim is None:
                    return
                failpoint("claimed")
                _do(claim, services)
                failpoint("committed")
        except StateUnavailable as error:
            # The lease runs out and the reaper wakes another worker.
            log.warning("state_unavailable", what=str(error))
            return
    services.kicker.kick(box)


def warm(services: Services) -> None:
    """Read the create screens of all open projects into the cache; one worker does it for all."""
    jira = services.turns.jira
    try:
        if not Lock(services.redis, "warm").take(WARM_LOCK_MS):
            return
        projects = services.turns.settings.jira_projects
        Cache(services.redis).put(PROJECTS_NAME, projects, PROJECTS_SECONDS)
    except SupportBotError as error:
        log.warning("not_warmed", cause=type(error).__name__)
        return
    for project in projects:
        try:
            _warm_project(jira, project)
        except Transient as error:
            log.warning("not_warmed", cause=type(error).__name__)
            return  # Jira or Redis is away for all of them.
        except SupportBotError as error:
            # One that is closed to the bot must not leave the others cold.
            log.warning("not_warmed", project=project, cause=type(error).__name__)


def _warm_project(jira: JiraGateway, project: str) -> None:
    jira.people(project, "")
    for kind in jira.issue_types(project, refresh=True):
        for spec in jira.create_screen(project, kind.id, refresh=True):
            if spec.options_total > len(spec.options):
                jira.long_options(project, kind.id, spec.id, refresh=True)


def begin_digests(services: Services) -> None:
    """Begin the digests that are due; one worker does it for all."""
    try:
        if Lock(services.redis, "digests").take(DIGESTS_LOCK_MS):
            begin_due(services.bulk, datetime.now(UTC))
    except SupportBotError as error:
        log.warning("digests_not_begun", cause=type(error).__name__)


def read_knowledge(services: Services) -> None:
    """Read what changed in the sources of the knowledge; one worker does it for all."""
    lock = KeptLock(services.redis, "knowledge", KNOWLEDGE_LOCK_MS)

    def may_go_on() -> bool:
        return not services.keeper.is_handing_over and lock.renew()

    try:
        if not lock.take():
            return
        try:
            report = Indexer(services.documents, services.sources, services.metrics, may_go_on).run()
        finally:
            lock.release()
    except StateUnavailable as error:
        log.warning("state_unavailable", what=str(error))
        return
    known = sum(source.documents for source in report.sources)
    log.info("knowledge_read", documents=known, unreadable=sum(source.unreadable for source in report.sources))


def _do(claim: Claim, services: Services) -> None:
    with structlog.contextvars.bound_contextvars(message=claim.id):
        if claim.box.startswith("turn:"):
            run_turn(claim, services.turns)
        elif claim.box.startswith("bulk:"):
            run_job(claim, services.bulk, services.keeper)
        else:
            _act(claim, services)


def _act(claim: Claim, services: Services) -> None:
    """Do one click or submission; what cannot be done now is tried again, and in the end said."""
    action = Action.model_validate(claim.body)
    with services.keeper.holding(claim, timeout_seconds=ACTION_TIMEOUT_SECONDS):
        try:
            run_action(action, services.actions)
        except Interrupted as interrupted:
            log.info("action_interrupted", kind=action.kind, reason=interrupted.reason)
            return
        except Transient as error:
            log.warning("action_waits", kind=action.kind, cause=type(error).__name__, what=str(error))
            if claim.attempts < ACTION_ATTEMPTS:
                services.boxes.release(claim, delay_seconds=error.retry_after_seconds or 2.0 * claim.attempts)
                return
            _give_up(action, services)
        except Exception as error:
            log.exception("action_failed", kind=action.kind, exc_info=error)
            _give_up(action, services)
        failpoint("action_done")
        try:
            services.boxes.commit(claim)
        except Interrupted:
            log.info("action_fenced", kind=action.kind)


def _give_up(action: Action, services: Services) -> None:
    try:
        give_up(action, services.actions)
    except Exception as error:
        log.warning("give_up_not_shown", exc_info=error)
