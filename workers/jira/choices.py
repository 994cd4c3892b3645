"""Which components and labels may be chosen in a project, as its create screen tells; never a reason to fail."""

from __future__ import annotations

from collections.abc import Sequence

from workers.records import FieldSpec

COMPONENTS, LABELS = "components", "labels"


def options_of(specs: Sequence[FieldSpec], field_id: str) -> tuple[str, ...]:
    """Return the names that a field of a create screen allows, none if it is not there or takes anything."""
    return tuple(option.name for spec in specs if spec.id == field_id for option in spec.options)
