"""The form of a channel's settings, and what a person chose in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workers.policy import ChannelSettings
from workers.records import FieldOption
from workers.views.digest_settings import digest_blocks, read_digests, told_digests
from workers.views.form_fields import VALUE, Block, input_block, select, text_input
from workers.views.languages import LONGEST, language_of, near

CALLBACK_ID = "channel_settings"
USUAL = "usual"
"""The value of a choice that follows the deployment."""
NO_LANGUAGE = "I know no language of this name. Please write its name or its code, such as German, Deutsch or de."
MEANT = "I know no language of this name. Did you mean {language}?"
MOST_LISTED = 50
MOST_PROJECTS = 100

WRITES = {USUAL: "Workspace default", "confirm": "A person presses Create", "auto": "File at once, without a button"}
FILERS = {"members": "Full members of the workspace", "everybody": "Members and guests", "listed": "Only these people"}
INTERNAL = {USUAL: "Never show them here", "shown": "Show them here: no customer reads this channel"}
FOLLOW_UPS = {"free": "Answer without a new mention", "mention": "Answer only when I am mentioned"}


def settings_modal(
    settings: ChannelSettings,
    *,
    projects: Sequence[str],
    types: Sequence[str],
    own_zone: str,
    private_metadata: str,
    external_id: str,
) -> dict[str, Any]:
    """Return the form as the settings stand; its `private_metadata` names the channel.

    `own_zone` is the time zone of who opens it: offered, and chosen where no time is set yet.
    """
    blocks = [
        _projects(projects, settings.projects),
        _choice("project", "Default project", _usual("Workspace default", projects), settings.project),
        _choice("issue_type", "Default type", _usual("As the conversation asks", types), settings.issue_type),
        _choice("write_policy", "Before an issue is filed", WRITES, settings.write_policy),
        _choice("internal", "Internal comments of service desks", INTERNAL, "shown" if settings.shows_internal else ""),
        _choice("filers", "Who may file", FILERS, settings.filers),
        _people(settings.listed),
        _choice("follow_ups", "In threads where I take part", FOLLOW_UPS,
                "mention" if settings.needs_mention else "free"),
        _time("quiet_from", "Quiet from", settings.quiet_from),
        _time("quiet_until", "Quiet until", settings.quiet_until,
              hint="In quiet hours I answer only those who mention me, and digests wait."),
        _zone(settings, own_zone),
        input_block("language", "Language of my answers", text_input(settings.language, longest=LONGEST),
                    is_required=False, hint="Such as German, or de. Left empty: the language of whoever asks."),
        *digest_blocks(settings, projects),
    ]  # fmt: skip
    return {
        "type": "modal",
        "callback_id": CALLBACK_ID,
        "title": {"type": "plain_text", "text": "Channel settings"},
        "submit": {"type": "plain_text", "text": "Save"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "private_metadata": private_metadata,
        "external_id": external_id,
        "blocks": blocks,
    }


def read_settings(state: Mapping[str, Any], *, kept_language: str = "") -> tuple[ChannelSettings, dict[str, str]]:
    """Return what was chosen, and errors by block id; the language that was kept before stays, whatever it is."""
    chosen = {block_id: _chosen(actions.get(VALUE) or {}) for block_id, actions in state["values"].items()}
    listed = tuple(chosen.get("listed") or ())
    language = " ".join(str(chosen.get("language") or "").split())
    projects = tuple(chosen.get("open_projects") or ())
    errors = {}
    if projects and chosen.get("project") not in (None, USUAL, *projects):
        errors["project"] = "Please choose one of the projects above."
    if chosen.get("filers") == "listed" and not listed:
        errors["listed"] = "Please name at least one person, or choose another answer above."
    if bool(chosen.get("quiet_from")) != bool(chosen.get("quiet_until")):
        wrong = "quiet_until" if chosen.get("quiet_from") else "quiet_from"
        errors[wrong] = "Quiet hours need a beginning and an end."
    elif chosen.get("quiet_from") and chosen["quiet_from"] == chosen.get("quiet_until"):
        errors["quiet_until"] = "Quiet hours need an end that is not their beginning."
    known = language_of(language) if language not in ("", kept_language) else language
    if known is None:
        errors["language"] = MEANT.format(language=meant) if (meant := near(language)) else NO_LANGUAGE
    digests, wrong_digests = read_digests(chosen)
    errors |= wrong_digests
    if errors:
        return ChannelSettings(), errors
    plain = ("project", "issue_type", "write_policy", "filers", "quiet_from", "quiet_until")
    values = {name: "" if chosen.get(name) in (None, USUAL) else chosen[name] for name in plain}
    needs_mention = chosen.get("follow_ups") == "mention"
    return ChannelSettings.model_validate(
        {
            **values,
            "filers": values["filers"] or "members",
            "projects": projects,
            "shows_internal": chosen.get("internal") == "shown",
            "listed": listed if values["filers"] == "listed" else (),
            "needs_mention": needs_mention,
            "language": known,
            "time_zone": str(chosen.get("time_zone") or "UTC"),
            **digests,
        }
    ), {}


def changes(old: ChannelSettings, new: ChannelSettings) -> list[str]:
    """Return a phrase for each thing that is different, as the channel is told."""
    before, after = _told(old), _told(new)
    return [f"{name}: {before[name]} → {after[name]}" for name in before if before[name] != after[name]]


def _told(settings: ChannelSettings) -> dict[str, str]:
    people = " ".join(f"<@{user}>" for user in settings.listed)
    quiet = f"{settings.quiet_from} to {settings.quiet_until} ({settings.time_zone})" if settings.quiet_from else "none"
    return {
        "open projects": ", ".join(settings.projects) or "workspace default",
        "internal comments": INTERNAL["shown" if settings.shows_internal else USUAL].lower(),
        "default project": settings.project or "workspace default",
        "default type": settings.issue_type or "as asked",
        "before an issue is filed": WRITES[settings.write_policy or USUAL].lower(),
        "who may file": people if settings.filers == "listed" else FILERS[settings.filers].lower(),
        "follow-ups": FOLLOW_UPS["mention" if settings.needs_mention else "free"].lower(),
        "quiet hours": quiet,
        "language": settings.language or "that of whoever asks",
        **told_digests(settings),
    }


def _usual(words: str, choices: Sequence[str]) -> dict[str, str]:
    return {USUAL: words, **{choice: choice for choice in choices}}


def _choice(block_id: str, label: str, choices: Mapping[str, str], chosen: str) -> Block:
    options = [FieldOption(id=value, name=name) for value, name in choices.items()]
    return input_block(block_id, label, select(options, [chosen or USUAL]), is_required=True)


def _projects(projects: Sequence[str], chosen: Sequence[str]) -> Block:
    options = [FieldOption(id=key, name=key) for key in [*dict.fromkeys([*chosen, *projects])][:MOST_PROJECTS]]
    element = select(options, chosen, takes_many=True)
    return input_block(
        "open_projects",
        "Open projects",
        element,
        is_required=False,
        hint="Everybody in this channel reads what I tell here from these. Left empty: the workspace's default.",
    )


def _people(listed: Sequence[str]) -> Block:
    element: Block = {"type": "multi_users_select", "max_selected_items": MOST_LISTED}
    if listed:
        element["initial_users"] = list(listed)
    return input_block(
        "listed", "These people", element, is_required=False, hint="Counts only with “Only these people” above."
    )


def _zone(settings: ChannelSettings, own_zone: str) -> Block:
    """Return the choice of the zone in which all times of the form are meant."""
    zones = [settings.time_zone, own_zone] if settings.has_times else [own_zone]
    options = [FieldOption(id=zone, name=zone) for zone in dict.fromkeys(zones)]
    hint = "Of all times in this form, those of the digests too."
    return input_block("time_zone", "Time zone", select(options, zones[:1]), is_required=True, hint=hint)


def _time(block_id: str, label: str, value: str, hint: str = "") -> Block:
    element: Block = {"type": "timepicker", **({"initial_time": value} if value else {})}
    return input_block(block_id, label, element, is_required=False, hint=hint)


def _chosen(state: Mapping[str, Any]) -> Any:
    """Return what one input holds."""
    if "selected_option" in state:
        return (state["selected_option"] or {}).get("value")
    if "selected_options" in state:
        return [option["value"] for option in state["selected_options"] or ()]
    return next((state[name] for name in ("selected_users", "selected_time", "value") if name in state), None)
