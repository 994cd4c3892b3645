"""Files what a person wrote into a form; the card in the message's thread tells what came of it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping

from workers.acts.later import file_later, looked_again, with_screen
from workers.acts.material import files_for_issue
from workers.acts.services import ActServices
from workers.errors import JiraUnavailable, SlackRefused, SupportBotError, TurnFailed
from workers.jira.forms import OWN, checked, finder, labels_of, with_unseen
from workers.jira.mentions import with_mentions
from workers.logs import get_logger
from workers.policy import ChannelSettings
from workers.records import FORM, Action, Conversation, Draft, FieldSpec
from workers.slack.lookup import FORM_EVENT, SKEW_SECONDS, find_own_message, metadata
from workers.slack.threads import permalink
from workers.views import failures
from workers.views.changed_form import usual_type

WAITS = "The draft waits for you in our direct messages: its card says what is to be decided."

log = get_logger(__name__)


def submit(action: Action, services: ActServices) -> None:
    """File what a person wrote into a form; the card in the message's thread, or their own messages, tells the rest."""
    if not services.may_file(action):
        services.tell.tell(action, failures.may_not_file(services.channel_settings(action).filers))
        return
    draft_id = hashlib.sha256(f"{action.team_id}|{action.id}".encode()).hexdigest()[:16]
    found = services.desk.find(action.team_id, draft_id)
    draft = found[0] if found else _draft_from_form(action, services, draft_id)
    is_new = services.desk.keep(draft)
    try:
        _file(action, draft, services, is_new=is_new)
    except JiraUnavailable as error:
        is_queued = file_later(action, draft, error, services.bulk.boxes, services.bulk.kick)
        wait = error.retry_after_seconds
        services.tell.tell(action, failures.jira_waits(wait, is_busy=error.is_busy, is_queued=is_queued))
        return
    if not action.message_ts:
        _point_at_card(action, draft_id, services)


def _file(action: Action, draft: Draft, services: ActServices, *, is_new: bool) -> None:
    """File what a form holds, as who fills one wants; of a possible duplicate or a wrong value the card asks first."""
    similar = services.desk.duplicates.look(draft, services.reader_of_card(action))
    is_unchecked = draft.notes == (failures.NOT_CHECKED,)
    is_unsearched = similar.state == "failed" and not similar.shown
    if is_unchecked or (is_unsearched and not draft.notes):
        # Nothing else is the matter with it than that Jira did not answer.
        services.desk.refresh(draft, is_new=is_new)
        is_new = False
        draft = with_screen(draft, services)
        if is_unsearched:
            similar = looked_again(action, draft, services)
    if draft.notes or similar.is_in_doubt:
        services.desk.refresh(draft, is_new=is_new)
    else:
        services.desk.file(draft, by=action.user_id, readers=services.readers_of_draft(action, draft))


def _point_at_card(action: Action, draft_id: str, services: ActServices) -> None:
    """Say in the channel of a command, to its person alone, what came of it: the card stands elsewhere."""
    found = services.desk.find(action.team_id, draft_id)
    is_done = found is not None and found[1].state == "done"
    link = f"<{found[1].issue_url}|{found[1].issue_key}>" if found and is_done else ""
    services.tell.tell(action, f"Filed as {link}." if is_done else WAITS)


