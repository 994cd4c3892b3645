"""The part of a channel's settings that asks for digests: which, and when; none unless somebody chose it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workers.policy import WEEKDAYS, ChannelSettings
from workers.records import FieldOption
from workers.views.form_fields import Block, input_block, select

NO_DAY = "never"
USUAL_NIGHT, USUAL_MORNING = "06:00", "09:00"
DAYS = {NO_DAY: "Never", **{day: day.capitalize() for day in WEEKDAYS}}
NO_TIME = "Please say when."


def digest_blocks(settings: ChannelSettings, projects: Sequence[str]) -> list[Block]:
    """Return the inputs, filled as the settings stand."""
    listed = [FieldOption(id=project, name=project) for project in projects]
    days = [FieldOption(id=day, name=name) for day, name in DAYS.items()]
    return [
        input_block(
            "triage_projects", "Daily triage digest here", select(listed, settings.triage_projects, takes_many=True),
            is_required=False,
            hint="Projects whose untriaged issues should be shown here with suggestions. Left empty: no digest.",
        ),
        _time("triage_at", "Triage digest at", settings.triage_at or USUAL_NIGHT),
        input_block(
            "weekly_day", "Weekly digest of this channel's threads", select(days, [settings.weekly_day or NO_DAY]),
            is_required=True, hint="What stayed open, and which problems came up more than once.",
        ),
        _time("weekly_at", "Weekly digest at", settings.weekly_at or USUAL_MORNING),
    ]  # fmt: skip


def read_digests(chosen: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what was chosen, as fields of the settings, and errors by block id."""
    projects = tuple(chosen.get("triage_projects") or ())
    day = str(chosen.get("weekly_day") or NO_DAY)
    errors = {}
    if projects and not chosen.get("triage_at"):
        errors["triage_at"] = NO_TIME
    if day != NO_DAY and not chosen.get("weekly_at"):
        errors["weekly_at"] = NO_TIME
    return {
        "triage_projects": projects,
        "triage_at": chosen.get("triage_at") or "" if projects else "",
        "weekly_day": "" if day == NO_DAY else day,
        "weekly_at": chosen.get("weekly_at") or "" if day != NO_DAY else "",
    }, errors


def told_digests(settings: ChannelSettings) -> dict[str, str]:
    """Return the digests of a channel in words."""
    zone = settings.time_zone
    triage = f"of {', '.join(settings.triage_projects)}, daily at {settings.triage_at} ({zone})"
    weekly = f"on {settings.weekly_day.capitalize()} at {settings.weekly_at} ({zone})"
    return {
        "triage digest": triage if settings.triage_projects else "none",
        "weekly digest": weekly if settings.weekly_day else "none",
    }


def _time(block_id: str, label: str, value: str) -> Block:
    return input_block(block_id, label, {"type": "timepicker", "initial_time": value}, is_required=False)
