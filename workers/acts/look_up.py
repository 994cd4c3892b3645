"""Fetches what a form's searches need into the cache, where the listener finds it."""

from __future__ import annotations

from workers.acts.services import ActServices
from workers.errors import Interrupted, SupportBotError
from workers.logs import get_logger
from workers.records import Action
from workers.state.jira_cache import UNANSWERED_SECONDS, unanswered_name

log = get_logger(__name__)


def look_up(action: Action, services: ActServices) -> None:
    """Read people or the values of a field; the listener waits for it, or for the word that Jira does not answer."""
    wanted = action.values
    try:
        if not services.may_draft(_where(action, services)):
            return
        if wanted["what"] == "people":
            services.jira.people(str(wanted["project"]), str(wanted["typed"]))
        else:
            services.jira.long_options(str(wanted["project"]), str(wanted["issue_type"]), str(wanted["field"]))
    except SupportBotError as error:
        if not isinstance(error, Interrupted):
            # Also where Jira refuses: who types hears at once that nothing comes, not for ever that it is loading.
            services.cache.put(unanswered_name(action.id), True, UNANSWERED_SECONDS)
        log.info("not_looked_up", what=str(wanted["what"]), cause=type(error).__name__)


def _where(action: Action, services: ActServices) -> Action:
    """Return the action with the channel that its form came from: a guest may look only where guests may file."""
    found = services.desk.find(action.team_id, str(action.values.get("draft") or ""))
    channel_id = found[0].conversation.channel_id if found else str(action.values.get("channel_id") or "")
    return action.model_copy(update={"channel_id": channel_id})