def _draft_from_form(action: Action, services: ActServices, draft_id: str) -> Draft:
    """Return what the form asks for; what it asks for in vain is noted, and nothing that was typed is lost."""
    values = action.values
    form_id = str(values.get(FORM) or "")
    channel = services.channel_settings(action)
    project, notes = _project_of(values, services.projects(action), channel)
    issue_type, specs, more = screen_of(values, project, channel, services)
    asker = services.people.person(action.team_id, action.user_id)
    api = services.slack.of(action.team_id)
    link = permalink(api, action.channel_id, action.message_ts) if action.message_ts else ""
    files, left_out = files_for_issue(services.forms.files(action.team_id, form_id))
    if left_out and services.forms.draw(action.team_id, form_id, by="worker"):
        left_out = ()  # The form itself has said so.
    draft = Draft(
        id=draft_id,
        conversation=_place(action, services, link),
        turn_ts=f"{action.message_ts}:form",
        asker_id=action.user_id,
        asker_name=asker.name,
        asker_email=asker.email,
        project=project,
        issue_type=issue_type,
        summary=str(values.get("summary") or "")[:255],
        description=str(values.get("description") or ""),
        priority=values.get("priority") or None,
        labels=tuple(labels_of(values.get("labels"))),
        fields={name: value for name, value in values.items() if name not in (*OWN, FORM) and value},
        specs=specs,
        permalink=link,
        files=files,
        created_at=time.time(),
    )
    if specs:
        draft = checked(draft, finder(services.jira.directory, project), services.jira.cuts)
        reader = services.reader_of_draft(action, draft)
        draft = with_unseen(draft, lambda keys: services.jira.visible_keys(keys, reader))
    people = services.forms.people(action.team_id, form_id)
    draft = with_mentions(draft, services.jira.directory, services.who(action.team_id), people)
    return draft.model_copy(update={"notes": (*notes, *more, *draft.notes, *left_out)})


def _project_of(
    values: dict[str, object], projects: tuple[str, ...], channel: ChannelSettings
) -> tuple[str, tuple[str, ...]]:
    """Return the project that was typed if it is open there, else the usual one with a note."""
    wanted = str(values.get("project") or "").strip().upper()
    if wanted in projects:
        return wanted, ()
    if not projects:
        raise TurnFailed(failures.NO_PROJECT)
    usual = channel.project if channel.project in projects else projects[0]
    return usual, (f"{failures.wrong_project(wanted, projects)} This is a draft for {usual}.",)


def screen_of(
    values: Mapping[str, object], project: str, channel: ChannelSettings, services: ActServices
) -> tuple[str, tuple[FieldSpec, ...], tuple[str, ...]]:
    """Return the issue type that was typed if the project has it, else the usual one, its fields, and notes."""
    wanted = str(values.get("issue_type") or "").strip()
    try:
        kinds = services.jira.issue_types(project)
        names = {kind.name.casefold(): kind.name for kind in kinds}
        name = names.get(wanted.casefold(), "")
        notes = () if name else (f"{project} has no type {wanted}; there are {', '.join(names.values())}.",)
        name = name or usual_type([kind.name for kind in kinds if not kind.is_subtask], channel)
        return name, services.jira.create_screen(project, name), notes
    except SupportBotError as error:
        # A dead token or a project that is gone must not take away what was typed.
        log.info("screen_unknown", cause=type(error).__name__)
        return wanted, (), (failures.NOT_CHECKED,)


def _place(action: Action, services: ActServices, link: str) -> Conversation:
    """Return where the card goes: the message's thread, or where the bot is not let in, the person's own messages."""
    api = services.slack.of(action.team_id)
    text = f"About the message that you want to file{f': {link}' if link else ''}"
    here = Conversation(
        team_id=action.team_id,
        channel_id=action.channel_id,
        thread_ts=action.thread_ts or action.message_ts,
    )
    if not here.thread_ts:
        text = "You asked for an issue with `/jira create`: its card is in this thread."
    else:
        try:
            api.call("conversations.replies", channel=here.channel_id, ts=here.thread_ts, limit=1)
        except SlackRefused:
            pass
        else:
            return here
    channel_id, ts = _own_message(action, services, text)
    return Conversation(team_id=action.team_id, channel_id=channel_id, thread_ts=ts)


def _own_message(action: Action, services: ActServices, text: str) -> tuple[str, str]:
    """Return channel and ts of the message to a person under which the card goes; posted once, though it is lost."""
    api, mark = services.slack.of(action.team_id), metadata(FORM_EVENT, {"action": action.id})
    before = services.forms.placed_before(action.team_id, action.id)
    if before:
        try:
            found = find_own_message(api, action.user_id, mark, oldest=f"{before - SKEW_SECONDS:.6f}")
        except SlackRefused:
            found = ("", "")
        if found[1]:
            return found
    posted = api.call("chat.postMessage", channel=action.user_id, text=text, metadata=mark)
    return str(posted["channel"]), str(posted["ts"])
