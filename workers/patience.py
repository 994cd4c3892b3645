"""How long the ledgers wait: for Jira to take what it did not take, and for the next look at what was lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from workers.errors import JiraUnavailable, SupportBotError
from workers.logs import get_logger
from workers.records import FilingState

T = TypeVar("T")

log = get_logger(__name__)

# From the second look on a card asks a person, and looking goes on behind it: also after a request that hung for its
# full 30 s the two buttons then stand within 45 s.
ASK_AFTER_SECONDS = 9.0
# What Jira certainly did not take is sent again at once for so long; then the person hears that it did not work.
PATIENCE_SECONDS = 10.0
FIRST_PAUSE_SECONDS = 1.0
# One who sends and stands still loses its lease within ten seconds; whoever came after it waits a little longer.
BUSY_SECONDS = 11.0
BUSY_PAUSE_SECONDS = 0.25
LOOK_AFTER_INTERRUPT_SECONDS = 5.0
"""How soon a card is looked after whose sender was told to stop: nobody else may know that it has to change."""


def patiently(send: Callable[[], T], on_failure: Callable[[], None]) -> T:
    """Send, again for ten seconds while Jira certainly did not take it; what is raised then follows `on_failure`."""
    until, pause = time.monotonic() + PATIENCE_SECONDS, FIRST_PAUSE_SECONDS
    while True:
        try:
            return send()
        except JiraUnavailable as error:
            wait = error.retry_after_seconds or pause
            if time.monotonic() + wait > until:
                on_failure()
                raise
        except SupportBotError:
            on_failure()
            raise
        # The card goes on saying that it is being sent.
        time.sleep(wait)
        pause *= 2


def is_given_back(look: Callable[[], str]) -> bool:
    """Wait while another sends; True if that one gave back what Jira certainly did not take, and so it is ours.

    Whoever leaves before that takes for done what the other one may yet give back, and nobody comes again.
    """
    until = time.monotonic() + BUSY_SECONDS
    log.info("another_sends")
    while (state := look()) == "busy" and time.monotonic() < until:
        time.sleep(BUSY_PAUSE_SECONDS)
    return state == "new"


def asks_person(state: FilingState, uncertain_since: float) -> bool:
    """Return whether a card asks a person what to do about what was lost."""
    return state == "uncertain" and time.time() - uncertain_since >= ASK_AFTER_SECONDS


def seconds_to_look(looks: Sequence[float], uncertain_since: float) -> float:
    """Return when to look next, of looks so many seconds after the loss; 0 after the last: it stays with the person."""
    waited = time.time() - (uncertain_since or time.time())
    return next((look - waited for look in looks if look > waited + 1), 0.0)
