"""Buttons of a card with changes to issues: who may press them, and what a press does."""

from __future__ import annotations

from collections.abc import Callable

from workers.acts.later import names_pause, put_later, wait_for_jira
from workers.acts.services import ActServices
from workers.errors import JiraRefused, JiraUnavailable, ToolError, TurnFailed
from workers.logs import get_logger
from workers.proposals import Proposal
from workers.records import CHANGES_VERSION, Action
from workers.views import failures

log = get_logger(__name__)


def press(action: Action, services: ActServices) -> None:
    """Carry out a button; raises Transient of Slack or of our own state, then it is tried again."""
    proposal = proposal_of(action, services)
    if proposal is None:
        services.tell.tell(action, failures.CHANGE_UNKNOWN)
    elif refusal := _refusal(action, proposal, services):
        services.tell.tell(action, refusal)
    elif settled := SETTLED.get(proposal.state):
        services.changes.refresh(proposal)
        # Who clicked before it was settled, twice or beside another, sees the card change: that says enough.
        if action.clicked_at > proposal.settled_at:
            services.tell.tell(action, settled)
    else:
        _do(action, proposal, services)


def look(action: Action, services: ActServices) -> None:
    """Look what became of changes because it is time to; who cannot look now looks the next time."""
    proposal = proposal_of(action, services)
    try:
        if proposal:
            services.changes.look(proposal)
    except (JiraUnavailable, JiraRefused, TurnFailed, ToolError) as error:
        log.warning("looked_in_vain", cause=type(error).__name__)


def proposal_of(action: Action, services: ActServices) -> Proposal | None:
    """Return the changes that an action is about, None if they are not known any more or it is about other things."""
    kind, _, proposal_id = action.subject.partition(":")
    return services.changes.find(action.team_id, proposal_id) if kind == "action" else None


def _do(action: Action, proposal: Proposal, services: ActServices) -> None:
    try:
        PRESSES[action.kind](action, proposal, services)
    except JiraUnavailable as error:
        is_queued = action.kind == "action_confirm" and _waits(action, proposal, error, services)
        # Else it was tried for a while; the changes wait for the next press, not the person for us.
        wait = error.retry_after_seconds
        said = failures.jira_waits(wait, is_busy=error.is_busy, what="change", is_queued=is_queued)
        services.tell.tell(action, said)


def _waits(action: Action, proposal: Proposal, error: JiraUnavailable, services: ActServices) -> bool:
    """Have what was confirmed done when Jira wants to be asked again; False if that cannot be promised."""
    version = action.values.get(CHANGES_VERSION, proposal.version)
    if not names_pause(error) or not services.changes.wait(proposal, version):
        return False
    values = {**action.values, CHANGES_VERSION: version}
    later = action.model_copy(update={"kind": "action_later", "values": values})
    put_later(later, error, services.bulk.boxes, services.bulk.kick)
    return True


def confirm_later(action: Action, services: ActServices) -> None:
    """Carry out what was confirmed before, unless somebody cancelled, changed or confirmed it meanwhile.

    Raises JiraUnavailable if Jira still does not take it: then it goes on waiting.
    """
    wait_for_jira(action)
    proposal = proposal_of(action, services)
    if proposal is None:
        return
    try:
        if proposal.is_queued:
            _confirm_again(action.model_copy(update={"kind": "action_confirm"}), proposal, services)
        elif proposal.state in ("new", "rejected") and proposal.version != action.values[CHANGES_VERSION]:
            # Whoever counts on it must hear that nothing comes by itself.
            services.tell.tell(action, failures.CHANGES_CHANGED)
    except TurnFailed:
        services.changes.wait_no_more(proposal)
        raise
    services.changes.wait_no_more(proposal)


def _confirm_again(action: Action, proposal: Proposal, services: ActServices) -> None:
    """Carry out what was confirmed before, if its person may still confirm it."""
    if refusal := _refusal(action, proposal, services):
        services.tell.tell(action, refusal)
    else:
        _confirm(action, proposal, services)


def _refusal(action: Action, proposal: Proposal, services: ActServices) -> str:
    """Say why somebody may not press this, empty if they may; who asked for changes may always cancel them."""
    is_own_cancel = action.kind == "action_cancel" and action.user_id == proposal.asker_id
    projects = services.projects(action)
    if action.kind == "action_confirm" and any(key.rpartition("-")[0] not in projects for key in _keys(proposal)):
        # The channel's settings may have closed one since.
        return failures.PROJECT_CLOSED
    if is_own_cancel or services.may_file(action):
        return ""
    return failures.may_not_change(services.channel_settings(action).filers)


def _keys(proposal: Proposal) -> set[str]:
    """Return the issues that a card names."""
    return {key for change in proposal.changes for key in (change.key, getattr(change, "other", change.key))}


def _may_be_shown(action: Action, proposal: Proposal, services: ActServices) -> bool:
    """Return whether who asked may still see each issue here: one may have got a security level since."""
    reader = services.reader_of_wish(action, proposal.asker_id)
    try:
        for key in _keys(proposal):
            services.jira.changes.target(key, reader)
    except (JiraRefused, ToolError) as error:
        log.info("change_hidden", cause=type(error).__name__)
        return False
    return True


def _confirm(action: Action, proposal: Proposal, services: ActServices) -> None:
    version = action.values.get(CHANGES_VERSION)
    if not _may_be_shown(action, proposal, services):
        # The card would be drawn anew with what the issue holds now.
        services.tell.tell(action, failures.CHANGE_HIDDEN)
    elif not services.changes.confirm(proposal, by=action.user_id, version=version):
        services.tell.tell(action, failures.CHANGES_CHANGED)


def _cancel(action: Action, proposal: Proposal, services: ActServices) -> None:
    services.changes.cancel(proposal, by=action.user_id)


def _check(action: Action, proposal: Proposal, services: ActServices) -> None:
    services.changes.look(proposal)
    now = services.changes.find(action.team_id, proposal.id)
    if now and now.state == "uncertain":
        services.tell.tell(action, failures.CHANGE_NOT_FOUND_YET)


def _again(action: Action, proposal: Proposal, services: ActServices) -> None:
    # A second click of a double one is older than a loss that the first one met: it does not ask for a third try.
    if proposal.state == "uncertain" and action.clicked_at > proposal.uncertain_since:
        if not _may_be_shown(action, proposal, services):
            services.tell.tell(action, failures.CHANGE_HIDDEN)
            return
        services.changes.confirm(proposal, by=action.user_id, again=True)
    else:
        services.changes.refresh(proposal)


PRESSES: dict[str, Callable[[Action, Proposal, ActServices], None]] = {
    "action_confirm": _confirm,
    "action_cancel": _cancel,
    "action_check": _check,
    "action_force": _again,
}
SETTLED = {"done": failures.CHANGE_DONE, "cancelled": failures.CHANGE_CANCELLED}
