"""Clicks, submissions and commands: done once, beside the turns, one at a time for one draft."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from workers.errors import JiraUnavailable, SlackRefused, SupportBotError, ToolError, TurnFailed
from workers.filing import DraftDesk
from workers.jira.fields import fit
from workers.jira.gateway import JiraGateway
from workers.logs import get_logger
from workers.records import Action, Conversation, Draft, Filing
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


def run_action(action: Action, services: ActionServices) -> None:
    """Do what a person asked for by a click or a form; raises Transient if it must be tried again."""
    try:
        if action.kind == "turn_retry":
            _retry_turn(action, services)
        elif action.kind == "shortcut_submit":
            _file_from_shortcut(action, services)
        elif action.kind == "filing_look":
            _look(action, services)
        else:
            _press(action, services)
    except TurnFailed as error:
        _hint(action, services, error.user_message)
    except ToolError:
        _hint(action, services, failures.PROJECT_CLOSED)


def give_up(action: Action, services: ActionServices) -> None:
    """Tell the person that a click could not be carried out, and leave the draft as it is."""
    found = _found(action, services)
    if found:
        services.desk.refresh(found[0])
    _hint(action, services, failures.DRAFT_KEPT)


def _press(action: Action, services: ActionServices) -> None:
    """Carry out a button of a draft's card."""
    found = _found(action, services)
    if not found:
        _hint(action, services, failures.DRAFT_UNKNOWN)
        return
    draft, filing = found
    if not services.people.surely(action.team_id, action.user_id).is_full_member:
        _hint(action, services, failures.GUEST_MAY_NOT_FILE)
        return
    desk = services.desk
    if action.kind == "draft_cancel":
        desk.cancel(draft, by=action.user_id)
    elif action.kind == "draft_edit":
        _edit(action, draft, filing, services)
    elif action.kind == "filing_check":
        desk.look(draft)
    else:
        _file(action, draft, services)


def _file(action: Action, draft: Draft, services: ActionServices) -> None:
    try:
        services.desk.file(draft, by=action.user_id, again=action.kind == "filing_force")
    except JiraUnavailable:
        services.desk.refresh(draft)
        raise


def _edit(action: Action, draft: Draft, filing: Filing, services: ActionServices) -> None:
    """Take over what the modal holds, checked against the create screen as the model's drafts are."""
    if filing.state not in ("new", "rejected"):
        services.desk.refresh(draft)
        _hint(action, services, failures.DRAFT_SETTLED)
        return
    new = edited(draft, action.values)
    if not services.desk.edit(draft, new):
        _hint(action, services, failures.DRAFT_CHANGED)


def edited(draft: Draft, values: dict[str, object]) -> Draft:
    """Return the draft with a modal's values; what the modal did not show stays."""
    own = ("summary", "description", "priority", "labels", "project", "issue_type")
    given = {name: value for name, value in values.items() if name not in own}
    fields = {name: value for name, value in {**draft.fields, **given}.items() if value not in ("", None, (), [])}
    changes: dict[str, object] = {"fields": fields, "version": draft.version + 1}
    for name in ("summary", "description"):
        if name in values:
            changes[name] = str(values[name] or "")
    if "priority" in values:
        changes["priority"] = values["priority"] or None
    if "labels" in values:
        changes["labels"] = _labels(values["labels"])
    return Draft.model_validate({**draft.model_dump(), **changes})


def _labels(value: object) -> list[str]:
    words = value.replace(",", " ").split() if isinstance(value, str) else value
    return [str(word) for word in words] if isinstance(words, list | tuple) else []


def _look(action: Action, services: ActionServices) -> None:
    found = _found(action, services)
    if found:
        services.desk.look(found[0])


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
    draft = _draft_from_form(action, services)
    services.desk.keep(draft)
    if draft.notes:
        services.desk.refresh(draft)
    else:
        services.desk.file(draft, by=action.user_id)


def _draft_from_form(action: Action, services: ActionServices) -> Draft:
    values = action.values
    project, issue_type = str(values.get("project") or ""), str(values.get("issue_type") or "")
    specs = services.jira.create_screen(project, issue_type)
    own = ("summary", "description", "priority", "labels", "project", "issue_type")
    given = {name: value for name, value in values.items() if name not in own and value}
    fitted = fit(specs, priority=values.get("priority"), labels=_labels(values.get("labels")), fields=given)
    missing = [f"{spec.name} is required: press Edit to fill it in." for spec in fitted.missing]
    asker = services.people.person(action.team_id, action.user_id)
    thread_ts = action.thread_ts or action.message_ts
    api = services.slack.of(action.team_id)
    return Draft(
        id=hashlib.sha256(f"{action.team_id}|{action.id}".encode()).hexdigest()[:16],
        conversation=Conversation(team_id=action.team_id, channel_id=action.channel_id, thread_ts=thread_ts),
        turn_ts=action.message_ts,
        asker_id=action.user_id,
        asker_name=asker.name,
        asker_email=asker.email,
        project=project,
        issue_type=issue_type,
        summary=str(values.get("summary") or "")[:255],
        description=str(values.get("description") or ""),
        priority=fitted.priority,
        labels=fitted.labels,
        fields=fitted.fields,
        specs=specs,
        notes=(*missing, *fitted.problems),
        permalink=permalink(api, action.channel_id, action.message_ts),
        created_at=time.time(),
    )


def _found(action: Action, services: ActionServices) -> tuple[Draft, Filing] | None:
    kind, _, draft_id = action.subject.partition(":")
    return services.desk.find(action.team_id, draft_id) if kind == "draft" else None


def _hint(action: Action, services: ActionServices, sentence: str) -> None:
    """Tell only the person who acted; where that is not possible nobody needs to know."""
    if not action.channel_id:
        return
    try:
        services.slack.of(action.team_id).call(
            "chat.postEphemeral",
            channel=action.channel_id,
            user=action.user_id,
            text=sentence,
            thread_ts=action.thread_ts or None,
        )
    except (SlackRefused, SupportBotError) as error:
        log.info("hint_not_shown", cause=type(error).__name__)
