"""The Celery application of every process, and the kick: a hint that a mailbox has mail."""

from __future__ import annotations

import queue
import ssl
import threading
import time
from typing import Any

from celery import Celery

from workers.logs import get_logger
from workers.redis_address import sentinel_address
from workers.settings import Settings
from workers.state.connection import sentinel_options

DRAIN = "workers.drain"
WARM = "workers.warm"
DIGESTS = "workers.digests"
DIGESTS_EVERY_SECONDS = 60
KNOWLEDGE = "workers.knowledge"
WARM_EVERY_SECONDS = 1_800
# Above the longest turn: a task that outlives it is handed out again while it still runs.
VISIBILITY_TIMEOUT_SECONDS = 3_600
# Of one answer of the broker; a worker waits for work in steps of a second.
SOCKET_TIMEOUT_SECONDS = 5
# Hints that wait for a broker that does not answer; what is dropped is found by the reaper.
MOST_KICKS = 10_000
STALE_SECONDS = 3.0
# More kicks than this at once are a burst: it is let in whole, for so long at most, before it wakes the workers, which
# would take the processor from the acknowledgements and first signs of its last questions.
FEW_KICKS = 3
BURST_SECONDS = 0.25
LULL_SECONDS = 0.05

log = get_logger(__name__)


def make_celery(settings: Settings) -> Celery:
    """Return an application that knows its broker and connects at first use."""
    app = Celery("support_bot", broker=settings.broker_url, set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        # In memory: beat writes no file, and a second beat does no harm, since each timed job takes a lock.
        beat_scheduler="celery.beat:Scheduler",
        beat_schedule={
            "warm": {"task": WARM, "schedule": WARM_EVERY_SECONDS},
            "digests": {"task": DIGESTS, "schedule": DIGESTS_EVERY_SECONDS},
        },
        **_staying_through_outages(),
        **_broker(settings.broker_url),
    )
    return app


def _staying_through_outages() -> dict[str, Any]:
    """Return what keeps a worker at it, and its turns running, while the broker is away or refuses."""
    return {
        "broker_connection_retry": True,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        # A broker that is out of memory answers with errors; without this they end the worker.
        "broker_channel_error_retry": True,
        # A turn lives by its lease, not by the message that woke its worker.
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "worker_enable_prefetch_count_reduction": False,
    }


def _broker(url: str) -> dict[str, Any]:
    """Return the broker's address as Celery wants it, with the limits of its connections."""
    options: dict[str, Any] = {
        "visibility_timeout": VISIBILITY_TIMEOUT_SECONDS,
        # A connection that was cut without a word is noticed after this and one second.
        "health_check_interval": 5,
        "socket_timeout": SOCKET_TIMEOUT_SECONDS,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
    }
    behind = sentinel_address(url)
    if behind is None:
        return {"broker_transport_options": options}
    more = {"master_name": behind.service, "sentinel_kwargs": sentinel_options(behind)}
    encrypted = {"broker_use_ssl": {"ssl_cert_reqs": ssl.CERT_REQUIRED}} if behind.is_encrypted else {}
    return {"broker_url": behind.kombu_url, "broker_transport_options": {**options, **more}, **encrypted}


class Kicker:
    """Tells the workers that a mailbox has mail; a kick that fails is no failure, the reaper kicks again.

    Kicks leave by a thread of their own, so that a broker that hangs holds up nobody who has stored something.
    """

    def __init__(self, app: Celery, *, pause_seconds: float = 0.0) -> None:
        """Take how long to pause after each kick; with a pause bursts of kicks leave the processor to other work."""
        self._app, self._pause_seconds = app, pause_seconds
        self._is_in_burst = False
        self._waiting: queue.Queue[tuple[float, str, tuple[str, ...]]] = queue.Queue(MOST_KICKS)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def kick(self, box: str) -> None:
        """Ask some worker to look into a mailbox."""
        self.send(DRAIN, box)

    def send(self, task: str, *arguments: str) -> None:
        """Ask some worker to run a task; returns at once."""
        try:
            self._waiting.put_nowait((time.monotonic(), task, arguments))
        except queue.Full:
            log.warning("kick_dropped", task=task)
        self.start()

    def start(self) -> None:
        """Connect ahead of the first kick, whose conversation then does not wait for that."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="kicker", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        self._prepare()
        while True:
            sent_at, task, arguments = self._waiting.get()
            self._let_burst_in()
            if task == DRAIN and time.monotonic() - sent_at > STALE_SECONDS:
                continue  # The reaper has kicked it meanwhile.
            try:
                self._app.signature(task, args=arguments).apply_async(retry=False)
            except Exception as error:  # noqa: BLE001  kombu raises whatever its transport raises
                log.warning("kick_failed", task=task, error=type(error).__name__)
            time.sleep(self._pause_seconds)

    def _let_burst_in(self) -> None:
        """Wait for the end of a burst, once for each."""
        before = self._waiting.qsize()
        is_burst = self._pause_seconds > 0 and before > (0 if self._is_in_burst else FEW_KICKS)
        is_new, self._is_in_burst = is_burst and not self._is_in_burst, is_burst
        until = time.monotonic() + BURST_SECONDS
        while is_new and time.monotonic() < until:
            time.sleep(LULL_SECONDS)
            if self._waiting.qsize() == before:
                return
            before = self._waiting.qsize()

    def _prepare(self) -> None:
        """Do what Celery puts off until its first message: 0.1 s of imports and tables, and the connection."""
        try:
            self._app.signature(DRAIN, args=("",))
            _ = self._app.tasks, self._app.amqp.send_task_message, self._app.backend
            with self._app.producer_pool.acquire(block=True) as producer:
                producer.connection.default_channel.client.ping()
        except Exception as error:  # noqa: BLE001  kombu raises whatever its transport raises
            log.info("broker_not_ready", error=type(error).__name__)
