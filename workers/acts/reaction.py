"""A draft of the message that somebody put the emoji on: one a message, in its thread, asked for by who reacted."""

from __future__ import annotations

import hashlib
import time
from typing import Any

from workers import policy
from workers.acts.form import filled_form
from workers.acts.material import files_for_issue, material_of
from workers.acts.services import ActServices
from workers.errors import SlackRefused
from workers.jira.forms import OWN, notes_on
from workers.jira.mentions import with_mentions
from workers.logs import get_logger
from workers.records import Action, Conversation, Draft, SlackFile
from workers.slack.threads import permalink
from workers.views import failures
from workers.views.draft_modal import IssueForm

NOTHING_TO_FILE = "There is nothing in that message that I could file: I leave my own words and empty messages out."

log = get_logger(__name__)


def react(action: Action, services: ActServices) -> None:
    """Show the draft of a message, or tell the person alone why there is none."""
    draft_id = _draft_id(action)
    known = services.desk.find(action.team_id, draft_id)
    if known:
        services.desk.refresh(known[0])
        if settled := failures.draft_settled(known[1]):
            services.tell.tell(action, settled)
        return
    if refusal := _refusal(action, services):
        services.tell.tell(action, refusal)
        return
    action = _in_thread(action, services)
    material = material_of(action, services)
    if not (material.text.strip() or material.files):
        services.tell.tell(action, NOTHING_TO_FILE)
        return
    form = filled_form(action, material, services)
    files, left_out = files_for_issue(material.files)
    draft = _draft(draft_id, action, form, files, services)
    notes = notes_on(draft, services.jira.cuts) if form.specs else (failures.NOT_CHECKED,)
    draft = draft.model_copy(update={"notes": notes})
    write_policy = "confirm" if form.is_unsure else _write_policy(action, draft, services)
    more = (form.questions,) if form.questions and write_policy == "confirm" else ()
    unpaid = (form.unpaid,) if form.unpaid else ()
    draft = draft.model_copy(update={"notes": (*notes, *more, *unpaid, *left_out)})
    services.desk.propose(draft, services.reader_of_card(action), write_policy=write_policy)
    log.info("drafted_by_reaction", draft=draft_id)


def _draft_id(action: Action) -> str:
    """Return the one id that a draft of this message has, whoever reacts to it."""
    name = f"{action.team_id}|{action.channel_id}|{action.message_ts}|reaction"
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def _draft(
    draft_id: str, action: Action, form: IssueForm, files: tuple[SlackFile, ...], services: ActServices
) -> Draft:
    """Return the draft as a form would show it, asked for by who reacted."""
    person = services.person(action)
    draft = Draft(
        id=draft_id,
        conversation=_place(action),
        turn_ts=f"{action.message_ts}:reaction",
        asker_id=person.id,
        asker_name=person.name,
        asker_email=person.email,
        project=form.project,
        issue_type=form.issue_type,
        summary=form.summary[:255] or "(no summary)",
        description=form.description,
        priority=str(form.fields.get("priority") or "") or None,
        labels=tuple(form.fields.get("labels") or ()),
        fields={name: value for name, value in form.fields.items() if name not in OWN and value},
        specs=form.specs,
        permalink=permalink(services.slack.of(action.team_id), action.channel_id, action.message_ts),
        files=files,
        created_at=time.time(),
    )
    return with_mentions(draft, services.jira.directory, services.who(action.team_id), form.people)


def _refusal(action: Action, services: ActServices) -> str:
    """Say why the one who reacted gets no draft, empty if they do."""
    if not services.may_draft(action):
        return failures.may_not_file(services.channel_settings(action).filers)
    return "" if services.projects(action) else failures.NO_PROJECT


def _in_thread(action: Action, services: ActServices) -> Action:
    """Return the action with the thread that its message stands in."""
    api = services.slack.of(action.team_id)
    try:
        answer = api.call("conversations.replies", channel=action.channel_id, ts=action.message_ts, limit=1)
    except SlackRefused:
        return action
    message: dict[str, Any] = next(iter(answer.get("messages") or ()), {})
    return action.model_copy(update={"thread_ts": str(message.get("thread_ts") or action.message_ts)})


def _place(action: Action) -> Conversation:
    thread_ts = action.thread_ts or action.message_ts
    return Conversation(team_id=action.team_id, channel_id=action.channel_id, thread_ts=thread_ts)


def _write_policy(action: Action, draft: Draft, services: ActServices) -> policy.WritePolicy:
    """Return whether it is filed at once: only where the channel wants that, for who may, and with nothing missing."""
    usual = services.channel_settings(action).write_policy or services.settings.write_policy
    return "auto" if usual == "auto" and not draft.notes and services.may_file(action) else "confirm"
