"""Carries one change out: looks whether it is there already, then whether it still fits what was shown, then writes."""

from __future__ import annotations

from dataclasses import dataclass

from workers.errors import SupportBotError, ToolError
from workers.jira.change_reading import RESOLUTION, Transition
from workers.jira.issue_changes import IssueChanges
from workers.jira.shown import in_words, normal
from workers.proposals import NOTHING, AnyChange, Comment, FieldChange, Move, Update
from workers.records import FieldValue


class Stale(SupportBotError):
    """What the card showed is not true any more; `change` says how it would be now."""

    def __init__(self, change: AnyChange) -> None:
        super().__init__(change.key)
        self.change = change


@dataclass(frozen=True)
class Carrier:
    """Raises what the gateway raises; JiraUnavailable only if the change is not there, or may be made again."""

    jira: IssueChanges

    def is_there(self, change: AnyChange) -> bool:
        """Return whether Jira holds what a change wants."""
        if isinstance(change, Comment):
            return self.jira.has_comment(change.key, change.id)
        if isinstance(change, Update):
            return not self._differing(change)
        if isinstance(change, Move):
            return _is(self.jira.status(change.key), change.to_status)
        return self.jira.is_linked(change)

    def carry(self, change: AnyChange) -> None:
        """Make the change unless it is there; raises Stale if something else happened to the issue meanwhile."""
        if isinstance(change, Update):
            self._update(change)
        elif isinstance(change, Move):
            self._move(change)
        elif not self.is_there(change):
            if isinstance(change, Comment):
                self.jira.comment(change)
            else:
                self.jira.link(change)

    def _update(self, change: Update) -> None:
        held = self._held(change)
        wanted = [field for field in change.fields if not is_held(field, held[field.spec.id], change, self.jira)]
        if any(_shown(held[field.spec.id]) != field.old for field in wanted if not (field.add or field.remove)):
            now = (field.model_copy(update={"old": _shown(held[field.spec.id])}) for field in change.fields)
            raise Stale(change.model_copy(update={"fields": tuple(now)}))
        if wanted:
            self.jira.update(change.model_copy(update={"fields": tuple(wanted)}))

    def _move(self, change: Move) -> None:
        status = self.jira.status(change.key)
        if _is(status, change.to_status):
            return
        way = _way_of(change, self.jira.transitions(change.key))
        if way is None:
            raise ToolError(f"{change.key} can't be moved to {change.to_status} from {status} any more.")
        # Another way than the one that was shown has a screen of its own, and may mean something else.
        if not _is(status, change.from_status) or way.id != (change.way_id or way.id):
            raise Stale(_by(way, change.model_copy(update={"from_status": status})))
        given = {field.spec.id for field in change.fields}
        self.jira.move(change, way.id, [spec for spec in way.wants if spec.id not in given])

    def _differing(self, change: Update) -> list[FieldChange]:
        held = self._held(change)
        return [field for field in change.fields if not is_held(field, held[field.spec.id], change, self.jira)]

    def _held(self, change: Update) -> dict[str, FieldValue]:
        return self.jira.values(change.key, [field.spec for field in change.fields], change.accounts)


def is_held(field: FieldChange, held: FieldValue, change: Update, jira: IssueChanges) -> bool:
    """Return whether a field holds what it shall."""
    if field.add or field.remove:
        words = {held} if isinstance(held, str) else set(held)
        return words >= set(field.add) and not words & set(field.remove)
    return normal(field.spec, held) == normal(field.spec, jira.as_read_back(field.spec, field.new, change.mentions))


def way_to(ways: tuple[Transition, ...], wanted: str) -> Transition | None:
    """Return the way on that leads to this status, else the one of this name; names match in any case.

    Of several that lead there the one that is named like the status is meant.
    """
    by_target = [way for way in ways if _is(way.to, wanted)]
    named = next((way for way in by_target or ways if _is(way.name, wanted)), None)
    return named or next(iter(by_target), None)


def _way_of(change: Move, ways: tuple[Transition, ...]) -> Transition | None:
    """Return the way that a card showed if it still leads there, else another one that does."""
    there = tuple(way for way in ways if _is(way.to, change.to_status))
    return next((way for way in there if way.id == change.way_id), None) or way_to(there, change.to_status)


def _by(way: Transition, change: Move) -> Move:
    """Return a move by another way: with what the screen of that one takes."""
    fields = tuple(field for field in change.fields if way.field(field.spec.id))
    resolution = change.resolution if way.field(RESOLUTION) else ""
    return change.model_copy(
        update={"way_id": way.id, "way": way.name, "to_status": way.to, "fields": fields, "resolution": resolution}
    )


def _shown(held: FieldValue) -> str:
    return in_words(held) or NOTHING


def _is(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
