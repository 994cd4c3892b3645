"""Which components and labels may be chosen in a project, as Jira tells; never a reason to fail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from workers.errors import SupportBotError
from workers.logs import get_logger
from workers.records import FieldSpec

COMPONENTS, LABELS = "components", "labels"
MOST_LABELS = 40

log = get_logger(__name__)


class Labels(Protocol):
    """Where the labels of a project are known."""

    def labels_in_use(self, project: str) -> Sequence[str]:
        """Return the labels of a project's newest issues, the most used first."""
        ...


def options_of(specs: Sequence[FieldSpec], field_id: str) -> tuple[str, ...]:
    """Return the names that a field of a create screen allows, none if it is not there or takes anything."""
    return tuple(option.name for spec in specs if spec.id == field_id for option in spec.options)


def labels_to_choose(specs: Sequence[FieldSpec], project: str, jira: Labels) -> tuple[str, ...]:
    """Return the labels to choose from: those of the create screen, else those in use; none if the screen has none."""
    if not any(spec.id == LABELS for spec in specs):
        return ()
    if listed := options_of(specs, LABELS):
        return listed
    try:
        return tuple(jira.labels_in_use(project))[:MOST_LABELS]
    except SupportBotError as error:
        log.info("labels_unknown", cause=type(error).__name__)
        return ()
