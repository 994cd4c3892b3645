"""*Apply* in a triage digest: what was suggested becomes changes in the ledger of all changes, made once."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workers.acts.services import ActServices
from workers.bulk.kinds import Outcome
from workers.bulk.tell import show_page
from workers.bulk.triage import PAGE_ENTRIES, entries_of, page_entries, shown_here
from workers.bulk_jobs import Job
from workers.changes.wish import Wish
from workers.errors import JiraRefused, ToolError
from workers.jira.change_reading import LinkType
from workers.proposals import NOTHING, AnyChange, FieldChange, Link, Update
from workers.records import Action, Conversation, FieldSpec
from workers.views import failures
from workers.views.triage_digest import Entry, page

GONE = "This digest is too old: I no longer have what it was made of."
NOT_SEEN = "{keys}: you can't see that in Jira, or it is gone, so I changed nothing there."
NOTHING_LEFT = "{keys}: the fields that I would change can't be changed there any more."
NO_LINK_TYPE = "Your Jira has no kind of link for duplicates."
ALREADY = "That is done already."


@dataclass
class _Press:
    """One press: the digest it came from, and what it leads to."""

    job: Job
    outcome: Outcome
    wish: Wish


def apply(action: Action, services: ActServices) -> None:
    """Make the suggested changes of one issue, or of all that one message shows.

    The press is the confirmation: it saw exactly these values. What somebody changed since goes on a card to confirm.
    """
    press = _press(action, services)
    if press is None:
        return
    changes: list[AnyChange] = []
    problems: dict[str, list[str]] = {}
    for entry in _entries(action, press):
        try:
            services.jira.changes.target(entry.key, services.reader(action))
            change = _update(press.job, entry, services)
        except (JiraRefused, ToolError):
            problems.setdefault(NOT_SEEN, []).append(entry.key)
            continue
        if change is None:
            problems.setdefault(NOTHING_LEFT, []).append(entry.key)
        else:
            changes.append(change)
    if changes:
        services.changes.propose(press.wish, changes)
        _mark(action, press, changes, services)
    elif not problems:
        services.tell.tell(action, ALREADY)
    for sentence, keys in problems.items():
        services.tell.tell(action, sentence.format(keys=", ".join(keys)))


def link(action: Action, services: ActServices) -> None:
    """Link an issue to the one that it repeats."""
    press = _press(action, services)
    if press is None:
        return
    kind = _duplicate_kind(services.jira.changes.link_types())
    if kind is None:
        services.tell.tell(action, NO_LINK_TYPE)
        return
    reader = services.reader(action)
    for entry in _entries(action, press):
        services.jira.changes.target(entry.key, reader)
        services.jira.changes.target(entry.duplicate_of, reader)
        change = Link(
            **_common(press.job, entry, "link"),
            other=entry.duplicate_of,
            other_summary=entry.duplicate_summary,
            relation=kind.outward,
            type_name=kind.name,
        )
        services.changes.propose(press.wish, [change])


def _press(action: Action, services: ActServices) -> _Press | None:
    """Return what a press is about; None, once it was said why, if there is nothing to do."""
    if not services.may_file(action):
        services.tell.tell(action, failures.may_not_change(services.channel_settings(action).filers))
        return None
    job = services.bulk.jobs.get(action.team_id, action.subject.partition(":")[2])
    if job is None:
        services.tell.tell(action, GONE)
        return None
    outcome = Outcome(dict(services.bulk.jobs.items(job)), services.bulk.jobs.answers(job))
    wish = Wish(
        conversation=Conversation(team_id=job.team_id, channel_id=job.head_channel, thread_ts=job.head_ts),
        # A card for each message and person, so that it says whose press it was.
        turn_ts=f"{action.message_ts}:{action.user_id}",
        asker_id=action.user_id,
        asker_name=services.person(action).name,
        is_auto=True,
    )
    return _Press(job, outcome, wish)


def _entries(action: Action, press: _Press) -> Iterator[Entry]:
    wanted = {int(word) for word in str(action.values.get("items", "")).split(",") if word.isdigit()}
    return (entry for entry in entries_of(press.outcome) if entry.number in wanted and not entry.applied_by)


def _update(job: Job, entry: Entry, services: ActServices) -> Update | None:
    """Return the change of an issue's fields, from what the digest showed to what it suggested."""
    specs = {spec.id: spec for spec in services.jira.changes.edit_screen(entry.key)}
    fields = tuple(_fields(entry, specs))
    return Update(**_common(job, entry, "update"), fields=fields) if fields else None


def _fields(entry: Entry, specs: Mapping[str, FieldSpec]) -> Iterator[FieldChange]:
    if entry.priority and "priority" in specs:
        yield FieldChange(spec=specs["priority"], old=entry.old_priority or NOTHING, new=entry.priority)
    if entry.components and "components" in specs:
        yield FieldChange(spec=specs["components"], old=NOTHING, new=entry.components)
    if entry.labels and "labels" in specs:
        yield FieldChange(spec=specs["labels"], add=entry.labels)


def _common(job: Job, entry: Entry, what: str) -> dict[str, str | float]:
    return {
        "id": f"{job.id}-{entry.number}-{what}",
        "key": entry.key,
        "number": time.time() + entry.number / 100_000,
        "summary": entry.summary,
        "url": entry.url,
    }


def _duplicate_kind(kinds: tuple[LinkType, ...]) -> LinkType | None:
    return next((kind for kind in kinds if "duplicate" in f"{kind.name} {kind.outward}".casefold()), None)


def _mark(action: Action, press: _Press, changes: list[AnyChange], services: ActServices) -> None:
    """Say on the digest what is done, and by whom; what waits to be confirmed keeps its button."""
    proposals = services.changes.of_turn(press.wish.conversation, press.wish.turn_ts)
    made = {change.key for each in proposals for change in each.changes if each.outcome(change.id).state == "done"}
    jobs, answers = services.bulk.jobs, press.outcome.answers
    keys = {item.id: number for number, item in press.outcome.items.items()}
    done = [keys[change.key] for change in changes if change.key in made]
    marked = {
        number: answers[number].model_copy(update={"said": answers[number].said | {"applied_by": action.user_id}})
        for number in done
    }
    jobs.put_answers(press.job, marked)
    entries = entries_of(Outcome(press.outcome.items, {**answers, **marked}))
    pages = {place // PAGE_ENTRIES for place, entry in enumerate(entries) if entry.number in marked}
    for number in sorted(pages):
        part = shown_here(press.job, page_entries(entries, number), services.bulk)
        is_last = number == press.job.shown - 1
        left = max(len(entries) - (number + 1) * PAGE_ENTRIES, 0) if is_last else 0
        press.job = show_page(press.job, number, *page(press.job, part, left=left), services.bulk)
