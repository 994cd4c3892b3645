"""What `celery -A workers worker` and `… beat` load: the settings, the app, and what both processes need of it."""

from __future__ import annotations

import importlib
from typing import Any

from celery.signals import beat_init, celeryd_init, setup_logging

from workers.broker import DIGESTS, KNOWLEDGE, Kicker, make_celery
from workers.logs import configure_logging, get_logger
from workers.settings import WorkerSettings, load

settings = load(WorkerSettings)
app = make_celery(settings)
if settings.has_knowledge:
    reading = {"task": KNOWLEDGE, "schedule": settings.knowledge_refresh_minutes * 60}
    app.conf.beat_schedule = {**app.conf.beat_schedule, "knowledge": reading}
log = get_logger(__name__)


@setup_logging.connect  # type: ignore[untyped-decorator]  # Celery has no types
def _log_our_way(**_: Any) -> None:
    configure_logging(settings.log_level, settings.log_format)


@celeryd_init.connect  # type: ignore[untyped-decorator]
def _become_a_worker(**_: Any) -> None:
    """Load what the tasks need. Beat only knows them by name: without it starts in half the time and memory."""
    importlib.import_module("workers.celery_worker")


@beat_init.connect  # type: ignore[untyped-decorator]
def _look_at_once(**_: Any) -> None:
    """Begin what became due while no beat ran; one that is restarted often would else never come to it."""
    Kicker(app).send(DIGESTS)
    log.info("beat_ready")
