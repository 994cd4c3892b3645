"""Clicks, submissions and commands: done once, beside the turns, one at a time for one draft."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workers.errors import JiraRefused, JiraUnavailable, SlackRefused, SupportBotError, ToolError, TurnFailed
from workers.filing import DraftDesk
from workers.jira.forms import OWN, edited, labels_of, notes_on
from workers.jira.gateway import JiraGateway
from workers.logs import get_logger
from workers.records import DRAFT_VERSION, Action, Conversation, Draft, FieldSpec, Filing
from workers.slack.api import SlackClients
from workers.slack.people import People
from workers.slack.threads import permalink
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
    projects: tuple[str, ...]


def run_action(action: Action, services: ActionServices) -> None:
    """Do what a person asked for by a click or a form; raises Transient if it must be tried again."""
    try:
        if action.kind == "turn_retry":
            _retry_turn(action, services)
        elif action.kind == "shortcut_submit":
            _file_from_shortcut(action, services)
        elif action.kind == "filing_look":
            _look(action, services)
        elif action.kind == "filing_confirmed":
            _confirm(action, services)
        else:
            _press(action, services)
    except JiraUnavailable as error:
        # It was tried for a while; the draft waits for the next press, not the person for us.
        _hint(action, services, failures.jira_waits(error.retry_after_seconds))
    except TurnFailed as error:
        _hint(action, services, error.user_message)
    except ToolError:
        _hint(action, services, failures.PROJECT_CLOSED)


def give_up(action: Action, services: ActionServices) -> None:
    """Tell the person that a click could not be carried out, and where its draft stands."""
    sentence = failures.ACTION_FAILED
    try:
        found = _found(action, services)
        if found:
            services.desk.refresh(found[0])
            sentence = failures.draft_settled(found[1]) or sentence
    finally:
        _hint(action, services, sentence)


def _press(action: Action, services: ActionServices) -> None:
    """Carry out a button of a draft's card."""
    found = _found(action, services)
    if not found:
        _hint(action, services, failures.DRAFT_UNKNOWN)
        return
    draft, filing = found
    if not services.people.surely(action.team_id, action.user_id).is_full_member:
        _hint(action, services, failures.GUEST_MAY_NOT_FILE)
    elif settled := failures.draft_settled(filing):
        services.desk.settle(draft)
        # Who clicked before it was settled, twice or beside another, sees the card change: that says enough.
        if _clicked_at(action) > filing.settled_at:
            _hint(action, services, settled)
    else:
        PRESSES[action.kind](action, draft, filing, services)


def _cancel(action: Action, draft: Draft, _filing: Filing, services: ActionServices) -> None:
    services.desk.cancel(draft, by=action.user_id)


def _file(action: Action, draft: Draft, _filing: Filing, services: ActionServices) -> None:
    if not draft.specs:
        draft = _with_screen(draft, services)
    services.desk.file(draft, by=action.user_id)


def _file_again(action: Action, draft: Draft, filing: Filing, services: ActionServices) -> None:
    # A second click of a double one is older than a loss that the first one met: it does not ask for a third issue.
    if filing.state == "uncertain" and _clicked_at(action) > filing.uncertain_since:
        services.desk.file(draft, by=action.user_id, again=True)
    else:
        services.desk.settle(draft)


def _check(action: Action, draft: Draft, _filing: Filing, services: ActionServices) -> None:
    if services.desk.look(draft).state == "uncertain":
        _hint(action, services, failures.NOT_FOUND_YET)


def _edit(action: Action, draft: Draft, filing: Filing, services: ActionServices) -> None:
    """Take over what the modal holds, if nobody changed the draft while it was open."""
    values = dict(action.values)
    version = values.pop(DRAFT_VERSION, draft.version)
    if filing.state not in ("new", "rejected"):
        services.desk.refresh(draft)
        _hint(action, services, failures.DRAFT_SETTLED)
    elif version != draft.version or not services.desk.edit(draft, edited(draft, values)):
        services.desk.refresh(draft)
        _hint(action, services, failures.DRAFT_CHANGED)


PRESSES: dict[str, Callable[[Action, Draft, Filing, ActionServices], None]] = {
    "draft_create": _file,
    "draft_cancel": _cancel,
    "draft_edit": _edit,
    "filing_check": _check,
    "filing_force": _file_again,
}


def _with_screen(draft: Draft, services: ActionServices) -> Draft:
    """Return a draft, made while Jira did not answer, with the fields of its create screen."""
    specs = services.jira.create_screen(draft.project, draft.issue_type)
    whole = draft.model_copy(update={"specs": specs, "notes": (), "version": draft.version + 1})
    return whole if services.desk.edit(draft, whole) else draft


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
    again = request.model_copy(update={"reply_ts": action.message_ts})
    services.boxes.put(conversation.box, f"{request.ts}~{action.id}", again.model_dump(mode="json"))
    services.kick(conversation.box)


