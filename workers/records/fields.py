"""The fields of an issue, as Jira describes them and as a person reads their values."""

from __future__ import annotations

from typing import Literal

from workers.records.base import Record

FieldKind = Literal[
    "text",
    "paragraph",
    "number",
    "date",
    "datetime",
    "select",
    "multi_select",
    "user",
    "labels",
    "url",
    "other",
]


class FieldOption(Record):
    id: str
    name: str


class FieldSpec(Record):
    """One field of a create screen, as a person or the model may fill it."""

    id: str
    name: str
    kind: FieldKind
    required: bool = False
    has_default: bool = False
    options: tuple[FieldOption, ...] = ()
    """At most 100; `options_total` says how many Jira has."""
    options_total: int = 0
    schema_type: str = ""
    """Jira's own `schema.type`, such as `array`, `option`, `priority`."""
    items_type: str = ""
    custom_type: str = ""


FieldValue = str | tuple[str, ...]
