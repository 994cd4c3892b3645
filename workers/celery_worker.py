"""The worker's side of the Celery application: its tasks, and what happens as it starts and leaves."""

from __future__ import annotations

import os
import threading
from typing import Any

from celery.signals import worker_ready, worker_shutdown, worker_shutting_down

from workers.broker import DIGESTS, DRAIN, KNOWLEDGE, WARM
from workers.celery import app, settings
from workers.claude.health import log_models
from workers.errors import StateUnavailable
from workers.logs import get_logger
from workers.reaper import Reaper
from workers.services import Services
from workers.tasks import begin_digests, drain, read_knowledge, warm

# What still hangs this long after SIGTERM is given up, so that the process is gone within 10 s.
GIVE_UP_SECONDS = 8.0
LAST_SECONDS = 1.5

services = Services(settings, app)
log = get_logger(__name__)


@app.task(name=DRAIN)  # type: ignore[untyped-decorator]  # Celery has no types
def drain_mailbox(box: str) -> None:
    """Do what waits in a mailbox."""
    drain(box, services)


@app.task(name=WARM)  # type: ignore[untyped-decorator]
def warm_create_screens() -> None:
    """Read Jira's create screens before a person waits for them."""
    warm(services)


@app.task(name=DIGESTS)  # type: ignore[untyped-decorator]
def begin_due_digests() -> None:
    """Begin the digests that channels want about now."""
    begin_digests(services)


@app.task(name=KNOWLEDGE)  # type: ignore[untyped-decorator]
def read_sources_of_knowledge() -> None:
    """Read again what changed in folders, spaces and resolved issues."""
    read_knowledge(services)


@worker_ready.connect  # type: ignore[untyped-decorator]
def _start_reaper(**_: Any) -> None:
    services.make()
    Reaper(services).start()
    threading.Thread(target=log_models, args=(settings,), name="models", daemon=True).start()
    services.kicker.send(WARM)
    if settings.has_knowledge:
        services.kicker.send(KNOWLEDGE)
        threading.Thread(target=_fill_library, name="library", daemon=True).start()
    log.info("worker_ready")


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def _hand_over(**_: Any) -> None:
    """Give running turns to other workers. The signal comes in the main thread's handler: work goes to its own."""
    threading.Thread(target=_leave, name="hand-over", daemon=True).start()


@worker_shutdown.connect  # type: ignore[untyped-decorator]
def _tell_last_figures(**_: Any) -> None:
    services.metrics.flush()


def _fill_library() -> None:
    """Take over what was read already before the first question needs it."""
    try:
        services.library.follow()
    except StateUnavailable as error:
        log.warning("state_unavailable", what=str(error))


def _leave() -> None:
    keeper = services.keeper
    log.info("handing_over", running=keeper.running())
    keeper.hand_over()
    threading.Event().wait(GIVE_UP_SECONDS)
    log.warning("gave_up_hanging_work", running=keeper.running())
    # A Redis that stands still must not hold the process; its leases run out by themselves then.
    last = threading.Timer(LAST_SECONDS, os._exit, (0,))
    last.daemon = True
    last.start()
    keeper.give_up()
    services.metrics.flush()
    os._exit(0)
