"""What was to be filed while Jira did not answer: filed by itself when Jira wants to be asked again."""

from __future__ import annotations

import time
from collections.abc import Callable

from workers.acts.services import ActServices
from workers.errors import JiraUnavailable, ToolError, Transient, TurnFailed
from workers.jira.forms import checked, finder
from workers.patience import patiently
from workers.records import Action, Draft
from workers.similar import Similar
from workers.state.mailbox import Mailboxes
from workers.views import failures

SHORTEST_QUEUED_SECONDS, LONGEST_QUEUED_SECONDS = 5.0, 3_600.0
"""If Jira asks for such a pause a confirmed draft is filed by itself behind it."""
FROM_FORM = "from_form"
"""Nobody has seen its draft: what is likely to be known already is asked first."""


def file_later(
    action: Action, draft: Draft, error: JiraUnavailable, boxes: Mailboxes, kick: Callable[[str], None]
) -> bool:
    """Have a confirmed draft filed when Jira wants to be asked again; False if it said no such time.

    In a box of its own: Cancel must not wait, too.
    """
    wait = error.retry_after_seconds or 0
    if not SHORTEST_QUEUED_SECONDS <= wait <= LONGEST_QUEUED_SECONDS:
        return False
    is_form = action.kind == "shortcut_submit"
    values = {"not_before": time.time() + wait, "version": draft.version, FROM_FORM: is_form}
    later = action.model_copy(
        update={
            "id": f"{action.id}-later",
            "kind": "filing_later",
            "subject": f"draft:{draft.id}",
            "channel_id": draft.conversation.channel_id,
            "thread_ts": draft.conversation.thread_ts,
            "values": values,
        }
    )
    box = f"act:{action.team_id}:later:{draft.id}"
    boxes.put(box, later.id, later.model_dump(mode="json"))
    kick(box)
    return True


def file_now(action: Action, services: ActServices) -> str:
    """File what was to be filed later, unless somebody cancelled, changed or filed it meanwhile.

    Returns what its person should be told, empty if the card says it all.
    """
    wait = float(action.values["not_before"]) - time.time()
    if wait > 0:
        raise Transient("Jira asked to wait longer", retry_after_seconds=wait)
    found = services.desk.find(action.team_id, action.subject.partition(":")[2])
    if not found or found[1].state != "new":
        return ""
    if found[0].version != action.values["version"]:
        # What was confirmed is another text; whoever counts on it must hear that nothing comes by itself.
        services.desk.refresh(found[0])
        return failures.EDITED_SINCE
    draft = with_screen(found[0], services)
    if action.values.get(FROM_FORM) and (looked_again(action, draft, services).is_in_doubt or draft.notes):
        services.desk.refresh(draft)
        return failures.TO_BE_DECIDED
    services.desk.file(draft, by=action.user_id, readers=services.readers_of_draft(action, draft))
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
