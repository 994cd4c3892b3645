"""Changes a modal that a person has open."""

from __future__ import annotations

import time
from typing import Any

from workers.errors import SlackRefused
from workers.logs import get_logger
from workers.slack.api import SlackClients, Sleep

# The listener opens a form and hands over at the same time: the form may still be on its way.
PATIENCE_SECONDS = 3.0
PAUSE_SECONDS = 0.3

log = get_logger(__name__)


class Modals:
    """Modals by the name that the program gave them when they were opened."""

    def __init__(self, slack: SlackClients, *, sleep: Sleep = time.sleep) -> None:
        self._slack, self._sleep = slack, sleep

    def update(self, team_id: str, external_id: str, view: dict[str, Any]) -> bool:
        """Show a view in the place of another; False if it was closed."""
        left = PATIENCE_SECONDS
        while True:
            try:
                self._slack.of(team_id).call("views.update", external_id=external_id, view=view)
            except SlackRefused as error:
                if error.code != "not_found" or left <= 0:
                    log.info("modal_not_updated", code=error.code)
                    return False
                self._sleep(PAUSE_SECONDS)
                left -= PAUSE_SECONDS
            else:
                return True
