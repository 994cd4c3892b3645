"""Pure: what the model or a form gave for a create screen, matched to the screen's own fields and values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from workers.jira.field_values import BadValue, options_text, value_of, words
from workers.jira.screen import is_sprint, is_strange_list
from workers.records import FieldKind, FieldOption, FieldSpec, FieldValue
from workers.views.form_fields import takes_issue

HANDLED = frozenset({"summary", "description", "priority", "labels"})
"""A draft has a place of its own for these."""
SET_BY_US = frozenset({"project", "issuetype"})
REPORTER = "reporter"
"""The one who asked, unless the asker names another."""
EXAMPLES: dict[FieldKind, str] = {
    "number": "a number",
    "date": "a date (2026-01-31)",
    "datetime": "a date and time (2026-01-31T14:30+01:00)",
    "user": "a person: @name, name or e-mail address",
    "url": "a web address",
    "labels": "labels",
}


@dataclass(frozen=True)
class Fitted:
    """What fits the screen, and what does not, in words."""

    fields: dict[str, FieldValue] = field(default_factory=dict)
    """By field id."""
    priority: str | None = None
    labels: tuple[str, ...] = ()
    missing: tuple[FieldSpec, ...] = ()
    """Required fields without a value or a default."""
    problems: tuple[str, ...] = ()
    """A line for each value that cannot be taken, with what can."""
    notes: tuple[str, ...] = ()
    """A sentence for each thing that was left out."""

    @property
    def is_complete(self) -> bool:
        return not self.missing and not self.problems


def fit(
    specs: Iterable[FieldSpec],
    *,
    priority: str | None,
    labels: Iterable[str],
    fields: Mapping[str, Any],
    description: str = "",
) -> Fitted:
    """Return what of this can be filed on the screen; names match by id or display name in any case."""
    by_name = _by_name(specs)
    given, fitted = _sorted_out(by_name, fields)
    values = {**given, **({"priority": priority} if priority else {}), **({"labels": labels} if labels else {})}
    for name, value in values.items():
        fitted = _with(fitted, by_name.get(name.casefold()), name, value)
    known = {spec.id: spec for spec in by_name.values()}
    filled = {*fitted.fields, "summary", *(["description"] if description.strip() else [])}
    filled |= {name for name, value in (("priority", fitted.priority), ("labels", fitted.labels)) if value}
    return replace(fitted, missing=tuple(spec for spec in known.values() if _is_missing(spec, filled)))


def missing_line(spec: FieldSpec, most_options: int = 25) -> str:
    """Name a required field and what it takes."""
    return f"{spec.name}: {options_text(spec, most=most_options) or example(spec)}"


def example(spec: FieldSpec) -> str:
    """Return in words what a field without a list of values takes."""
    if takes_issue(spec):
        return "the key of an issue"
    if is_strange_list(spec):
        return "what only a person can fill in, in Jira"
    if spec.schema_type == "group":
        return "the name of a group"
    return "the number of a sprint" if is_sprint(spec) else EXAMPLES.get(spec.kind, "any text")


def with_long_lists(
    specs: Iterable[FieldSpec], fields: Mapping[str, Any], names_of: Callable[[str], Iterable[str]]
) -> tuple[FieldSpec, ...]:
    """Return the specs, those whose lists were cut and that are given a value with all their values."""
    specs, given = tuple(specs), {str(name).strip().casefold() for name in fields}

    def whole(spec: FieldSpec) -> FieldSpec:
        if spec.options_total <= len(spec.options) or not given & {spec.id.casefold(), spec.name.casefold()}:
            return spec
        known = {option.name for option in spec.options}
        more = (FieldOption(id="", name=name) for name in names_of(spec.id) if name not in known)
        options = (*spec.options, *more)
        return spec.model_copy(update={"options": options, "options_total": len(options)})

    return tuple(map(whole, specs))


def _by_name(specs: Iterable[FieldSpec]) -> dict[str, FieldSpec]:
    """Return the specs by id and by display name, lower-case; an id wins over a name."""
    specs = tuple(specs)
    names = {spec.name.casefold(): spec for spec in reversed(specs)}
    return {**names, **{spec.id.casefold(): spec for spec in specs}}


def _sorted_out(by_name: Mapping[str, FieldSpec], fields: Mapping[str, Any]) -> tuple[dict[str, Any], Fitted]:
    """Return the given values by field id, and notes on names that the screen does not have."""
    given: dict[str, Any] = {}
    notes: list[str] = []
    for name, value in fields.items():
        spec = by_name.get(str(name).strip().casefold())
        if not words(value) or (spec.id if spec else "") in ("summary", "description"):
            continue
        if spec is None:
            notes.append(f"{name!r} was left out: this form has no such field.")
        elif spec.id in SET_BY_US:
            notes.append(f"{spec.name} was left out: it is set by itself.")
        else:
            given[spec.id] = value
    return given, Fitted(notes=tuple(notes))


def _with(fitted: Fitted, spec: FieldSpec | None, name: str, value: Any) -> Fitted:
    if spec is None:
        what = {"priority": "Priority was", "labels": "Labels were"}.get(name, f"{name!r} was")
        return replace(fitted, notes=(*fitted.notes, f"{what} left out: this form has no such field."))
    try:
        taken = value_of(spec, value)
    except BadValue as problem:
        return replace(fitted, problems=(*fitted.problems, str(problem)))
    if spec.id == "priority":
        return replace(fitted, priority=taken if isinstance(taken, str) else taken[0])
    if spec.id == "labels":
        return replace(fitted, labels=taken if isinstance(taken, tuple) else (taken,))
    return replace(fitted, fields={**fitted.fields, spec.id: taken})


def _is_missing(spec: FieldSpec, filled: set[str]) -> bool:
    return spec.required and not spec.has_default and spec.id not in {*filled, *SET_BY_US, REPORTER}
