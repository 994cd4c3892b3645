"""The sender's short lease on an entry of a ledger, kept alive by a thread while its request runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from workers.errors import StateUnavailable
from workers.logs import get_logger

RENEW_SECONDS = 3.0

log = get_logger(__name__)


@contextmanager
def renewing(renew: Callable[[], object]) -> Iterator[None]:
    """Keep the lease of the sender alive while inside."""
    over = threading.Event()

    def keep() -> None:
        while not over.wait(RENEW_SECONDS):
            try:
                renew()
            except StateUnavailable:
                log.warning("renew_failed")

    thread = threading.Thread(target=keep, name="filing-lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
