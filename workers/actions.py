"""Clicks, submissions and commands: done once, beside the turns, one at a time for one draft."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workers.acts.changes import proposal_of
from workers.acts.later import file_later, file_now, join, with_screen
from workers.acts.move import fitting, moved
from workers.acts.run import ACTS, run_act
from workers.acts.services import ActServices
from workers.consequences import Consequences
from workers.errors import JiraRefused, JiraUnavailable, SlackRefused, SupportBotError, ToolError, TurnFailed
from workers.failpoints import failpoint
from workers.filing import DraftDesk
from workers.jira.forms import edited, finder, with_unseen
from workers.jira.gateway import JiraGateway
from workers.jira.mentions import with_mentions
from workers.logs import get_logger
from workers.message_changes import MessageChanges, id_of_next_try
from workers.records import DRAFT_VERSION, Action, Conversation, Draft, Filing
from workers.similar import DUPLICATE
from workers.slack.api import SlackClients
from workers.slack.people import People
from workers.state.failed_turns import FailedTurns
from workers.state.mailbox import Mailboxes
from workers.views import failures

log = get_logger(__name__)


@dataclass(frozen=True)
class ActionServices:
    """What an action may use."""

    desk: DraftDesk
    slack: SlackClients
    people: People
    jira: JiraGateway
    boxes: Mailboxes
    failed: FailedTurns
    kick: Callable[[str], None]
    acts: ActServices


def run_action(action: Action, services: ActionServices) -> None:
    """Do what a person asked for by a click or a form; raises Transient if it must be tried again."""
    if action.kind in ACTS:
        run_act(action, services.acts)
        return
    try:
        RUNS.get(action.kind, _press)(action, services)
    except JiraUnavailable as error:
        if action.kind == "filing_later":
            raise
        found = _found(action, services) if action.kind in ("draft_create", "duplicate_use") else None
        is_queued = found is not None and file_later(action, found[0], error, services.boxes, services.kick)
        # Else it was tried for a while; the draft waits for the next press, not the person for us.
        wait, what = error.retry_after_seconds, "report" if action.kind == "duplicate_use" else "draft"
        _hint(action, services, failures.jira_waits(wait, is_busy=error.is_busy, what=what, is_queued=is_queued))
    except TurnFailed as error:
        _hint(action, services, error.user_message)
    except ToolError:
        _hint(action, services, failures.PROJECT_CLOSED)


def give_up(action: Action, services: ActionServices) -> None:
    """Tell the person that a click could not be carried out, and where its draft stands."""
    sentence = failures.ACTION_FAILED
    try:
        found = _found(action, services)
        proposal = proposal_of(action, services.acts)
        if found:
            services.desk.refresh(found[0])
            sentence = failures.draft_settled(found[1]) or sentence
        elif proposal and action.kind == "action_later":
            services.acts.changes.wait_no_more(proposal)
        elif proposal:
            services.acts.changes.refresh(proposal)
    finally:
        _hint(action, services, sentence)


def _press(action: Action, services: ActionServices) -> None:
    """Carry out a button of a draft's card."""
    found = _found(action, services)
    if not found:
        _hint(action, services, failures.DRAFT_UNKNOWN)
        return
    draft, filing = found
    if refusal := _refusal(action, draft, services):
        _hint(action, services, refusal)
    elif settled := failures.draft_settled(filing):
        services.desk.settle(draft)
        # Who clicked before it was settled, twice or beside another, sees the card change: that says enough.
        if action.clicked_at > filing.settled_at:
            _hint(action, services, settled)
    else:
        PRESSES[action.kind](action, draft, filing, services)


def _refusal(action: Action, draft: Draft, services: ActionServices) -> str:
    """Say why somebody may not press this, empty if they may; a draft may be cancelled by who asked for it."""
    if action.kind in ("draft_create", "filing_force") and draft.project not in services.acts.projects(action):
        # The channel's settings may have closed it since.
        return failures.PROJECT_CLOSED
    is_own_cancel = action.kind == "draft_cancel" and action.user_id == draft.asker_id
    if is_own_cancel or services.acts.may_file(action):
        return ""
    return failures.may_not_file(services.acts.channel_settings(action).filers)


def _cancel(action: Action, draft: Draft, _filing: Filing, services: ActionServices) -> None:
    services.desk.cancel(draft, by=action.user_id)


def _file(action: Action, draft: Draft, _filing: Filing, services: ActionServices) -> None:
    draft = with_screen(draft, services.acts)
    services.desk.file(draft, by=action.user_id, readers=services.acts.readers_of_draft(action, draft))


def _file_again(action: Action, draft: Draft, filing: Filing, services: ActionServices) -> None:
    # A second click of a double one is older than a loss that the first one met: it does not ask for a third issue.
    if filing.state == "uncertain" and not filing.joins and action.clicked_at > filing.uncertain_since:
        readers = services.acts.readers_of_draft(action, draft)
        services.desk.file(draft, by=action.user_id, readers=readers, again=True)
    else:
        services.desk.settle(draft)


def _check(action: Action, draft: Draft, _filing: Filing, services: ActionServices) -> None:
    if services.desk.look(draft).state == "uncertain":
        _hint(action, services, failures.NOT_FOUND_YET)


