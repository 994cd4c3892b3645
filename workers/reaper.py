"""The reaper: one thread in each worker that wakes what waits and nobody holds. Kicks may be lost; this may not."""

from __future__ import annotations

import threading
import time

from workers.errors import StateUnavailable
from workers.logs import get_logger
from workers.records import Action, ActionKind
from workers.services import Services
from workers.state.lock import Lock

EVERY_SECONDS = 1.0
LOCK_MS = 900

log = get_logger(__name__)


class Reaper:
    """Looks once a second, in one process at a time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = Lock(services.redis, "reaper")
        self._over = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, name="reaper", daemon=True).start()

    def stop(self) -> None:
        self._over.set()

    def _run(self) -> None:
        while not self._over.wait(EVERY_SECONDS):
            try:
                if self._lock.take(LOCK_MS):
                    self.look()
            except StateUnavailable as error:
                log.warning("reaper_waits", what=str(error))
            except Exception as error:
                # A fault of ours: the next second tries again.
                log.warning("reaper_failed", exc_info=error)

    def look(self) -> None:
        """Kick every mailbox that waits without a holder, have looked up what Jira lost, and pay for the dead."""
        services = self._services
        for box in services.boxes.due():
            services.kicker.kick(box)
        for team_id, draft_id in services.filings.to_look_at():
            self._have_looked("filing_look", team_id, f"draft:{draft_id}")
        for team_id, proposal_id in services.proposals.to_look_at():
            self._have_looked("action_look", team_id, f"action:{proposal_id}")
        services.purse.book_dead()

    def _have_looked(self, kind: ActionKind, team_id: str, subject: str) -> None:
        action = Action(id=f"look-{time.time():.3f}", kind=kind, team_id=team_id, subject=subject, user_id="")
        self._services.boxes.put(action.box, action.id, action.model_dump(mode="json"))
        self._services.kicker.kick(action.box)
