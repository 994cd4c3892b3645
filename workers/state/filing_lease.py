"""The sender's short lease on a filing, kept alive by a thread while its request runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from workers.errors import StateUnavailable
from workers.logs import get_logger
from workers.records import Draft
from workers.state.filings import Filings

RENEW_SECONDS = 3.0

log = get_logger(__name__)


@contextmanager
def renewing(filings: Filings, draft: Draft, token: str) -> Iterator[None]:
    """Keep the lease of the sender alive while inside."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(RENEW_SECONDS):
            try:
                filings.renew(draft, token=token)
            except StateUnavailable:
                log.warning("renew_failed")

    thread = threading.Thread(target=renew, name="filing-lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
