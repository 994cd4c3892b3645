"""What was to be done while Jira did not answer: done by itself when Jira wants to be asked again."""

from __future__ import annotations

import time
from collections.abc import Callable

from workers.acts.services import ActServices
from workers.errors import JiraRefused, JiraUnavailable, ToolError, Transient, TurnFailed
from workers.jira.forms import checked, finder
from workers.patience import patiently
from workers.records import Action, Draft
from workers.similar import DUPLICATE, Similar
from workers.state.mailbox import Mailboxes
from workers.views import failures

SHORTEST_QUEUED_SECONDS, LONGEST_QUEUED_SECONDS = 5.0, 3_600.0
"""If Jira asks for such a pause what was confirmed is done by itself behind it."""
NOT_BEFORE = "not_before"
NOT_FOUND = 404
FROM_FORM = "from_form"
"""Nobody has seen its draft: what is likely to be known already is asked first."""


def file_later(
    action: Action, draft: Draft, error: JiraUnavailable, boxes: Mailboxes, kick: Callable[[str], None]
) -> bool:
    """Have a draft filed, or added to what is known already, later; False if Jira said no time for that."""
    if not names_pause(error):
        return False
    is_form = action.kind == "shortcut_submit"
    key = action.values.get(DUPLICATE, "") if action.kind == "duplicate_use" else ""
    values = {"version": draft.version, FROM_FORM: is_form, DUPLICATE: key}
    place = {"channel_id": draft.conversation.channel_id, "thread_ts": draft.conversation.thread_ts}
    later = action.model_copy(
        update={"kind": "filing_later", "subject": f"draft:{draft.id}", "values": values, **place}
    )
    put_later(later, error, boxes, kick)
    return True


def names_pause(error: JiraUnavailable) -> bool:
    """Return whether Jira asks for a pause behind which things are done by themselves."""
    return SHORTEST_QUEUED_SECONDS <= (error.retry_after_seconds or 0) <= LONGEST_QUEUED_SECONDS


def put_later(action: Action, error: JiraUnavailable, boxes: Mailboxes, kick: Callable[[str], None]) -> None:
    """Have an action done when Jira wants to be asked again, in a box of its own: Cancel must not wait, too."""
    values = {**action.values, NOT_BEFORE: time.time() + (error.retry_after_seconds or 0)}
    later = action.model_copy(update={"id": f"{action.id}-later", "values": values})
    box = f"act:{action.team_id}:later:{action.subject.partition(':')[2]}"
    boxes.put(box, later.id, later.model_dump(mode="json"))
    kick(box)


def wait_for_jira(action: Action) -> None:
    """Raise Transient while it is not yet time for what was to be done later."""
    wait = float(action.values[NOT_BEFORE]) - time.time()
    if wait > 0:
        raise Transient("Jira asked to wait longer", retry_after_seconds=wait)


def file_now(action: Action, services: ActServices) -> str:
    """File what was to be filed later, unless somebody cancelled, changed or filed it meanwhile.

    Returns what its person should be told, empty if the card says it all.
    """
    wait_for_jira(action)
    key = str(action.values.get(DUPLICATE) or "")
    found = services.desk.find(action.team_id, action.subject.partition(":")[2])
    if not found or found[1].state not in (("new", "rejected") if key else ("new",)):
        return ""
    if found[0].version != action.values["version"]:
        # What was confirmed is another text; whoever counts on it must hear that nothing comes by itself.
        services.desk.refresh(found[0])
        return failures.EDITED_SINCE
    if key:
        return join(action, found[0], key, services)
    draft = with_screen(found[0], services)
    if action.values.get(FROM_FORM) and (looked_again(action, draft, services).is_in_doubt or draft.notes):
        services.desk.refresh(draft)
        return failures.TO_BE_DECIDED
    services.desk.file(draft, by=action.user_id, readers=services.readers_of_draft(action, draft))
    return ""


def join(action: Action, draft: Draft, key: str, services: ActServices) -> str:
    """Add a report to an issue; return what its person should be told, empty if the card says it all."""
    try:
        services.desk.join(draft, key, services.reader_of_card(action), by=action.user_id)
    except JiraRefused as error:
        sentence = failures.NOT_FOUND_ISSUE if error.status == NOT_FOUND else failures.NOT_ADDED
        return sentence.format(key=key)
    return ""


def looked_again(action: Action, draft: Draft, services: ActServices) -> Similar:
    """Look for issues like a draft once Jira answers again; raises JiraUnavailable if it does not."""
    # One call finds out: the many of a look at once would be refused until then.
    patiently(lambda: services.jira.issue_types(draft.project, refresh=True), lambda: None)
    services.desk.duplicates.look_again(draft, services.reader_of_card(action))
    return services.desk.duplicates.of(draft)


def with_screen(draft: Draft, services: ActServices) -> Draft:
    """Return a draft, made while Jira did not answer, checked against its create screen; others as they are."""
    if draft.specs:
        return draft
    try:
        specs = patiently(lambda: services.jira.create_screen(draft.project, draft.issue_type), lambda: None)
    except ToolError as error:
        raise TurnFailed(failures.no_such_type(draft.project, draft.issue_type)) from error
    bare = draft.model_copy(update={"specs": specs, "notes": ()})
    whole = checked(bare, finder(services.jira.directory, draft.project), services.jira.cuts)
    return whole if services.desk.edit(draft, whole) else draft
