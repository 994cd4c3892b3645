"""Pure: Jira's create metadata becomes field specs, in the screen's order."""

from __future__ import annotations

from typing import Any

from workers.records import FieldKind, FieldOption, FieldSpec

Raw = dict[str, Any]

MOST_OPTIONS = 100
CHILD = " > "
"""Between the two levels of a cascading select: `Hardware > Laptop`."""
GIVEN = frozenset({"project", "issuetype", "attachment", "issuelinks"})
"""Chosen before the screen is asked for, or filled by other calls."""
RICH_SYSTEM_FIELDS = frozenset({"description", "environment"})
SIMPLE: dict[str, FieldKind] = {
    "number": "number",
    "date": "date",
    "datetime": "datetime",
    "user": "user",
    "issuelink": "text",
    "timetracking": "text",
    "group": "text",
}
CUSTOM: dict[str, FieldKind] = {
    "textarea": "paragraph",
    "url": "url",
    "labels": "labels",
    "gh-epic-link": "text",
    "gh-sprint": "text",
}
"""By the last part of `schema.custom`."""


def specs_of(rows: list[Raw]) -> tuple[FieldSpec, ...]:
    """Return the fields that a draft may carry."""
    return tuple(_spec(row) for row in rows if field_id(row) not in GIVEN)


def field_id(row: Raw) -> str:
    return str(row.get("fieldId") or row.get("key") or "")


def _spec(row: Raw) -> FieldSpec:
    schema = row.get("schema") if isinstance(row.get("schema"), dict) else {}
    kind_of_value = str((schema or {}).get("type") or "")
    items = str((schema or {}).get("items") or "")
    custom = str((schema or {}).get("custom") or "").rpartition(":")[2]
    options = options_of(row)
    return FieldSpec(
        id=field_id(row),
        name=str(row.get("name") or field_id(row)),
        kind=_kind(field_id(row), kind_of_value, items, custom, has_options=bool(options)),
        required=bool(row.get("required")),
        has_default=bool(row.get("hasDefaultValue")),
        options=options[:MOST_OPTIONS],
        options_total=len(options),
        schema_type=kind_of_value,
        items_type=items,
        custom_type=custom,
    )


def _kind(field: str, schema_type: str, items: str, custom: str, *, has_options: bool) -> FieldKind:
    if custom in CUSTOM:
        return CUSTOM[custom]
    if schema_type == "array":
        return _list_kind(items, has_options=has_options)
    if has_options or schema_type in ("option", "priority", "option-with-child"):
        return "select"
    if schema_type == "string":
        return "paragraph" if field in RICH_SYSTEM_FIELDS else "text"
    return SIMPLE.get(schema_type, "other")


def _list_kind(items: str, *, has_options: bool) -> FieldKind:
    if has_options or items in ("option", "component", "version", "group"):
        return "multi_select"
    if items == "string":
        return "labels"
    return "user" if items == "user" else "other"


def is_sprint(spec: FieldSpec) -> bool:
    """Return whether it takes a sprint, which Jira takes by number and people know by name."""
    return spec.custom_type == "gh-sprint"


def is_strange_list(spec: FieldSpec) -> bool:
    """Return whether it takes a list of things that only another product of Jira's knows, such as assets."""
    return spec.kind == "other" and spec.schema_type == "array"


def with_options(spec: FieldSpec, options: tuple[FieldOption, ...]) -> FieldSpec:
    """Return a field whose values were asked for elsewhere: people choose among them."""
    shown = {"options": options[:MOST_OPTIONS], "options_total": len(options)}
    return spec.model_copy(update={"kind": "select", **shown}) if options else spec


def options_of(row: Raw) -> tuple[FieldOption, ...]:
    """Return all values that a field takes."""
    rows = row.get("allowedValues")
    found: list[FieldOption] = []
    for each in rows if isinstance(rows, list) else []:
        if not isinstance(each, dict) or each.get("disabled") or each.get("archived"):
            continue
        option = _option(each)
        found.append(option)
        for child in each.get("children") or ():
            below = _option(child)
            found.append(FieldOption(id=f"{option.id}:{below.id}", name=f"{option.name}{CHILD}{below.name}"))
    return tuple(option for option in found if option.name)


def _option(row: Raw) -> FieldOption:
    name = str(row.get("value") or row.get("name") or row.get("label") or row.get("key") or "")
    return FieldOption(id=str(row.get("id") or ""), name=name)
