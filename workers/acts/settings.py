"""`/jira settings`: shows a channel's settings to who may change them, stores a change, and tells the channel."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from workers import policy
from workers.acts.services import ActServices
from workers.errors import SlackRefused, SupportBotError
from workers.logs import get_logger
from workers.policy import ChannelSettings
from workers.records import Action
from workers.slack.channels import ChannelInfo, channel_info
from workers.slack.lookup import SETTINGS_EVENT, find_in_channel, metadata
from workers.views.digest_settings import told_digests
from workers.views.notices import notice_modal
from workers.views.settings_modal import changes, settings_modal

TITLE = "Channel settings"
NOT_YOURS = (
    "Only admins and owners of this workspace, whoever made this channel and the bot's own admins may change how I "
    "work here."
)
NOT_HERE = "I am not in this channel. Invite me with `/invite`, then come back to this."
NOTHING_CHANGED = "Nothing is different, so I changed nothing."
MOST_TYPES = 90
LOOK_BACK_SECONDS = 86_400.0
"""How long ago an announcement may have been posted whose answer was lost."""
NO_TYPE = "{project} has no type {name}, so I changed nothing. Please choose another one."

log = get_logger(__name__)


def open_settings(action: Action, services: ActServices) -> None:
    """Show the form in the modal that the listener has opened, or why there is none."""
    form_id = str(action.values["form"])
    channel = channel_info(services.slack, action.team_id, action.channel_id)
    refusal = "" if channel.is_member else NOT_HERE
    if not refusal and not _may_change(action, channel, services):
        refusal = NOT_YOURS
    if refusal:
        services.modals.update(action.team_id, form_id, notice_modal(TITLE, refusal, external_id=form_id))
        return
    settings = services.channels.get(action.team_id, action.channel_id)
    types = list(dict.fromkeys(_types(services)))[:MOST_TYPES]
    if settings.issue_type not in ("", *types):
        types.append(settings.issue_type)  # A Jira that says nothing must not force it away.
    place = {"channel_id": action.channel_id, "response_url": action.response_url, "language": settings.language}
    view = settings_modal(
        settings,
        projects=services.settings.jira_projects,
        types=types,
        own_zone=services.person(action).tz or "UTC",
        private_metadata=json.dumps(place),
        external_id=form_id,
    )
    services.modals.update(action.team_id, form_id, view)


def save_settings(action: Action, services: ActServices) -> None:
    """Store what was chosen if its sender still may, and tell the channel; a repeated delivery tells it at most."""
    old = services.channels.get(action.team_id, action.channel_id)
    if old.change == action.id:
        _announce(action, old, services, is_again=True)
        return
    channel = channel_info(services.slack, action.team_id, action.channel_id)
    if not (channel.is_member and _may_change(action, channel, services)):
        services.tell.tell(action, NOT_YOURS if channel.is_member else NOT_HERE)
        return
    new = ChannelSettings.model_validate(action.values["settings"])
    since, by = old.digests_since, old.digests_by
    if told_digests(old) != told_digests(new):
        since, by = time.time(), action.user_id
    new = new.model_copy(update={"change": action.id, "digests_since": since, "digests_by": by})
    different = changes(old, new)
    problem = _problem(new, services) if different else NOTHING_CHANGED
    if problem:
        services.tell.tell(action, problem)
        return
    said = "\n".join(
        [f"<@{action.user_id}> changed my settings for this channel:", *(f"• {each}" for each in different)]
    )
    new = new.model_copy(update={"announcement": said})
    services.channels.put(action.team_id, action.channel_id, new)
    log.info("channel_settings_changed", channel=action.channel_id, by=action.user_id, number=len(different))
    _announce(action, new, services)


def _announce(action: Action, settings: ChannelSettings, services: ActServices, *, is_again: bool = False) -> None:
    """Tell the channel what was changed; `is_again`: unless it stands there already and its answer was lost."""
    if not settings.announcement:
        return
    api, mark = services.slack.of(action.team_id), metadata(SETTINGS_EVENT, {"change": action.id})
    try:
        since = f"{time.time() - LOOK_BACK_SECONDS:.6f}"
        if not (is_again and find_in_channel(api, action.channel_id, mark, oldest=since)):
            said: dict[str, Any] = {"text": settings.announcement, "metadata": mark, "unfurl_links": False}
            api.call("chat.postMessage", channel=action.channel_id, **said)
    except SlackRefused:
        services.tell.tell(action, settings.announcement)
    services.channels.put(action.team_id, action.channel_id, settings.model_copy(update={"announcement": ""}))


def _may_change(action: Action, channel: ChannelInfo, services: ActServices) -> bool:
    """Return whether somebody may change a channel's settings, as of now."""
    person = services.people.surely(action.team_id, action.user_id, is_fresh=True)
    is_trusted = person.is_admin or person.id in (channel.creator, *services.settings.admin_users)
    return person.is_full_member and is_trusted


def _types(services: ActServices) -> Iterator[str]:
    for project in services.settings.jira_projects:
        try:
            yield from (kind.name for kind in services.jira.issue_types(project) if not kind.is_subtask)
        except SupportBotError as error:
            log.info("types_unknown", cause=type(error).__name__)


def _problem(new: ChannelSettings, services: ActServices) -> str:
    """Say why a choice cannot be stored, empty if it can."""
    usable = policy.fileable(new, projects=services.settings.jira_projects)
    project = new.project or next(iter(usable), "")
    if new.project and new.project not in usable:
        return f"I may not work in {project}, so I changed nothing."
    if not (new.issue_type and project):
        return ""
    try:
        names = [kind.name for kind in services.jira.issue_types(project)]
    except SupportBotError as error:
        log.info("type_not_checked", cause=type(error).__name__)
        return ""
    return "" if new.issue_type in names else NO_TYPE.format(project=project, name=new.issue_type)