def _file_from_shortcut(action: Action, services: ActionServices) -> None:
    """File what a person wrote into the shortcut's form; the card in the message's thread tells what came of it."""
    if not services.people.surely(action.team_id, action.user_id).is_full_member:
        _hint(action, services, failures.GUEST_MAY_NOT_FILE)
        return
    draft_id = hashlib.sha256(f"{action.team_id}|{action.id}".encode()).hexdigest()[:16]
    found = services.desk.find(action.team_id, draft_id)
    draft = found[0] if found else _draft_from_form(action, services, draft_id)
    is_new = services.desk.keep(draft)
    if draft.notes:
        services.desk.refresh(draft, is_new=is_new)
    else:
        services.desk.file(draft, by=action.user_id)


def _draft_from_form(action: Action, services: ActionServices, draft_id: str) -> Draft:
    """Return what the form asks for; what it asks for in vain is noted, and nothing that was typed is lost."""
    values = action.values
    project, notes = _project_of(values, services)
    issue_type, specs, more = _screen_of(values, project, services)
    asker = services.people.person(action.team_id, action.user_id)
    link = permalink(services.slack.of(action.team_id), action.channel_id, action.message_ts)
    draft = Draft(
        id=draft_id,
        conversation=_place(action, services, link),
        turn_ts=action.message_ts,
        asker_id=action.user_id,
        asker_name=asker.name,
        asker_email=asker.email,
        project=project,
        issue_type=issue_type,
        summary=str(values.get("summary") or "")[:255],
        description=str(values.get("description") or ""),
        priority=values.get("priority") or None,
        labels=tuple(labels_of(values.get("labels"))),
        fields={name: value for name, value in values.items() if name not in OWN and value},
        specs=specs,
        permalink=link,
        created_at=time.time(),
    )
    return draft.model_copy(update={"notes": (*notes, *more, *(notes_on(draft) if specs else ()))})


def _project_of(values: dict[str, object], services: ActionServices) -> tuple[str, tuple[str, ...]]:
    """Return the project that was typed if it is open, else the default one with a note."""
    wanted = str(values.get("project") or "").strip().upper()
    if wanted in services.projects:
        return wanted, ()
    return services.projects[0], (
        f"{failures.wrong_project(wanted, services.projects)} This is a draft for {services.projects[0]}.",
    )


def _screen_of(
    values: dict[str, object], project: str, services: ActionServices
) -> tuple[str, tuple[FieldSpec, ...], tuple[str, ...]]:
    """Return the issue type that was typed if the project has it, else its first, its fields, and notes."""
    wanted = str(values.get("issue_type") or "").strip()
    try:
        kinds = services.jira.issue_types(project)
        names = {kind.name.casefold(): kind.name for kind in kinds}
        name = names.get(wanted.casefold(), "")
        notes = () if name else (f"{project} has no type {wanted}; there are {', '.join(names.values())}.",)
        name = name or next(iter(names.values()), wanted)
        return name, services.jira.create_screen(project, name), notes
    except JiraUnavailable:
        return wanted, (), (failures.NOT_CHECKED,)


def _place(action: Action, services: ActionServices, link: str) -> Conversation:
    """Return where the card goes: the message's thread, or where the bot is not let in, the person's own messages."""
    api = services.slack.of(action.team_id)
    here = Conversation(
        team_id=action.team_id,
        channel_id=action.channel_id,
        thread_ts=action.thread_ts or action.message_ts,
    )
    try:
        api.call("conversations.replies", channel=here.channel_id, ts=here.thread_ts, limit=1)
    except SlackRefused:
        text = f"About the message that you want to file{f': {link}' if link else ''}"
        posted = api.call("chat.postMessage", channel=action.user_id, text=text)
        return Conversation(team_id=action.team_id, channel_id=str(posted["channel"]), thread_ts=str(posted["ts"]))
    return here


def _found(action: Action, services: ActionServices) -> tuple[Draft, Filing] | None:
    kind, _, draft_id = action.subject.partition(":")
    return services.desk.find(action.team_id, draft_id) if kind == "draft" else None


def _clicked_at(action: Action) -> float:
    """Return when Slack took a click, in Unix seconds; infinity for a form, which is checked when it is sent."""
    try:
        return float(action.id.partition("-")[0])
    except ValueError:
        return float("inf")


def _hint(action: Action, services: ActionServices, sentence: str) -> None:
    """Tell only the person who acted, where they did or else in their own messages."""
    if not action.channel_id:
        return
    api = services.slack.of(action.team_id)
    where: dict[str, Any] = {"user": action.user_id, "thread_ts": action.thread_ts or None}
    try:
        try:
            api.call("chat.postEphemeral", channel=action.channel_id, text=sentence, **where)
        except SlackRefused:
            api.call("chat.postMessage", channel=action.user_id, text=sentence)
    except SupportBotError as error:
        log.info("hint_not_shown", cause=type(error).__name__)