def _edit(action: Action, draft: Draft, filing: Filing, services: ActionServices) -> None:
    """Take over what the modal holds, if nobody changed the draft while it was open."""
    values = dict(action.values)
    version = values.pop(DRAFT_VERSION, draft.version)
    if draft.edited_by == action.id:
        # This very form was stored already, and then something kept us from showing it.
        services.desk.duplicates.look_again(draft, services.acts.reader_of_card(action))
        services.desk.refresh(draft)
    elif filing.state not in ("new", "rejected"):
        services.desk.refresh(draft)
        _hint(action, services, failures.DRAFT_SETTLED)
    elif version != draft.version or not services.desk.edit(
        draft, _edited(action, draft, values, services), services.acts.reader_of_card(action)
    ):
        services.desk.refresh(draft)
        _hint(action, services, failures.DRAFT_CHANGED)


def _edited(action: Action, draft: Draft, values: dict[str, Any], services: ActionServices) -> Draft:
    directory = services.jira.directory
    there, notes = moved(action, draft, values, services.acts)
    new = edited(there, fitting(there, values), finder(directory, there.project), services.jira.cuts)
    new = with_mentions(new, directory, services.acts.who(draft.conversation.team_id))
    reader = services.acts.reader_of_card(action)
    new = with_unseen(new, lambda keys: services.jira.visible_keys(keys, reader))
    return new.model_copy(update={"notes": (*notes, *new.notes), "edited_by": action.id})


def _use(action: Action, draft: Draft, filing: Filing, services: ActionServices) -> None:
    """Add the report to the issue that was chosen from the card."""
    key = str(action.values.get(DUPLICATE, ""))
    if filing.joins or filing.state not in ("new", "rejected"):
        services.desk.look(draft)  # It is on its way already, as this very click may have found it before.
    elif not services.desk.duplicates.of(draft).find(key):
        services.desk.refresh(draft)
        _hint(action, services, failures.NOT_SIMILAR)
    elif sentence := join(action, draft, key, services.acts):
        _hint(action, services, sentence)


def _ignore(_action: Action, draft: Draft, _filing: Filing, services: ActionServices) -> None:
    services.desk.duplicates.ignore(draft)
    services.desk.refresh(draft)


PRESSES: dict[str, Callable[[Action, Draft, Filing, ActionServices], None]] = {
    "draft_create": _file,
    "draft_cancel": _cancel,
    "draft_edit": _edit,
    "filing_check": _check,
    "filing_force": _file_again,
    "duplicate_use": _use,
    "duplicate_ignore": _ignore,
}


def _look(action: Action, services: ActionServices) -> None:
    """Look for an issue because it is time to; who cannot look now looks the next time."""
    found = _found(action, services)
    try:
        if found:
            services.desk.look(found[0])
    except (JiraUnavailable, JiraRefused, TurnFailed, ToolError) as error:
        log.warning("looked_in_vain", cause=type(error).__name__)


def _confirm(action: Action, services: ActionServices) -> None:
    values = action.values
    services.desk.confirm(action.team_id, values["marker"], key=values["key"], issue_id=values["issue_id"])


def _retry_turn(action: Action, services: ActionServices) -> None:
    """Put a failed turn back into its mailbox; its answer goes into the message that carried the button."""
    conversation = Conversation(team_id=action.team_id, channel_id=action.channel_id, thread_ts=action.thread_ts)
    turn_id = str(action.values.get("turn", ""))
    request = services.failed.find(conversation, turn_id)
    if request is None:
        _hint(action, services, failures.RETRY_GONE)
        return
    again = request.model_copy(update={"reply_ts": action.message_ts, "tries": request.tries + 1})
    again_id = id_of_next_try(request)
    if not services.boxes.has_seen(conversation.box, again_id):
        # Before it is asked again, which brings its own; presses of one turn come one at a time.
        acts = services.acts
        Consequences(request, acts.filings, services.desk, acts.changes).withdraw()
        failpoint("old_withdrawn")
        stored = services.boxes.put(conversation.box, again_id, again.model_dump(mode="json"))
        failpoint("retry_stored")
        if stored == "full":
            _hint(action, services, failures.QUEUE_FULL)
        elif stored == "seen":
            # It was deleted since it was read, and so refused.
            _hint(action, services, failures.RETRY_GONE)
    # It may have been edited since it was read.
    MessageChanges(services.boxes, services.failed, services.kick).catch_up(conversation.box, again_id)
    services.kick(conversation.box)


def _file_later(action: Action, services: ActionServices) -> None:
    if sentence := file_now(action, services.acts):
        _hint(action, services, sentence)


RUNS: dict[str, Callable[[Action, ActionServices], None]] = {
    "turn_retry": _retry_turn,
    "filing_look": _look,
    "filing_later": _file_later,
    "filing_confirmed": _confirm,
}


def _found(action: Action, services: ActionServices) -> tuple[Draft, Filing] | None:
    kind, _, draft_id = action.subject.partition(":")
    return services.desk.find(action.team_id, draft_id) if kind == "draft" else None


def _hint(action: Action, services: ActionServices, sentence: str) -> None:
    """Tell only the person who acted, where they did or else in their own messages."""
    if not action.channel_id:
        return
    api = services.slack.of(action.team_id)
    where: dict[str, Any] = {"user": action.user_id, "thread_ts": action.certain_thread}
    try:
        try:
            api.call("chat.postEphemeral", channel=action.channel_id, text=sentence, **where)
        except SlackRefused:
            api.call("chat.postMessage", channel=action.user_id, text=sentence)
    except SupportBotError as error:
        log.info("hint_not_shown", cause=type(error).__name__)
