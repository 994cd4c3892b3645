"""The people among the values of fields: by their names in Jira, and with their accounts; pure but for `find`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from workers.errors import ToolError
from workers.jira.directory import chosen
from workers.jira.values import Person
from workers.records import FieldSpec, FieldValue

Find = Callable[[str, FieldSpec], Person | None]
"""Finds whom a text means; None if that cannot be asked now, ToolError with what is the matter."""


@dataclass(frozen=True)
class Peopled:
    """Values in which each person stands by name."""

    fields: dict[str, FieldValue]
    accounts: dict[str, str] = field(default_factory=dict)
    """The account of each of these names."""
    problems: tuple[str, ...] = ()
    """A line for each text that means nobody, or may mean several."""


def with_people(
    specs: Iterable[FieldSpec], fields: Mapping[str, FieldValue], find: Find, known: Mapping[str, str] | None = None
) -> Peopled:
    """Return the values with each person found; `known` has the accounts of names that were found before."""
    values, accounts, problems = dict(fields), dict(known or {}), []
    for spec in specs:
        if spec.kind != "user" or not values.get(spec.id):
            continue
        value = values[spec.id]
        names = []
        for words in (value,) if isinstance(value, str) else value:
            try:
                names.append(_name(words, spec, find, accounts))
            except ToolError as problem:
                problems.append(f"{spec.name}: {problem}")
                names.append(words)
        values[spec.id] = names[0] if isinstance(value, str) else tuple(names)
    shown = {name for value in values.values() for name in ((value,) if isinstance(value, str) else value)}
    kept = {name: account for name, account in accounts.items() if name in shown}
    return Peopled(values, kept, tuple(problems))


def _name(words: str, spec: FieldSpec, find: Find, accounts: dict[str, str]) -> str:
    """Return the name under which somebody stands in `accounts`, put there if need be."""
    if words in accounts:
        return words
    person = chosen(words) or find(words, spec)
    if person is None:
        return words
    return named_apart(person, accounts)


def named_apart(person: Person, accounts: dict[str, str]) -> str:
    """Note somebody in `accounts` and return the name for it: the second one of a name gets another."""
    name = person.name or person.email
    if accounts.get(name, person.account_id) != person.account_id:
        name = f"{name} ({person.email or len(accounts) + 1})"
    accounts[name] = person.account_id
    return name
